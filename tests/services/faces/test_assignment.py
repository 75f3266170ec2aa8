"""Whose face it is, as people say it: named, told apart, ignored, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.model.faces import Person
from photos_graph.model.search import PersonOrder, Ref
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine
from tests.kit.faced_library import alone, counts, named, photos_of, undone
from tests.kit.faces import Found, everybody, find, liken, names_of_faces, sizes
from tests.kit.library import in_step
from tests.kit.planted import photo_id
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


async def person(services: Services, name: str) -> Person:
    found = services.persons.named(name)
    assert found is not None
    return found


async def test_a_new_name_makes_a_person_and_their_photos_are_found(services: Services) -> None:
    result = await services.assignment.assign(["f1", "f2", "f1"], named(" Anna "), by="ben")
    assert counts(result) == (2, 2, True)
    anna = await person(services, "Anna")
    assert (anna.is_me, anna.hidden, photos_of(services, "anna")) == (False, False, {1, 2})
    assert await names_of_faces(services.graph) == {"f1": {"Anna": "MANUAL"}, "f2": {"Anna": "MANUAL"}}
    again = await services.assignment.assign(["f1", "f3"], Ref(id=anna.id))
    assert counts(again) == (2, 1, True)
    assert counts(await services.assignment.assign(["f1"], Ref(id=anna.id))) == (1, 0, False)
    assert await in_step(services)


async def test_a_name_that_fits_one_person_means_that_person(services: Services) -> None:
    anna = await services.person_editing.create("Anna")
    for face, name in (("f6", "ANNA"), ("f7", "anna "), ("f8", "Anna")):
        await services.assignment.assign([face], named(name))
    assert counts(await services.assignment.name_cluster("c", named("Anna"))) == (6, 6, True)
    assert [each["id"] for each in await everybody(services.graph)] == [anna.id]
    assert photos_of(services, "Anna") == {0, 1, 2, 3, 4, 6, 7, 8}


@pytest.mark.both_engines
async def test_persons_of_one_name_are_told_apart_by_their_ids(services: Services) -> None:
    anna, other = [await services.person_editing.create(name) for name in ("Anna", "anna")]
    await services.assignment.assign(["f1"], Ref(id=anna.id))
    await services.assignment.assign(["f2"], Ref(id=other.id))
    with pytest.raises(BadInput, match="2 persons"):
        await services.assignment.assign(["f3"], named("Anna"))
    assert photos_of(services, "Anna") == {1, 2}, "a filter means any of them"
    assert await in_step(services)


async def test_a_face_that_moves_to_somebody_else_is_one_step(services: Services) -> None:
    await services.assignment.assign(["f1", "f2"], named("Anna"))
    moved = await services.assignment.assign(["f2", "f3"], named("Bob"))
    assert counts(moved) == (2, 2, True)
    assert (photos_of(services, "Anna"), photos_of(services, "Bob")) == ({1}, {2, 3})
    back = await undone(services, moved)
    assert counts(back) == (2, 2, True)
    assert (photos_of(services, "Anna"), photos_of(services, "Bob")) == ({1, 2}, set())
    await undone(services, back)
    assert (photos_of(services, "Anna"), photos_of(services, "Bob")) == ({1}, {2, 3}), "undoing an undo does it again"
    assert await in_step(services)


@pytest.mark.both_engines
async def test_two_faces_of_a_photo_are_one_person_if_somebody_says_so(services: Services) -> None:
    await services.assignment.assign(["f0"], named("Anna"))
    twice = await services.assignment.assign(["f1", "g0", "f5", "g5"], named("Anna"))
    assert counts(twice) == (4, 4, True)
    anna = (await person(services, "Anna")).id
    assert photos_of(services, "Anna") == {0, 1, 5}
    assert await services.faces.counts([anna]) == [5]
    await undone(services, await undone(services, twice))
    assert (await names_of_faces(services.graph)).keys() == {"f0", "f1", "g0", "f5", "g5"}
    assert await in_step(services)


async def test_what_a_model_took_another_face_of_the_photo_for_does_not_hold(services: Services) -> None:
    anna, bob = [(await services.person_editing.create(name)).id for name in ("Anna", "Bob")]
    await liken(services.graph, "g0", {anna: 0.9, bob: 0.3}, applied=anna)
    await liken(services.graph, "g5", {bob: 0.9}, applied=bob)
    await liken(services.graph, "f1", {anna: 0.9}, applied=anna)
    await services.assignment.assign(["f0", "f5"], Ref(id=anna))
    shown = await services.faces.by_id(["f0", "g0", "f5", "g5", "f1"])
    assert [face and face.person_id for face in shown] == [anna, None, anna, bob, anna]
    assert await services.faces.counts([anna, bob]) == [3, 1]
    assert await in_step(services)


async def test_what_it_is_not_is_remembered_and_naming_takes_it_back(services: Services) -> None:
    await services.assignment.assign(["f1", "f2"], named("Anna"))
    anna = await person(services, "Anna")
    await liken(services.graph, "f3", {anna.id: 0.9}, applied=anna.id)
    await services.index.catch_up()
    assert photos_of(services, "Anna") == {1, 2, 3}
    rejected = await services.assignment.reject(["f2", "f3", "f4"], anna.id)
    assert counts(rejected) == (3, 3, True)
    assert photos_of(services, "Anna") == {1}, "what a model took for her is withdrawn too"
    assert await names_of_faces(services.graph) == {
        "f1": {"Anna": "MANUAL"},
        **{f"f{n}": {"Anna": "IS_NOT"} for n in (2, 3, 4)},
    }
    assert counts(await services.assignment.reject(["f2"], anna.id)) == (1, 0, False)
    await services.assignment.assign(["f4"], Ref(id=anna.id))
    assert (await names_of_faces(services.graph))["f4"] == {"Anna": "MANUAL"}
    with pytest.raises(Conflict, match="Anna on 1"):
        await undone(services, rejected)
    assert await in_step(services)


async def test_a_rejection_is_undone(services: Services) -> None:
    await services.assignment.assign(["f2"], named("Anna"))
    anna = await person(services, "Anna")
    before = await names_of_faces(services.graph)
    rejected = await services.assignment.reject(["f2", "f3"], anna.id)
    await undone(services, rejected)
    assert await names_of_faces(services.graph) == before
    assert photos_of(services, "Anna") == {2}


async def test_an_undo_never_gives_a_face_two_names(services: Services) -> None:
    await services.assignment.assign(["f2"], named("Anna"))
    rejected = await services.assignment.reject(["f2"], (await person(services, "Anna")).id)
    await services.assignment.assign(["f2"], named("Bob"))
    before = await names_of_faces(services.graph)
    with pytest.raises(Conflict, match="another name"):
        await undone(services, rejected)
    assert await names_of_faces(services.graph) == before


async def test_an_imported_name_becomes_a_persons_own_when_they_say_it_too(services: Services) -> None:
    anna = await services.person_editing.create("Anna")
    await services.graph.write(
        "MATCH (f:Face {id: 'f1'}), (x:Person {id: $id}) CREATE (f)-[:IS {at: 1, by: '', via: 'IMPORTED'}]->(x)",
        id=anna.id,
    )
    said = await services.assignment.assign(["f1"], Ref(id=anna.id))
    assert await names_of_faces(services.graph) == {"f1": {"Anna": "MANUAL"}}
    await undone(services, said)
    assert await names_of_faces(services.graph) == {"f1": {"Anna": "IMPORTED"}}


async def test_a_cluster_gets_a_name_but_for_faces_that_cannot_have_it(services: Services) -> None:
    await services.assignment.assign(["f1"], named("Anna"))
    anna = (await person(services, "Anna")).id
    await services.assignment.reject(["f2"], anna)
    await services.assignment.ignore(["f3"])
    assert await sizes(services.graph) == {"c": 4}
    result = await services.assignment.name_cluster("c", Ref(id=anna))
    assert counts(result) == (4, 3, True), "of f0, g0, f2 and f4: f2 is not her"
    assert photos_of(services, "Anna") == {0, 1, 4}
    assert (await names_of_faces(services.graph)).keys() == {"f0", "g0", "f1", "f2", "f4"}, "both faces of a photo"
    assert await sizes(services.graph) == {"c": 1}
    await undone(services, result)
    assert photos_of(services, "Anna") == {1}
    assert await sizes(services.graph) == {"c": 4}
    assert await in_step(services)


async def test_a_cluster_without_faces_to_name_is_none(services: Services) -> None:
    with pytest.raises(NotFound):
        await services.assignment.name_cluster("nowhere", named("Anna"))
    await services.assignment.assign(["f0", "f1", "f2", "f3", "f4"], named("Anna"))
    await services.assignment.ignore(["g0"])
    with pytest.raises(NotFound):
        await services.assignment.name_cluster("c", named("Bob"))
    assert services.persons.named("Bob") is None


async def test_ignored_faces_count_for_nothing(services: Services) -> None:
    anna = await services.person_editing.create("Anna")
    await liken(services.graph, "f7", {anna.id: 0.9}, applied=anna.id)
    await services.index.catch_up()
    result = await services.assignment.ignore(["f7", "f8"], by="ben")
    assert counts(result) == (2, 2, True)
    assert counts(await services.assignment.ignore(["f8"])) == (1, 0, False)
    assert photos_of(services, "Anna") == set()
    again = await services.assignment.ignore(["f8"], ignored=False)
    assert counts(again) == (1, 1, True)
    with pytest.raises(Conflict, match="ignored on 1"):
        await undone(services, result)
    await undone(services, again)
    await undone(services, result)
    assert photos_of(services, "Anna") == {7}
    assert await in_step(services)


async def test_what_cannot_be_done_changes_nothing(services: Services) -> None:
    with pytest.raises(NotFound, match="1 of these 2"):
        await services.assignment.assign(["f1", "nothing"], named("Anna"))
    with pytest.raises(NotFound):
        await services.assignment.assign(["f1"], Ref(id="nobody"))
    with pytest.raises(NotFound):
        await services.assignment.reject(["f1"], "nobody")
    for name in ("", "  ", "a\nb", "x" * 256):
        with pytest.raises(BadInput):
            await services.assignment.assign(["f1"], named(name))
    with pytest.raises(BadInput, match="10,000"):
        await services.assignment.ignore([f"{n}" for n in range(10_001)])
    assert services.persons.page(True, "", PersonOrder.NAME, 10, None).total == 0
    assert counts(await services.assignment.assign([], named("Anna"))) == (0, 0, False)


async def test_faces_that_are_gone_are_passed_over_by_undo(services: Services) -> None:
    result = await services.assignment.assign(["f1", "f2"], named("Anna"))
    await services.graph.write("MATCH (f:Face {id: 'f1'}) DETACH DELETE f")
    assert counts(await undone(services, result)) == (1, 1, True)


async def test_undo_after_the_person_was_deleted_is_a_conflict(services: Services) -> None:
    result = await services.assignment.assign(["f1"], named("Anna"))
    await services.person_editing.delete((await person(services, "Anna")).id)
    with pytest.raises(Conflict, match="1 of the persons"):
        await undone(services, result)


async def test_a_call_costs_the_engine_the_same_for_few_and_for_many(services: Services) -> None:
    faces = [Found(f"x{n}", photo_id(n % 10), quality=0.5, x=0.001 * n, cluster="big") for n in range(300)]
    await find(services.graph, *faces)
    anna, bob = [(await services.person_editing.create(name)).id for name in ("Anna", "Bob")]

    async def cost(face_ids: list[str]) -> list[int]:
        found = []
        for call in (
            services.assignment.assign(face_ids, Ref(id=anna)),
            services.assignment.assign(face_ids, Ref(id=bob)),
            services.assignment.reject(face_ids, bob),
            services.assignment.ignore(face_ids),
        ):
            before = services.graph.queries
            result = await call
            found.append(services.graph.queries - before)
            before = services.graph.queries
            undo = await undone(services, result)
            await undone(services, undo)
            found.append(services.graph.queries - before)
        return found

    assert await cost(["x0"]) == await cost([f"x{n}" for n in range(1, 10)])


async def test_what_is_said_at_once_is_said_in_some_order(services: Services) -> None:
    people = [await services.person_editing.create(f"Person {n}") for n in range(4)]
    await asyncio.gather(*(services.assignment.assign(["f0", "f1"], Ref(id=each.id)) for each in people))
    names = await names_of_faces(services.graph)
    assert names["f0"] == names["f1"] and list(names["f0"].values()) == ["MANUAL"], "each face is one of them"
    await asyncio.gather(*(services.assignment.assign([face], named("Zoe")) for face in ("f5", "g5", "f6")))
    assert services.persons.named("zoe") is not None, "one name, said three times at once, is one person"
    assert await in_step(services)


async def test_ten_thousand_faces_at_once(
    services: Services, engine: RunningEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On photos of their own, since nobody is on one twice."""
    monkeypatch.setattr(services.changes._writes, "_patience", PATIENCE)  # on a busy machine, it would be told "later"
    await services.graph.write(
        """
        UNWIND range(10, 10009) AS n
        CREATE (:Photo {id: 'p' + toString(n), number: n, addedAt: 0})-[:HAS_FACE]->
          (:Face {id: 'y' + toString(n), ignored: false, quality: 0.5, score: 0.9})
        """
    )
    engine.forget_plans()
    ids = [f"y{n}" for n in range(10, 10_010)]
    result = await services.assignment.assign(ids, named("Anna"))
    assert counts(result) == (10_000, 10_000, True)
    assert counts(await undone(services, result)) == (10_000, 10_000, True)
    assert await names_of_faces(services.graph) == {}
