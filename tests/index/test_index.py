"""The index stays in step with the graph: across writers, restarts and damage."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import PhotosGraphError
from photos_graph.graph import postings
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.index import Index
from photos_graph.model.search import PhotoOrder
from photos_graph.search import snapshot
from photos_graph.search.filters import IntRange, PhotoFilter
from photos_graph.settings import Settings
from tests.kit.library import in_step, photos, scanned
from tests.kit.pictures import jpeg, put
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio

FIVE = PhotoFilter(rating=IntRange(min=5))


async def test_who_wrote_sees_it_and_others_soon(services: Services, settings: Settings, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other")})
    async with build(elsewhere, run_jobs=False) as other:
        assert len(await photos(other)) == 10
        ids = services.browse.photos(None, PhotoOrder.TAKEN_DESC, first=3).ids
        await services.ratings.rate(ids, 5)
        assert services.browse.photos(FIVE, PhotoOrder.TAKEN_DESC, first=9).total == 3
        put(folder / "new.jpg", jpeg(99))
        await scanned(services)
        async with asyncio.timeout(PATIENCE):
            while other.browse.photos(FIVE, PhotoOrder.TAKEN_DESC).total < 3 or len(await photos(other)) < 11:
                await asyncio.sleep(0.1)
        assert await in_step(other)


async def test_a_look_that_goes_wrong_is_not_the_last(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other"), "follow_seconds": 0.1})
    async with build(settings) as services, build(elsewhere, run_jobs=False) as other:
        head, wrong = feed.head, asyncio.Event()

        async def goes_wrong_once(graph: Graph) -> int:
            if graph is other.graph and not wrong.is_set():
                wrong.set()
                raise PhotosGraphError("The graph engine refused a query.")
            return await head(graph)

        monkeypatch.setattr(feed, "head", goes_wrong_once)
        await wrong.wait()
        await services.roots.add(str(folder))
        await scanned(services)
        async with asyncio.timeout(PATIENCE):
            while len(other.index.search) < 10:
                await asyncio.sleep(0.1)


async def test_a_snapshot_is_taken_up_with_what_changed_since(settings: Settings, folder: Path) -> None:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other")})
    async with build(elsewhere) as services:
        await services.ratings.rate(services.browse.photos(None, PhotoOrder.TAKEN_DESC, first=2).ids, 5)
    async with build(settings, run_jobs=False) as services:
        assert services.browse.photos(FIVE, PhotoOrder.TAKEN_DESC).total == 2
        assert await in_step(services)


@pytest.mark.parametrize("damage", ["truncated", "rubbish", "too old"])
async def test_a_snapshot_that_does_not_serve_is_made_anew(
    settings: Settings, folder: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
    (snapshot,) = settings.data_dir.glob("index-*.safetensors")
    if damage == "too old":
        elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other")})
        async with build(elsewhere) as services:
            for rating in (1, 2, 3, 4, 5):
                await services.ratings.rate(services.browse.photos(None, PhotoOrder.NAME_ASC).ids, rating)
            monkeypatch.setattr(feed, "KEPT", 1)
            await feed.prune(services.graph)
    else:
        data = snapshot.read_bytes()
        snapshot.write_bytes(data[: len(data) // 2] if damage == "truncated" else b"rubbish")
    async with build(settings, run_jobs=False) as services:
        assert len(await photos(services)) == 10
        assert await in_step(services)


async def test_a_snapshot_of_another_graph_is_not_taken(services: Services, settings: Settings, folder: Path) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    await services.index.save()
    (snapshot,) = settings.data_dir.glob("index-*.safetensors")
    assert (await feed.identity(services.graph))[:12] in snapshot.name


async def test_what_was_saved_before_the_graph_was_set_back_does_not_come_back(
    settings: Settings, graph: Graph, folder: Path
) -> None:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
    # As a backup has it: from before the last changes, and with other content.
    await graph.write("MATCH (t:Touched) WHERE t.seq > 1 DELETE t")
    await graph.write("MATCH (m:Meta {name: 'feed'}) SET m.value = 1")
    await graph.write("MATCH (p:Photo) SET p.rating = 5")
    killed = Index(graph, settings)
    await killed.load()
    for _ in range(100):
        await graph.transaction(lambda tx: touch(tx, photos=[0]))
    index = Index(graph, settings)
    await index.load()
    assert not await index.differing()


async def test_what_is_committed_while_index_and_graph_are_compared_is_no_difference(
    services: Services, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.roots.add(str(folder))
    await scanned(services)
    ids = services.browse.photos(None, PhotoOrder.TAKEN_DESC).ids
    elsewhere = settings.model_copy(update={"data_dir": settings.data_dir.with_name("other")})
    async with build(elsewhere, run_jobs=False) as other:
        read = postings.last_number

        async def with_a_change_before(graph: Graph) -> int:
            await services.ratings.rate(ids, 5)
            return await read(graph)

        monkeypatch.setattr(postings, "last_number", with_a_change_before)
        assert not await other.index.differing()


async def test_no_two_snapshots_are_written_at_once(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = settings.search.model_copy(update={"snapshot_seconds": 0.05})
    settings = settings.model_copy(update={"search": often})
    write, begun, ended = snapshot.write, [], []

    def takes_its_time(captured: snapshot.Captured, path: Path) -> None:
        assert len(begun) == len(ended)
        begun.append(path)
        time.sleep(0.3)
        write(captured, path)
        ended.append(path)

    monkeypatch.setattr(snapshot, "write", takes_its_time)
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
        while len(begun) == len(ended):
            await services.ratings.rate(
                services.browse.photos(None, PhotoOrder.TAKEN_DESC, first=1).ids, len(begun) % 5
            )
    assert len(begun) == len(ended)
