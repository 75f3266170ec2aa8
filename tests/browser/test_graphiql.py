"""GraphiQL as a person meets it, in a real browser: signing in, the examples, a job as it runs, pictures."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.bootstrap import Services
from photos_graph.web.graphiql import examples
from resolvers import ids
from tests.kit.chromium import Page, chromium
from tests.kit.faces import Found, find
from tests.kit.graphql import TOKENS, Ask, photo_ids, scan
from tests.kit.pictures import jpeg, put

pytestmark = [pytest.mark.anyio, pytest.mark.http]

RUN = "document.querySelector('.graphiql-execute-button').click()"
PARSED = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror?.operations?.[0]?.operation"
ANSWER = "document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue()"


@pytest.fixture
async def page(client: httpx.AsyncClient, app: Starlette, ask: Ask, tmp_path: Path) -> AsyncIterator[Page]:
    """Signed in by the form, with GraphiQL in front of a library of three photos with a group of faces."""
    for number in range(3):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number, 1200, 800))
    await ask('mutation($p: String!) { addRoot(path: $p, name: "Pictures") { id } }', p=str(tmp_path / "Pictures"))
    await scan(ask)
    services: Services = app.state.services
    photos = [ids.decode("Photo", photo) for photo in (await photo_ids(ask)).values()]
    await find(services.graph, *(Found(f"f{number}", photo, cluster="c") for number, photo in enumerate(photos)))
    async with chromium(tmp_path / "chromium") as page:
        await page.go(f"{client.base_url}/graphql")
        await page.until("document.activeElement && document.activeElement.id === 'token'")
        await page.type(TOKENS["owner"])
        await page.leave("document.querySelector('form button').click()")
        await page.until(f"{PARSED} === 'query'")  # a click before that may be lost
        yield page
    assert page.complaints == []
    foreign = [url for url in page.requested if not url.startswith((str(client.base_url), "data:"))]
    assert foreign == [], "nothing is fetched from elsewhere"


async def chosen(page: Page, number: int) -> None:
    """Returns when the example with this number is in the editor and can be run."""
    tab = f"document.querySelectorAll('[role=tab]')[{number}].querySelector('button')"
    [(kind, name)] = re.findall(r"^(query|mutation|subscription) (\w+)", examples()[number], re.MULTILINE)
    named = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operations?.[0]?.name?.value"
    await page.until(f"({tab}.click(), {PARSED} === '{kind}' && {named} === '{name}')")


async def test_every_example_is_answered_with_objects_of_this_library(page: Page) -> None:
    assert await page.evaluate("document.querySelectorAll('[role=tab]').length") == len(examples())
    assert await page.evaluate("document.cookie") == "", "no script reads the session"
    answers = {}
    for number in range(len(examples()) - 1):  # the last one is a subscription
        await chosen(page, number)
        await page.evaluate(RUN)
        name = re.findall(r"^(?:query|mutation) (\w+)", examples()[number], re.MULTILINE)[0]
        answers[name] = json.loads(await page.until(f"/^.\\s+.(data|errors)/.test({ANSWER}) && {ANSWER}"))
    assert [(name, answer["errors"]) for name, answer in answers.items() if "errors" in answer] == []
    assert answers["Library"]["data"]["library"]["photoCount"] == 3
    assert answers["TagFolder"]["data"]["tagFolder"]["matched"] == 3
    assert answers["NameGroup"]["data"]["nameCluster"]["changed"] == 3
    assert await page.evaluate("document.querySelector('.graphiql-logo').innerText") == "← Photos"
    await page.leave("document.querySelector('.graphiql-logo a').click()")
    await page.until("location.pathname === '/' && document.querySelectorAll('.tile').length === 3")


async def test_the_pictures_of_an_answer_are_shown_below_it_in_a_format_that_the_browser_likes(
    page: Page, ask: Ask
) -> None:
    hidden = "document.getElementById('pictures').hidden"
    assert await page.evaluate(hidden)
    [photos] = [number for number, text in enumerate(examples()) if "query Photos" in text]
    await chosen(page, photos)
    await page.evaluate(RUN)
    shown = (
        "[...document.querySelectorAll('#pictures img')].map(each => each.alt + ' ' + (each.naturalWidth > 0)).sort()"
    )
    await page.until(f"{shown}.join() === '0.jpg true,1.jpg true,2.jpg true'")
    await chosen(page, 0)
    await page.evaluate(RUN)
    await page.until(hidden)
    answer = await ask("{ photos(first: 1) { nodes { thumbnail(size: SMALL) } } }")
    url = json.dumps(answer["data"]["photos"]["nodes"][0]["thumbnail"])
    size = await page.evaluate(
        f"new Promise(done => {{ const image = new Image(); image.onload = () => done([image.naturalWidth,"
        f" image.naturalHeight]); image.onerror = () => done('broken'); image.src = {url} }})"
    )
    assert size == [320, 213]


async def test_a_job_is_seen_as_it_runs(page: Page, ask: Ask) -> None:
    await chosen(page, len(examples()) - 1)
    await page.evaluate(RUN)
    await page.until("document.querySelector('.graphiql-execute-button').ariaLabel.startsWith('Stop')")
    await ask("mutation { scan { id } }")
    await page.until(f"{ANSWER}.includes('files looked at')")
