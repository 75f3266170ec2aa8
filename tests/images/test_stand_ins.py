"""Previews that are shown while renditions are made. Real children, real pictures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from photos_graph.errors import RootOffline
from photos_graph.images.renditions import ReadOriginal
from photos_graph.images.sizes import FaceCut
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from tests.kit.pictures import distance, encoded, opened, scene
from tests.kit.previews import with_thumbnail
from tests.kit.renditions import PHOTO, Rig, rig
from tests.kit.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("warm_workers")]

TINY, SMALL, MEDIUM, LARGE = ThumbnailSize
OTHER = "fedcba9876543210fedcba9876543210"


def give_preview(made: Rig) -> None:
    thumbnail = encoded(scene(2400, 1600).resize((160, 107)), "JPEG", quality=90)
    made.original.write_bytes(with_thumbnail(made.original.read_bytes(), thumbnail))


@pytest.mark.parametrize("format", [ThumbnailFormat.JPEG, ThumbnailFormat.WEBP, ThumbnailFormat.AVIF])
async def test_the_preview_is_shown_and_the_rendition_is_made(tmp_path: Path, format: ThumbnailFormat) -> None:
    async with rig(tmp_path, size=2) as made:
        give_preview(made)
        preview = opened(await made.stand_in(SMALL, format) or b"")
        assert (preview.format, preview.size) == (format.name, (160, 107))
        assert distance(preview, scene()) < 6
        await made.kept(SMALL, format)  # nobody has asked for it
        assert opened(await made.read(SMALL, format)).size == (320, 213)
        assert await made.stand_in(SMALL, format) is None, "it is there"


async def test_who_waits_gets_the_rendition_before_those_that_nobody_waits_for(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, made.renditions._later:  # which therefore do not begin
        give_preview(made)
        assert await made.stand_in(SMALL) and await made.stand_in(SMALL)
        assert opened(await made.read(SMALL)).size == (320, 213)


async def test_what_nobody_has_asked_for_is_made_when_nothing_else_is(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        give_preview(made)
        async with made.renditions._later:  # so that what is under way does not begin
            assert await made.stand_in(SMALL)
            preparing = asyncio.create_task(made.renditions.prepare(OTHER, SMALL, ThumbnailFormat.JPEG, made.source))
            done, _ = await asyncio.wait([preparing], timeout=0.1)
            assert not done and (OTHER, SMALL, ThumbnailFormat.JPEG) not in made.renditions._flights
        await preparing
        assert made.cache.get(OTHER, SMALL, ThumbnailFormat.JPEG) and made.cache.get(PHOTO, SMALL, ThumbnailFormat.JPEG)
        await made.renditions.prepare(OTHER, SMALL, ThumbnailFormat.JPEG, made.source)
        assert made.asked == 3, "it is there"


async def test_many_who_get_a_preview_have_the_rendition_made_once(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        give_preview(made)
        async with made.renditions._later:
            assert all(await asyncio.gather(*(made.stand_in(SMALL) for _ in range(5))))
            assert made.asked == 1
        await made.kept(SMALL)
        assert made.asked == 2


async def test_a_preview_is_looked_for_once_and_shown_until_the_rendition_is_made(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        give_preview(made)
        async with made.renditions._photo(PHOTO):  # so that nothing is made of it meanwhile
            assert await made.stand_in(SMALL)
            waiting = asyncio.create_task(made.read(SMALL))
            await asyncio.sleep(0)
            assert all([await made.stand_in(SMALL) for _ in range(5)]) and made.asked == 1
        await waiting
        await until(lambda: not made.renditions._previews)
        assert await made.stand_in(SMALL) is None


async def test_no_preview_is_shown_of_a_picture_that_needs_more_or_has_more(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        assert await made.stand_in(SMALL) is None, "there is none in the file"
        give_preview(made)
        assert await made.stand_in(MEDIUM) is None, "it has too few pixels"
        assert await made.stand_in(FaceCut(0, 0, 5000, 5000)) is None
        await made.read(LARGE)
        await made.kept(LARGE)
        assert await made.stand_in(SMALL) is None, "it is soon made of the larger one"


async def test_without_an_original_there_is_no_preview(tmp_path: Path) -> None:
    async def offline() -> ReadOriginal:
        raise RootOffline("The folder is not mounted.")

    async with rig(tmp_path) as made:
        assert await made.renditions.stand_in(PHOTO, SMALL, ThumbnailFormat.JPEG, offline) is None
