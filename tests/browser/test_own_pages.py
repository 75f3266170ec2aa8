"""The pages of the service as a person meets them, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.kit.chromium import Page, chromium
from tests.kit.graphql import TOKENS, Ask, photo_ids, scan
from tests.kit.pictures import jpeg, put

pytestmark = [pytest.mark.anyio, pytest.mark.http]

LOADED = "[...document.images].filter(each => each.complete && each.naturalWidth).length"
MESSAGE = "document.getElementById('message').innerText"


@pytest.fixture
async def page(client: httpx.AsyncClient, ask: Ask, tmp_path: Path) -> AsyncIterator[Page]:
    """Signed in by the address that the service prints, in front of a library of six photos."""
    for number in range(6):
        put(tmp_path / f"Pictures/{number}.jpg", jpeg(number, 1200, 800))
    await ask('mutation($p: String!) { addRoot(path: $p, name: "Pictures") { id } }', p=str(tmp_path / "Pictures"))
    await scan(ask)
    async with chromium(tmp_path / "chromium") as page:
        await page.go(f"{client.base_url}/login?token={TOKENS['owner']}")
        await page.until("location.pathname === '/' && !!document.querySelector('.tile')")
        yield page
    assert page.complaints == []
    foreign = [url for url in page.requested if not url.startswith((str(client.base_url), "data:"))]
    assert foreign == [], "nothing is fetched from elsewhere"


async def test_a_person_looks_at_photos_and_says_which_are_favourites(page: Page, ask: Ask) -> None:
    assert await page.until(f"{LOADED} === 6")
    await page.evaluate("document.querySelector('.tile').click()")
    name = await page.until("location.pathname.startsWith('/photo/') && document.querySelector('h1')?.innerText")
    await page.until("document.readyState === 'complete'")
    await page.evaluate("document.getElementById('favourite').click()")
    await page.until(f"{MESSAGE}.includes('favourite') && !!document.querySelector('#message button')")
    favourite = "query ($id: ID!) { photo(id: $id) { favourite } }"
    photo = (await photo_ids(ask))[name]
    assert (await ask(favourite, id=photo))["data"]["photo"]["favourite"] is True
    await page.evaluate("document.querySelector('#message button').click()")
    await page.until(f"{MESSAGE}.includes('Undone')")
    assert (await ask(favourite, id=photo))["data"]["photo"]["favourite"] is False
