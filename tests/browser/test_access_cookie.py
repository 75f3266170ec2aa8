"""The cookie of ``/session`` in a real browser, for pages of the same site and of another one.

Two ports of one host are the same site. ``localhost`` and ``127.0.0.1`` are two sites.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.api.test_auth import OWNER, build
from tests.kit.chromium import chromium
from tests.kit.server import serving
from tests.kit.servers import self_signed

pytestmark = pytest.mark.anyio

# Asks without a token, opens a session with it, asks twice with the cookie alone, and what scripts see of the cookie.
SCRIPT = """(async () => {
  const post = async (path, headers) => (await fetch(SERVICE + path, {
    method: 'POST', credentials: 'include', headers: {'Content-Type': 'application/json', ...headers}, body: '{}',
  })).status
  const found = [await post('/graphql'), await post('/session', {Authorization: TOKEN})]
  return [...found, await post('/graphql'), await post('/session'), document.cookie]
})()"""
WORKS, FAILS = [401, 200, 200, 200, ""], [401, 200, 401, 401, ""]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    file = tmp_path / "certificate.pem"
    made = self_signed(file, "127.0.0.1")
    file.write_bytes(file.read_bytes() + made.read_bytes())
    return file


async def page(request: Request) -> Response:
    return HTMLResponse("<!doctype html><title>elsewhere</title>")


async def test_the_printed_address_signs_in_and_leaves_the_address_bar(tmp_path: Path) -> None:
    async with serving(build()) as client, chromium(tmp_path / "profile") as tab:
        await tab.go(f"{client.base_url}/login?token={OWNER}&next=/graphql")
        await tab.until("location.pathname === '/graphql'")
        assert await tab.evaluate("[location.search, history.length, document.cookie].join()") in (",1,", ",2,")
        assert [url for url in tab.requested if OWNER in url][1:] == []


async def tried(folder: Path, host: str, certificate: Path | None = None, *options: str) -> object:
    """Returns what a page of this host finds when it asks a service at 127.0.0.1."""
    async with serving(Starlette(routes=[Route("/", page)])) as pages:
        origin = f"http://{host}:{pages.base_url.port}"
        async with serving(build((origin,)), certificate) as client, chromium(folder / "profile", *options) as tab:
            await tab.go(origin)
            await tab.until("document.title === 'elsewhere'")
            service = str(client.base_url).rstrip("/")
            script = SCRIPT.replace("SERVICE", json.dumps(service)).replace("TOKEN", json.dumps(f"Bearer {OWNER}"))
            return await tab.evaluate(script)


async def test_without_https_the_cookie_reaches_another_port_of_the_same_host(tmp_path: Path) -> None:
    assert await tried(tmp_path, "127.0.0.1") == WORKS


async def test_without_https_the_cookie_does_not_reach_another_site(tmp_path: Path) -> None:
    assert await tried(tmp_path, "localhost") == FAILS


async def test_over_https_the_cookie_reaches_another_site_where_those_of_others_are_blocked(
    tmp_path: Path, certificate: Path
) -> None:
    options = ("--ignore-certificate-errors", "--test-third-party-cookie-phaseout")
    assert await tried(tmp_path, "localhost", certificate, *options) == WORKS
