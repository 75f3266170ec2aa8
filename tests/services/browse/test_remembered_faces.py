"""Remembered faces, clusters and covers are shown as they are now, whoever changed them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import numpy as np
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces import clusters
from photos_graph.graph.faces.clusters import Joined, PersonMatch
from photos_graph.graph.faces.pages import ALL_OF_PERSONS, all_of_persons
from photos_graph.graph.faces.photo_faces import OF_NUMBERS
from photos_graph.graph.library import vanished_files
from photos_graph.model.faces import Box, Face
from photos_graph.model.labels import TagSource
from photos_graph.model.search import Ref
from photos_graph.search.person_faces import RankedFace, RankedFaces
from photos_graph.services.browse import faces_of_persons
from photos_graph.services.browse.faces import FaceFilter, PageKey
from photos_graph.settings import Settings
from tests.kit.faced_library import alone, named, undone
from tests.kit.faces import liken
from tests.kit.planted import file_id

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


async def face(services: Services, face_id: str) -> Face:
    [found] = await services.faces.by_id([face_id])
    assert found is not None
    return found


async def of_cluster(services: Services) -> list[str]:
    [page] = await services.faces.pages([PageKey(FaceFilter(cluster_id="c"), 10)])
    assert not isinstance(page, Exception)
    return list(page.items)


async def listed(services: Services) -> tuple[list[tuple[str, int]], int]:
    found = await services.faces.clusters(1, 10, None)
    return [(each.id, each.size) for each in found.items], found.total


async def cost(services: Services, call: Awaitable[object]) -> int:
    before = services.graph.queries
    await call
    return services.graph.queries - before


async def test_what_is_asked_again_costs_no_query_or_the_one_whether_something_was_written(services: Services) -> None:
    faces = services.faces
    await services.assignment.assign(["f8", "f9"], named("Anna"))
    for _ in range(2):
        costs = [
            await cost(services, faces.by_id(["f8", "f9"])),
            await cost(services, faces.by_id(["f1", "f2", "f9"])),
            await cost(services, faces.clusters(1, 10, None)),
            await cost(services, faces.similar_persons(["c"])),
            await cost(services, of_cluster(services)),
        ]
    assert costs == [0, 1, 1, 1, 1]
    await services.tagging.tag_photos(services.index.search.photo_ids([0]), [Ref(name="Sea")])
    assert await cost(services, faces.by_id(["f8", "f9"])) == 0, "another photo was touched"


async def test_a_cover_is_shown_as_it_is_now(services: Services) -> None:
    await services.assignment.assign(["f8", "f9", "g5"], named("Anna"))
    anna = services.persons.named("Anna")
    assert anna is not None
    assert (await services.faces.covers([anna.id]), (await face(services, "f9")).person_id) == (["f9"], anna.id)

    ignored = await services.assignment.ignore(["f9"])
    assert ((await face(services, "f9")).ignored, await services.faces.covers([anna.id])) == (True, ["f8"])
    await undone(services, ignored)
    assert not (await face(services, "f9")).ignored

    await services.drawn_faces.move("f9", Box(0.0, 0.0, 1.0, 1.0))
    assert (await face(services, "f9")).box == Box(0.0, 0.0, 1.0, 1.0)

    rejected = await services.assignment.reject(["f9"], anna.id)
    assert ((await face(services, "f9")).source, await services.faces.covers([anna.id])) == (None, ["f8"])
    await undone(services, rejected)
    assert (await face(services, "f9")).source is TagSource.MANUAL

    await services.assignment.assign(["f9"], named("Bob"))
    bob = services.persons.named("Bob")
    assert bob is not None
    assert (await face(services, "f9")).person_id == bob.id
    await services.person_editing.merge([bob.id], anna.id)
    assert (await face(services, "f9")).person_id == anna.id
    await services.person_editing.delete(anna.id)
    assert [(await face(services, each)).person_id for each in ("f8", "f9", "g5")] == [None] * 3

    await services.drawn_faces.delete(["f9"])
    assert await services.faces.by_id(["f9"]) == [None]


async def test_one_person_is_not_read_after_everybody(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, face_id in (("Anna", "f8"), ("Bob", "f9"), ("Cleo", "g5")):
        await services.assignment.assign([face_id], named(name))
    ids = [row.id for row in services.index.search.persons]
    begun, goes_on, read = asyncio.Event(), asyncio.Event(), list[str]()

    async def held(graph: Graph, person_ids: Sequence[str]) -> dict[str, list[RankedFace]]:
        read.extend(person_ids)
        begun.set()
        await goes_on.wait()
        return await all_of_persons(graph, person_ids)

    monkeypatch.setattr(faces_of_persons, "all_of_persons", held)
    monkeypatch.setattr(faces_of_persons, "PHOTOS_AT_ONCE", 1)
    services.index.search.person_faces.touch(None, None)
    async with asyncio.TaskGroup() as tasks:
        everybody = tasks.create_task(services.faces.all_of(ids))
        await begun.wait()
        last = tasks.create_task(services.faces.all_of(ids[-1:]))
        await asyncio.sleep(0)
        goes_on.set()
    assert read == [ids[0], ids[-1], *ids[1:-1]] and len(ids) > 2
    assert everybody.result()[ids[-1]] == last.result()[ids[-1]]


@contextmanager
def queries() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Yields the queries that are sent meanwhile, with their parameters."""
    sent: list[tuple[str, dict[str, Any]]] = []
    run = Transaction.run

    async def noted(self: Transaction, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        sent.append((query, parameters))
        return await run(self, query, **parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "run", noted)
        yield sent


async def pages_of(services: Services, person_id: str) -> list[str]:
    """The faces of a person, from pages of two."""
    found, after = list[str](), None
    while True:
        [page] = await services.faces.pages([PageKey(FaceFilter(person_id=person_id), 2, after)])
        assert not isinstance(page, Exception)
        found += page.items
        if not page.has_next:
            return found
        after = page.cursors[-1]


async def check_persons(services: Services) -> dict[str, list[str]]:
    """Compares what is kept of all persons with what the graph says. Returns their faces, by name."""
    rows = list(services.index.search.persons)
    ids = [row.id for row in rows]
    kept, read = await services.faces.all_of(ids), await all_of_persons(services.graph, ids)
    for id_ in ids:
        theirs = RankedFaces.of(read[id_])
        for column in ("ranks", "photos", "named"):
            assert np.array_equal(getattr(kept[id_], column), getattr(theirs, column)), column
    found = {row.name: await pages_of(services, row.id) for row in rows}
    assert await services.faces.counts(ids) == [len(found[row.name]) for row in rows]
    return found


async def test_the_faces_of_persons_are_listed_as_they_are_now(services: Services) -> None:
    await services.assignment.assign(["f8", "f9", "g5"], named("Anna"))
    anna = services.persons.named("Anna")
    assert anna is not None
    assert await check_persons(services) == {"Anna": ["f9", "f8", "g5"]}
    ignored = await services.assignment.ignore(["f9"])
    assert await check_persons(services) == {"Anna": ["f9", "f8", "g5"]}, (
        "she still has the face that nobody wants to see"
    )
    assert await services.faces.covers([anna.id]) == ["f8"]
    await undone(services, ignored)
    await liken(services.graph, "f4", {anna.id: 0.9}, applied=anna.id)
    await services.index.catch_up()
    assert await check_persons(services) == {"Anna": ["f9", "f8", "f4", "g5"]}
    await services.assignment.ignore(["f4"])
    assert await check_persons(services) == {"Anna": ["f9", "f8", "g5"]}
    await services.assignment.reject(["f9"], anna.id)
    assert await check_persons(services) == {"Anna": ["f8", "g5"]}
    await services.assignment.assign(["f9", "g5", "f7"], named("Bob"))
    assert await check_persons(services) == {"Anna": ["f8"], "Bob": ["f9", "f7", "g5"]}
    await vanished_files.miss_files(services.writer, [file_id(7, "a")])
    await services.index.catch_up()
    assert await check_persons(services) == {"Anna": ["f8"], "Bob": ["f9", "g5"]}
    await services.drawn_faces.delete(["f9"])
    bob = services.persons.named("Bob")
    assert bob is not None
    merged = await services.person_editing.merge([bob.id], anna.id)
    assert await check_persons(services) == {"Anna": ["f8", "g5"]}
    await undone(services, merged)
    assert await check_persons(services) == {"Anna": ["f8"], "Bob": ["g5"]}
    deleted = await services.person_editing.delete(bob.id)
    assert await check_persons(services) == {"Anna": ["f8"]}
    await undone(services, deleted)
    assert await check_persons(services) == {"Anna": ["f8"], "Bob": ["g5"]}


async def test_only_the_faces_of_touched_photos_are_read_again(services: Services) -> None:
    await services.assignment.assign(["f7", "f8", "f9", "g5"], named("Anna"))
    anna = services.persons.named("Anna")
    assert anna is not None
    await check_persons(services)
    assert await cost(services, pages_of(services, anna.id)) == 0
    with queries() as sent:
        await services.assignment.assign(["f6"], named("Anna"))
        assert await services.faces.counts([anna.id]) == [5]
        assert await pages_of(services, anna.id) == ["f9", "f8", "f7", "f6", "g5"]
    assert ALL_OF_PERSONS not in [query for query, _ in sent]
    assert [values["numbers"] for query, values in sent if query == OF_NUMBERS] == [[6]]


async def test_the_faces_of_persons_are_kept_with_the_index(settings: Settings) -> None:
    async with alone(settings) as services:
        await services.assignment.assign(["f7", "f8"], named("Anna"))
        await check_persons(services)
        await services.assignment.assign(["f9"], named("Anna"))  # and nobody asks until the service ends
    async with build(settings, run_jobs=False) as services:
        anna = services.persons.named("Anna")
        assert anna is not None
        with queries() as sent:
            assert await services.faces.counts([anna.id]) == [3]
        assert [(query, values["numbers"]) for query, values in sent] == [(OF_NUMBERS, [9])]
        assert await check_persons(services) == {"Anna": ["f9", "f8", "f7"]}


async def test_a_cluster_is_shown_as_people_and_models_left_it(services: Services) -> None:
    anna = (await services.person_editing.create("Anna")).id
    assert await listed(services) == ([("c", 6)], 1)
    assert await of_cluster(services) == ["f4", "f3", "f2", "f1", "f0", "g0"]
    assert await services.faces.similar_persons(["c"]) == [()]
    assert (await face(services, "f4")).similar_persons == ()

    # A model that is not sure touches no photo.
    async def seen(score: float) -> None:
        match = PersonMatch(anna, score, applied=False)
        await services.writer.commit(lambda tx: clusters.replace_matches(tx, [("f4", (match,))], "SFace", "m"))

    await liken(services.graph, "f4", {anna: 0.6})
    assert (await face(services, "f4")).similar_persons == ((anna, 0.6),)
    assert await services.faces.similar_persons(["c"]) == [[(anna, pytest.approx(0.1))]]
    await seen(0.3)
    assert (await face(services, "f4")).similar_persons == (), "the vector is of another embedder"
    assert await services.faces.similar_persons(["c"]) == [()]

    await services.writer.commit(lambda tx: clusters.move(tx, ["f3"], [Joined("d", None, ("f3", "f7"))], ["c", "d"]))
    assert await listed(services) == ([("c", 5), ("d", 2)], 2)
    assert await of_cluster(services) == ["f4", "f2", "f1", "f0", "g0"]

    await services.assignment.assign(["f4"], named("Anna"))
    await vanished_files.miss_files(services.writer, [file_id(2, "a")])
    assert await listed(services) == ([("c", 3), ("d", 2)], 2)
    assert await of_cluster(services) == ["f1", "f0", "g0"]
    await services.assignment.name_cluster("c", Ref(id=anna))
    assert (await listed(services), await of_cluster(services)) == (([("d", 2)], 1), [])
