"""Two services with one graph."""

from __future__ import annotations

import asyncio

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.model.search import Ref
from photos_graph.settings import Settings
from tests.kit.planted import photo_id, plant

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

PHOTOS = range(500)


async def test_twenty_writers_in_both_label_the_same_photos(settings: Settings) -> None:
    async with build(settings, run_jobs=False) as one, build(settings, run_jobs=False) as other:
        await plant(one.graph, {"beach": "beach"}, {"beach": PHOTOS})
        photos = [photo_id(number) for number in PHOTOS]

        async def write(services: Services, writer: int) -> None:
            await services.tagging.tag_photos(photos, [Ref(name="Shared"), Ref(name=f"Tag {writer}")])
            await services.ratings.rate(photos, writer % 5 + 1)

        await asyncio.gather(*(write((one, other)[number % 2], number) for number in range(20)))
        await asyncio.gather(one.index.catch_up(), other.index.catch_up())
        names = {"Shared", *(f"Tag {number}" for number in range(20))}
        for services in (one, other):
            search = services.index.search
            assert {tag.name for tag in search.tags} == names
            for tag in search.tags:
                assert set(search.sets.tags.having(tag.id)) == set(PHOTOS)
