"""Who gets in, over a real server."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photos_graph.serving import listen, server_of
from photos_graph.settings import Settings, WebSettings
from photos_graph.web.app import build_app
from tests.kit.access import known
from tests.kit.server import in_process, serving
from tests.kit.waiting import PATIENCE

OWNER = "the owner's long token"
VIEWER = "the viewer's long token"
ELSEWHERE = "https://photos.example"
BEARER = {"Authorization": f"Bearer {OWNER}"}

pytestmark = pytest.mark.anyio


async def who(request: Request) -> Response:
    return JSONResponse({"name": request.state.viewer.name, "role": request.state.viewer.role})


async def fails(request: Request) -> Response:
    raise RuntimeError("a secret")


def build(origins: tuple[str, ...] = (), public_url: str | None = None) -> Starlette:
    return build_app(
        [Route("/graphql", who, methods=["GET", "POST"]), Route("/fails", fails)],
        settings=WebSettings(origins=origins, public_url=public_url),
        access=known(owner=OWNER, viewer=VIEWER),
    )


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serving(build()) as client:
        yield client


async def sign_in(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/login", data={"token": OWNER})


def own(client: httpx.AsyncClient) -> str:
    return str(client.base_url).rstrip("/")


async def test_a_request_without_a_token_is_told_what_to_send(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_token_brings_its_role(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={}, headers={"Authorization": f"Bearer {VIEWER}"})
    assert answer.json() == {"name": "viewer", "role": "VIEWER"}


async def test_an_unknown_token_is_refused_even_beside_a_good_session(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    answer = await client.post("/graphql", json={}, headers={"Authorization": "Bearer wrong", "Origin": own(client)})
    assert answer.status_code == 401


async def test_a_browser_is_shown_how_to_sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/graphql")
    page = await client.get(answer.headers["location"])
    assert '<form method="post" action="/login?next=/graphql">' in page.text


async def test_signing_in_gives_a_session_and_not_the_token(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and OWNER not in cookie
    assert hashlib.sha256(OWNER.encode()).hexdigest()[:16] not in cookie


async def test_an_address_with_a_token_signs_nobody_in_by_itself(client: httpx.AsyncClient) -> None:
    answer = await client.get("/login", params={"token": OWNER})
    assert (answer.status_code, "set-cookie" in answer.headers, OWNER in answer.text) == (200, False, False)


@pytest.mark.parametrize("headers", [{"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_no_other_site_signs_a_browser_in_or_out(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    for path in ("/login", "/logout"):
        answer = await client.post(path, data={"token": OWNER}, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_a_wrong_token_does_not_sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/login", data={"token": "wrong"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


async def test_who_tries_one_token_after_the_other_is_slowed_down_and_locks_nobody_out(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [await client.post("/login", data={"token": f"wrong {number}"}) for number in range(6)]
    asked = await client.post("/graphql", json={}, headers={"Authorization": "Bearer wrong"})
    assert [answer.status_code for answer in (*answers, asked)] == [401] * 5 + [429, 429]
    assert int(asked.headers["retry-after"]) >= 1
    assert asked.json()["errors"][0]["extensions"] == {"code": "TOO_MANY_ATTEMPTS"}
    assert [record.message for record in caplog.records] == ["Wrong token from 127.0.0.1"] * 5
    assert (await client.post("/graphql", json={}, headers=BEARER)).status_code == 200


async def test_who_signs_out_is_out(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    kept = dict(client.cookies)
    answer = await client.post("/logout")
    assert (answer.status_code, answer.headers["location"], dict(client.cookies)) == (303, "/login", {})
    client.cookies.update(kept)
    assert (await client.post("/graphql", json={}, headers={"Origin": own(client)})).status_code == 401


async def test_over_https_the_cookie_is_of_this_host_alone_and_never_sent_unencrypted() -> None:
    async with in_process(build(public_url="https://photos.example.org")) as client:
        cookie = (await client.post("/login", data={"token": OWNER})).headers["set-cookie"]
    assert cookie.startswith("__Host-photos_session=") and "Secure" in cookie and "Domain" not in cookie


@pytest.mark.parametrize(
    ("proxy", "cookie", "address"),
    [("127.0.0.0/8", "__Host-photos_session=", "203.0.113.7"), ("10.0.0.0/8", "photos_session=", "127.0.0.1")],
)
async def test_only_a_trusted_proxy_is_believed_about_https_and_addresses(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, proxy: str, cookie: str, address: str
) -> None:
    web = WebSettings(port=0, trusted_proxies=(proxy,))
    listening = listen(Settings(data_dir=tmp_path, web=web))
    server = server_of(build(), web)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    try:
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base_url, timeout=PATIENCE, headers=said) as client:
            given = (await sign_in(client)).headers["set-cookie"]
            await client.post("/login", data={"token": "wrong"})
    finally:
        server.should_exit = True
        await running
    assert given.startswith(cookie) and ("Secure" in given) is cookie.startswith("__Host-")
    assert f"Wrong token from {address}" in [record.message for record in caplog.records]


async def test_a_session_works_from_our_own_page(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    answer = await client.post("/graphql", json={}, headers={"Origin": own(client)})
    assert answer.json()["role"] == "OWNER"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {},
    ],
    ids=["other origin", "opaque origin", "no origin at all", "cross-site", "no browser"],
)
async def test_a_session_does_not_work_from_elsewhere(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    await sign_in(client)
    assert (await client.post("/graphql", json={}, headers=headers)).status_code == 403


async def test_a_session_does_not_work_for_what_a_form_can_send(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    headers = {"Origin": own(client), "Content-Type": "text/plain"}
    assert (await client.post("/graphql", content="{}", headers=headers)).status_code == 403


async def test_a_forged_session_is_refused(client: httpx.AsyncClient) -> None:
    cookie = {"Cookie": f"photos_session={'A' * 43}"}
    assert (await client.post("/graphql", json={}, headers=cookie)).status_code == 401


async def test_a_foreign_name_for_this_machine_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz", headers={"Host": "evil.example"})
    assert answer.status_code == 400


async def test_a_listed_origin_may_call_with_a_token_but_not_with_a_session() -> None:
    async with serving(build((ELSEWHERE,))) as client:
        answer = await client.post("/graphql", json={}, headers=BEARER | {"Origin": ELSEWHERE})
        await sign_in(client)
        with_session = await client.post("/graphql", json={}, headers={"Origin": ELSEWHERE})
    assert answer.headers["access-control-allow-origin"] == ELSEWHERE
    assert with_session.status_code == 403


async def test_headers_of_apollo_and_of_tracing_pass_the_preflight() -> None:
    asked = "authorization,content-type,apollo-require-preflight,x-apollo-operation-name,traceparent,tracestate,baggage"
    headers = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": asked}
    async with in_process(build((ELSEWHERE,))) as client:
        answer = await client.options("/graphql", headers=headers)
        foreign = await client.options("/graphql", headers=headers | {"Origin": "https://foreign.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert foreign.status_code == 400


async def test_pictures_may_be_embedded_and_timed_by_listed_origins() -> None:
    async with in_process(build((ELSEWHERE,))) as client:
        picture, health = await client.get("/media/x/original"), await client.get("/healthz")
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    assert picture.headers["timing-allow-origin"] == ELSEWHERE
    assert health.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_page_of_a_listed_origin_gets_access_by_a_cookie_that_it_can_renew_and_end() -> None:
    page = {"Origin": ELSEWHERE}
    async with in_process(build((ELSEWHERE,))) as client:
        opened = await client.post("/session", headers=BEARER | page)
        asked = await client.post("/graphql", json={}, headers=page)
        renewed = await client.post("/session", headers=page)
        from_others = await client.post("/graphql", json={}, headers={"Origin": "https://foreign.example"})
        ended = await client.delete("/session", headers=page)
        afterwards = await client.post("/graphql", json={}, headers=page)
    assert (opened.json()["expiresIn"], asked.json()["role"], renewed.status_code) == (900, "OWNER", 200)
    assert "HttpOnly" in opened.headers["set-cookie"] and OWNER not in opened.headers["set-cookie"]
    assert (from_others.status_code, ended.status_code, afterwards.status_code) == (401, 204, 401)


async def test_pages_of_two_origins_have_access_side_by_side() -> None:
    one, other = {"Origin": ELSEWHERE}, {"Origin": "https://albums.example"}
    async with in_process(build((one["Origin"], other["Origin"]))) as client:
        for page in (one, other):
            await client.post("/session", headers=BEARER | page)
        asked = [await client.post("/graphql", json={}, headers=page) for page in (one, other)]
        renewed, ended = await client.post("/session", headers=one), await client.delete("/session", headers=one)
        afterwards = [await client.post("/graphql", json={}, headers=page) for page in (one, other)]
    assert [answer.status_code for answer in (*asked, renewed, ended, *afterwards)] == [200, 200, 200, 204, 401, 200]


async def test_over_https_the_cookie_reaches_another_site_and_is_partitioned() -> None:
    app = build((ELSEWHERE,), public_url="https://photos.example.org")
    async with in_process(app) as client:
        answer = await client.post("/session", headers=BEARER | {"Origin": ELSEWHERE})
        foreign = await client.post("/session", headers=BEARER | {"Origin": "https://foreign.example"})
    assert answer.headers["set-cookie"].endswith("SameSite=None; Secure; Partitioned")
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Apollo-Require-Preflight": "true"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Apollo-Require-Preflight": "true"}, 403),
    ],
)
async def test_a_session_asks_by_get_only_with_what_other_pages_cannot_send(
    headers: dict[str, str], status: int
) -> None:
    async with in_process(build()) as client:
        await sign_in(client)
        answer = await client.get("/graphql", params={"query": "{ viewer { name } }"}, headers=headers)
    assert answer.status_code == status


async def test_a_client_that_goes_away_while_it_asks_is_no_error(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = client.base_url.host, client.base_url.port
    _, writer = await asyncio.open_connection(host, port)
    writer.write(f"POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\ntoken=".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    await asyncio.sleep(0.2)
    assert not caplog.records


async def test_every_answer_tells_browsers_to_be_careful(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/login", "/graphql", "/nowhere"):
        headers = (await client.get(path, headers={"Accept": "text/html"})).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_a_failure_is_told_to_a_listed_origin_too_and_gives_nothing_away() -> None:
    headers = BEARER | {"Origin": "https://photos.example"}
    async with serving(build(("https://photos.example",))) as client:
        answer = await client.get("/fails", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "https://photos.example"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_graphiql_comes_from_here_alone_and_its_scripts_are_kept(client: httpx.AsyncClient) -> None:
    await sign_in(client)
    page = await client.get("/graphql", headers={"Accept": "text/html"})
    assert "script-src 'self';" in page.headers["content-security-policy"]
    script = page.text.split('<script src="')[1].split('"')[0]
    answer = await client.get(script)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    tabs = json.loads(page.text.split('type="application/json">')[1].split("</script>")[0])["tabs"]
    assert len(tabs) >= 6


async def test_the_service_is_alive_before_it_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["services"])
