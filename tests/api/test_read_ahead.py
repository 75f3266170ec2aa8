"""The pictures of the next page of a list are made while a person looks at this one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from photos_graph.images.cache import RenditionCache
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.services.read_ahead import PAGES, ReadAhead
from photos_graph.settings import Settings
from tests.kit.graphql import data
from tests.kit.two_services import Service, scan, started, succeeded
from tests.kit.waiting import until

pytestmark = pytest.mark.anyio

PAGE = """query($first: Int!) { photos(first: $first, orderBy: NAME_ASC) {
  nodes { thumbnail(size: SMALL, format: JPEG) } } }"""
SMALL, JPEG = ThumbnailSize.SMALL, ThumbnailFormat.JPEG


@pytest.fixture
async def service(settings: Settings, warm_workers: None, folder: Path) -> AsyncIterator[Service]:
    """A service that has scanned the folder, and has lost all renditions."""
    async with AsyncExitStack() as closing:
        service = await started(settings, closing)
        await succeeded(service, await scan(service, folder))
        for kept in (settings.data_dir / "renditions").iterdir():
            if kept.is_dir():
                shutil.rmtree(kept)
        yield service


async def _page(service: Service, first: int) -> tuple[list[str], list[str]]:
    """Returns the addresses of the first pictures, and their keys."""
    found = data(await service.ask(PAGE, first=first))["photos"]
    addresses = [node["thumbnail"] for node in found["nodes"]]
    return addresses, [address.split("/media/")[1].split("/")[0] for address in addresses]


async def test_the_next_page_is_made_when_a_picture_of_this_one_is_asked_for(service: Service) -> None:
    _, keys = await _page(service, 10)
    addresses, _ = await _page(service, 3)
    assert (await service.client.get(addresses[1])).status_code == 200
    cache = RenditionCache(service.settings.data_dir / "renditions", 2**30)

    def made() -> list[int]:
        return [number for number, key in enumerate(keys) if cache.get(key, SMALL, JPEG)]

    await until(lambda: made() == [1, 3, 4, 5])


async def test_a_page_whose_pictures_nobody_asks_for_makes_nothing() -> None:
    asked: list[str] = []
    ahead = _ahead(asked)
    ahead.shown(["a"], lambda: ["b"])
    ahead.asked("x", SMALL, JPEG)
    await ahead.close()
    assert not asked


async def test_who_goes_elsewhere_is_followed() -> None:
    asked: list[str] = []
    held = asyncio.Event()
    ahead = _ahead(asked, held)
    ahead.shown(["a"], lambda: ["b", "c"])
    ahead.shown(["m"], lambda: ["n"])
    ahead.asked("a", SMALL, JPEG)
    await until(lambda: asked == ["b"])
    ahead.asked("m", SMALL, JPEG)
    held.set()
    await until(lambda: asked == ["b", "n"])
    await ahead.close()
    assert asked == ["b", "n"]


async def test_only_the_newest_pages_are_remembered() -> None:
    asked: list[str] = []
    ahead = _ahead(asked)
    for number in range(PAGES + 1):
        ahead.shown([f"{number}"], lambda: ["next"])
    ahead.asked("0", SMALL, JPEG)
    await ahead.close()
    assert not asked
    ahead.asked("1", SMALL, JPEG)
    await until(lambda: asked == ["next"])


def _ahead(asked: list[str], held: asyncio.Event | None = None) -> ReadAhead:
    async def keys(photo_ids: object) -> dict[str, str]:
        return {photo_id: photo_id for photo_id in photo_ids}  # type: ignore[attr-defined]

    async def prepare(key: str, size: ThumbnailSize, format: ThumbnailFormat) -> None:
        asked.append(key)
        if held is not None:
            await held.wait()

    return ReadAhead(keys, prepare)
