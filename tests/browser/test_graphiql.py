"""GraphiQL as a person meets it, in a real browser: signing in, the examples, a job as it runs, a picture."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from photos_graph.web.graphiql import examples
from tests.kit.chromium import Page, chromium
from tests.kit.graphql import TOKENS, Ask, scan
from tests.kit.pictures import jpeg, put

pytestmark = [pytest.mark.anyio, pytest.mark.http]

RUN = "document.querySelector('.graphiql-execute-button').click()"
PARSED = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror?.operations?.[0]?.operation"
ANSWER = "document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue()"


@pytest.fixture
async def page(client: httpx.AsyncClient, ask: Ask, tmp_path: Path) -> AsyncIterator[Page]:
    """Signed in by the form, with GraphiQL in front of a library of three photos."""
    for number in range(3):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number, 1200, 800))
    await ask('mutation($p: String!) { addRoot(path: $p, name: "Pictures") { id } }', p=str(tmp_path / "Pictures"))
    await scan(ask)
    async with chromium(tmp_path / "chromium") as page:
        await page.go(f"{client.base_url}/graphql")
        await page.until("document.activeElement && document.activeElement.id === 'token'")
        await page.type(TOKENS["owner"])
        await page.evaluate("document.querySelector('form button').click()")
        await page.until(f"{PARSED} === 'query'")  # a click before that may be lost
        yield page
    assert page.complaints == []
    foreign = [url for url in page.requested if not url.startswith((str(client.base_url), "data:"))]
    assert foreign == [], "nothing is fetched from elsewhere"


async def test_every_example_is_there_and_the_first_is_answered(page: Page) -> None:
    assert await page.evaluate("document.querySelectorAll('[role=tab]').length") == len(examples())
    assert await page.evaluate("document.cookie") == "", "no script reads the session"
    await page.evaluate(RUN)
    answer = json.loads(await page.until(f"{ANSWER}.includes('photoCount') && {ANSWER}"))
    assert answer["data"]["library"]["photoCount"] == 3


async def test_a_job_is_seen_as_it_runs(page: Page, ask: Ask) -> None:
    last = len(examples()) - 1
    tab = f"document.querySelectorAll('[role=tab]')[{last}].querySelector('button')"
    await page.until(f"({tab}.click(), {PARSED} === 'subscription')")
    await page.evaluate(RUN)
    await page.until("document.querySelector('.graphiql-execute-button').ariaLabel.startsWith('Stop')")
    await ask("mutation { scan { id } }")
    await page.until(f"{ANSWER}.includes('files looked at')")


async def test_a_picture_is_shown_in_a_format_that_the_browser_likes(page: Page, ask: Ask) -> None:
    answer = await ask("{ photos(first: 1) { nodes { thumbnail(size: SMALL) } } }")
    url = json.dumps(answer["data"]["photos"]["nodes"][0]["thumbnail"])
    shown = await page.evaluate(
        f"new Promise(done => {{ const image = new Image(); image.onload = () => done([image.naturalWidth,"
        f" image.naturalHeight]); image.onerror = () => done('broken'); image.src = {url} }})"
    )
    assert shown == [320, 213]
