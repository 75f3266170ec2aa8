"""Search in words, over a scanned folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput
from photos_graph.model.search import MatchKind, SearchTerm
from tests.kit.library import scanned, searched
from tests.kit.pictures import jpeg, put

pytestmark = pytest.mark.anyio


async def names(services: Services, text: str, today: date | None = None) -> list[str]:
    _, page = await searched(services, text, first=100, today=today)
    found = await services.browse.photos_by_id(page.ids)
    return [photo.name for photo in found if photo is not None]


async def test_a_text_gives_its_terms_and_a_page(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    parsed, page = await searched(services, "photos in deep or zebra", first=1)
    assert parsed.terms == (SearchTerm("deep", MatchKind.FOLDER, "Pictures/a/deep"),)
    assert parsed.unmatched == ("zebra",)
    assert (page.total, page.has_next, len(page.ids)) == (1, False, 1)
    assert page.numbers == list(page.found)


async def test_pages_follow_each_other(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    _, first = await searched(services, "", first=6)
    _, second = await searched(services, "", first=6, after=first.cursors[-1])
    assert len({*first.ids, *second.ids}) == first.total == second.total == 10
    with pytest.raises(BadInput):
        await searched(services, "", first=6, after="nonsense")
    with pytest.raises(BadInput):
        await searched(services, "rating:many")


async def test_the_day_comes_from_a_clock(services: Services, folder: Path) -> None:
    put(folder / "IMG_20190814_101500.jpg", jpeg(77))
    await services.roots.add(str(folder))
    await scanned(services)
    assert "IMG_20190814_101500.jpg" in await names(services, "last summer", date(2020, 5, 1))
    assert "IMG_20190814_101500.jpg" not in await names(services, "last summer", date(2021, 5, 1))


async def test_a_new_folder_can_be_named_at_once(services: Services, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    assert await names(services, "Siena") == []
    put(folder / "2019 Siena" / "palio.jpg", jpeg(78))
    await scanned(services)
    assert await names(services, "Siena") == ["palio.jpg"]
