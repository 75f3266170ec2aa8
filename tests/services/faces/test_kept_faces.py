"""The faces that are kept between two matchings are the same as those in the graph, whoever changed them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from pyroaring import BitMap

from photos_graph.bootstrap import Services
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import face_table, match_requests
from photos_graph.graph.faces.face_table import FaceTable
from photos_graph.graph.library import files, vanished_files
from photos_graph.model.faces import Box
from photos_graph.model.labels import BulkResult
from photos_graph.services.faces import kept_faces
from photos_graph.services.faces.kept_faces import KeptFaces
from photos_graph.settings import Settings
from tests.kit.face_tables import known
from tests.kit.faced_library import alone, named, undone
from tests.kit.planted import file_id, photo_id

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

MODEL = "SFace"
SECONDS = 60.0


class Watched:
    """Faces that are kept, and how often all of them were read."""

    def __init__(self, services: Services, seconds: float = SECONDS) -> None:
        self.kept = KeptFaces(services.graph, services.index, services.writer, MODEL, seconds)
        self.graph = services.graph
        self.whole = 0

    async def read_all(self, graph: Graph, model: str) -> FaceTable:
        self.whole += 1
        return await face_table.read_all(graph, model)

    async def check(self, *, whole: bool = False) -> None:
        async with self.kept.taken(whole=whole) as now:
            assert known(now) == known(await face_table.read_all(self.graph, MODEL))


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


@pytest.fixture
async def watched(services: Services, monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched(services)
    monkeypatch.setattr(kept_faces, "read_all", watched.read_all)
    await watched.check()
    assert watched.whole == 1
    return watched


async def test_whatever_people_do_is_read(services: Services, watched: Watched) -> None:
    assign, persons, drawn = services.assignment, services.person_editing, services.drawn_faces
    await assign.assign(["f8", "f9", "g5"], named("Anna"))
    await assign.assign(["f7"], named("Bob"))
    anna, bob = services.persons.named("Anna"), services.persons.named("Bob")
    assert anna is not None and bob is not None
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: assign.assign(["f8"], named("Bob")),
        lambda: assign.reject(["f8", "f4"], anna.id),
        lambda: assign.ignore(["f6", "f9"]),
        lambda: assign.answer([("f9", anna.id)], yes=True),  # it is hers already, so that only the answer is written
        lambda: assign.answer([("f7", anna.id)], yes=False),
        lambda: assign.name_cluster("c", named("Cleo")),
        lambda: assign.ignore_cluster("c"),
        lambda: drawn.add(photo_id(3), Box(0.6, 0.6, 0.3, 0.3), named("Bob")),
        lambda: drawn.move("f9", Box(0.0, 0.0, 1.0, 1.0)),
        lambda: drawn.delete(["f2", "f9"]),
        lambda: persons.merge([bob.id], anna.id),
        lambda: persons.delete(anna.id),
    ]
    await watched.check()
    for call in calls:
        made = await call()
        await watched.check()
        if isinstance(made, BulkResult):
            await undone(services, made)
            await watched.check()
    assert watched.whole == 1, "only touched photos were read again"


async def test_files_that_go_and_come_back_are_seen(services: Services, watched: Watched) -> None:
    await vanished_files.miss_files(services.writer, [file_id(2, "a"), file_id(5, "a")])
    await watched.check()
    there = (await files.known_files(services.graph, ["a"]))["a"]
    await files.move_files(services.writer, [there["2.jpg"]])
    await watched.check()
    assert watched.whole == 1


async def test_what_the_matching_writes_is_read_as_it_says(services: Services, watched: Watched) -> None:
    await services.graph.write("MATCH (f:Face {id: 'f4'})-[r:IN_CLUSTER]->(:Cluster) DELETE r")  # it touches no photo
    watched.kept.changed(BitMap([4]))
    await watched.check()
    assert watched.whole == 1


async def test_all_faces_are_read_after_another_service_matched_them(services: Services, watched: Watched) -> None:
    await match_requests.take(services.graph, "another")
    await watched.check()
    await watched.check()
    assert watched.whole == 2


async def test_all_faces_are_read_on_request_and_when_any_may_have_changed(
    services: Services, watched: Watched
) -> None:
    await watched.check(whole=True)
    await services.graph.write("MATCH (f:Face {id: 'f1'}) DETACH DELETE f")
    await services.index._rebuild()
    await watched.check()
    assert watched.whole == 3


async def test_all_faces_are_read_where_reading_them_again_broke_off(
    services: Services, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> FaceTable:
        raise ConnectionError

    await services.assignment.assign(["f8"], named("Anna"))
    with monkeypatch.context() as patch, pytest.raises(ConnectionError):
        patch.setattr(kept_faces, "read_again", broken)
        await watched.check()
    await watched.check()
    assert watched.whole == 2


async def test_faces_are_kept_for_some_time(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(services, seconds=0.0)
    monkeypatch.setattr(kept_faces, "read_all", watched.read_all)
    for _ in range(2):
        await watched.check()
        await asyncio.sleep(0.01)
    assert watched.whole == 2
