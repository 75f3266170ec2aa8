"""Remembered faces, clusters and covers are shown as they are now, whoever changed them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

import pytest

from photos_graph.bootstrap import Services
from photos_graph.graph.faces import clusters
from photos_graph.graph.faces.clusters import Joined, PersonMatch
from photos_graph.graph.library import vanished_files
from photos_graph.model.faces import Box, Face
from photos_graph.model.labels import TagSource
from photos_graph.model.search import Ref
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
