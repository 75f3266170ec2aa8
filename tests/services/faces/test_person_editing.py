"""Who there is: persons made, renamed, told apart, put together, forgotten and brought back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.events import Events, LabelsChanged
from photos_graph.faces.analysis import Found
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.faces import detections
from photos_graph.graph.faces.detections import SeenFace
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.search import Ref
from photos_graph.services.faces.detection import Examined, _write_faces
from photos_graph.settings import Settings
from tests.kit.faced_library import alone, counts, named, photos_of, undone
from tests.kit.faces import everybody, liken, names_of_faces, sizes
from tests.kit.library import in_step
from tests.kit.planted import photo_id
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


async def assigned(services: Services, name: str, *face_ids: str) -> str:
    """The id of a new person with these faces."""
    await services.assignment.assign(face_ids, named(name))
    found = services.persons.named(name)
    assert found is not None
    return found.id


async def test_a_person_is_made_and_renamed(services: Services) -> None:
    zoe = await services.person_editing.create(" Zoe\u0308 ", by="ben")
    assert (zoe.name, zoe.is_me, zoe.hidden) == ("Zo\u00eb", False, False)
    other = await services.person_editing.create("ZO\u00cb")
    assert other.id != zoe.id, "two people can share a name"
    await services.person_editing.rename(other.id, "Zoe")
    with pytest.raises(Conflict) as refused:
        await services.person_editing.rename(other.id, "zo\u00eb")
    assert refused.value.in_the_way == ("Person", zoe.id)
    assert (await services.person_editing.rename(zoe.id, "ZO\u00cb")).name == "ZO\u00cb", (
        "onto their own name in another case"
    )
    assert (await services.person_editing.rename(other.id, "Anna/Bob")).name == "Anna/Bob"
    with pytest.raises(NotFound):
        await services.person_editing.rename("nobody", "x")
    with pytest.raises(BadInput):
        await services.person_editing.create(" ")
    assert await in_step(services)


async def test_one_person_at_most_is_me(services: Services) -> None:
    anna = await services.person_editing.create("Anna", is_me=True)
    bob = await services.person_editing.create("Bob", is_me=True)
    assert [(row["name"], row["me"]) for row in await everybody(services.graph)] == [("Anna", False), ("Bob", True)]
    assert (await services.person_editing.update(anna.id, is_me=True)).is_me
    found = services.persons.get(bob.id)
    assert found is not None and not found.is_me
    assert not (await services.person_editing.update(anna.id, is_me=False)).is_me
    assert await in_step(services)


async def test_a_cover_follows_faces_that_are_measured_again(services: Services, settings: Settings) -> None:
    anna = await assigned(services, "Anna", "f1", "f8", "f9")
    assert await services.faces.covers([anna]) == ["f9"]
    number = services.index.search.number_of(photo_id(9))
    assert number is not None
    [photo] = await detections.to_detect(services.graph, [DuePhoto(photo_id(9), number)])
    nobody = Found(np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.zeros((0, 128)))
    blurred = Examined(photo, nobody, {"f9": SeenFace(0.01, np.ones(128, np.float32))})
    writer = LabelWriter(services.graph, services.index, Events())
    await writer.commit(lambda tx: _write_faces(tx, [blurred], settings))
    await writer.follow()
    assert await services.faces.covers([anna]) == ["f8"]


async def test_a_cover_is_one_of_their_faces(services: Services) -> None:
    anna = await assigned(services, "Anna", "f1", "f8", "f9")
    assert await services.faces.covers([anna]) == ["f9"], "the best"
    await services.person_editing.update(anna, cover_id="f8")
    assert await services.faces.covers([anna]) == ["f8"]
    with pytest.raises(BadInput):
        await services.person_editing.update(anna, cover_id="f2")
    with pytest.raises(NotFound):
        await services.person_editing.update(anna, cover_id="nothing")
    await services.assignment.reject(["f8"], anna)
    assert await services.faces.covers([anna]) == ["f9"], "what is her face no more shows her no more"
    await services.assignment.ignore(["f9"])
    assert await services.faces.covers([anna, "nobody"]) == ["f1", None]


@pytest.mark.both_engines
async def test_merged_persons_are_one_and_come_back_with_all_that_was_theirs(services: Services) -> None:
    anna = await assigned(services, "Anna", "f1", "f2")
    ann = await assigned(services, "Ann", "f3", "f4")
    nan = await assigned(services, "Nan", "f5")
    await services.assignment.reject(["f6"], ann)
    await services.assignment.reject(["f3"], anna)
    await services.assignment.reject(["f1"], ann)
    await services.assignment.reject(["f7"], anna)
    await services.person_editing.update(ann, is_me=True, hidden=True, cover_id="f4")
    await liken(services.graph, "f8", {ann: 0.9, anna: 0.3}, applied=ann)
    await services.index.catch_up()
    assert photos_of(services, "Ann") == {3, 4, 8}
    before, who = await names_of_faces(services.graph), await everybody(services.graph)
    merged = await services.person_editing.merge([ann, nan, ann], anna, by="ben")
    assert counts(merged) == (5, 5, True)
    assert photos_of(services, "Anna") == {1, 2, 3, 4, 5}
    assert await names_of_faces(services.graph) == {
        **{f"f{n}": {"Anna": "MANUAL"} for n in (1, 2, 3, 4, 5)},
        **{f"f{n}": {"Anna": "IS_NOT"} for n in (6, 7)},
    }
    [left] = await everybody(services.graph)
    assert (left["id"], left["me"], left["cover"]) == (anna, True, "f4")
    assert services.persons.named("Ann") is None
    assert await in_step(services)
    back = await undone(services, merged)
    assert (await names_of_faces(services.graph), await everybody(services.graph)) == (before, who)
    assert (photos_of(services, "Ann"), photos_of(services, "Nan")) == ({3, 4}, {5}), "models look again"
    assert await in_step(services)
    await undone(services, back)
    assert [row["name"] for row in await everybody(services.graph)] == ["Anna"]
    assert photos_of(services, "Anna") == {1, 2, 3, 4, 5}
    assert await in_step(services)


async def test_persons_without_faces_are_merged_too(services: Services) -> None:
    anna, ann = [(await services.person_editing.create(name)).id for name in ("Anna", "Ann")]
    merged = await services.person_editing.merge([ann], anna)
    assert counts(merged) == (0, 0, True)
    await undone(services, merged)
    assert [row["id"] for row in await everybody(services.graph)] == [ann, anna]
    assert counts(await services.person_editing.merge([], anna)) == (0, 0, False)


async def test_what_cannot_be_merged_changes_nothing(services: Services) -> None:
    anna, ann = await assigned(services, "Anna", "f0", "f1"), await assigned(services, "Ann", "g0", "f2")
    with pytest.raises(BadInput):
        await services.person_editing.merge([ann, anna], anna)
    with pytest.raises(NotFound):
        await services.person_editing.merge(["nobody"], anna)
    with pytest.raises(NotFound):
        await services.person_editing.merge([anna], "nobody")
    assert (photos_of(services, "Anna"), photos_of(services, "Ann")) == ({0, 1}, {0, 2})
    await services.person_editing.merge([ann], anna)
    assert photos_of(services, "Anna") == {0, 1, 2}, "twice in one photo, as in a mirror"


async def test_a_merge_is_not_undone_once_something_of_it_changed(services: Services) -> None:
    anna, ann = await assigned(services, "Anna", "f1"), await assigned(services, "Ann", "f3", "f4")
    merged = await services.person_editing.merge([ann], anna)
    await services.assignment.assign(["f3"], named("Bob"))
    before = await names_of_faces(services.graph)
    with pytest.raises(Conflict, match="Anna on 1"):
        await undone(services, merged)
    assert await names_of_faces(services.graph) == before
    await services.assignment.assign(["f3"], Ref(id=anna))
    with pytest.raises(Conflict):
        await undone(services, merged)


async def test_a_merge_is_not_done_again_over_what_was_said_meanwhile(services: Services) -> None:
    anna, ann = await assigned(services, "Anna", "f1"), await assigned(services, "Ann", "f3")
    merged = await services.person_editing.merge([ann], anna)
    back = await undone(services, merged)
    more = await services.assignment.assign(["f5"], Ref(id=ann))
    with pytest.raises(Conflict, match="1 more faces"):
        await undone(services, back)
    assert photos_of(services, "Ann") == {3, 5}
    await undone(services, more)
    await services.person_editing.update(ann, hidden=True)
    with pytest.raises(Conflict, match="Ann"):
        await undone(services, back)


async def test_a_deleted_person_leaves_their_faces(services: Services) -> None:
    anna = await assigned(services, "Anna", "f1", "f9")
    await services.assignment.reject(["f2"], anna)
    await liken(services.graph, "f4", {anna: 0.9}, applied=anna)
    assert await sizes(services.graph) == {"c": 5}
    assert (await services.person_editing.delete(anna)).change_id is not None
    assert (await services.person_editing.delete(anna)).change_id is None
    assert await names_of_faces(services.graph) == {}
    assert await sizes(services.graph) == {"c": 6}
    assert services.persons.named("Anna") is None
    assert [face.id for face in (await services.faces.of_photos([photo_id(1)]))[0]] == ["f1"]
    assert await in_step(services)


async def test_a_deleted_person_comes_back_but_for_faces_that_were_named_since(services: Services) -> None:
    anna = await assigned(services, "Anna", "f1", "f9")
    await services.assignment.reject(["f2"], anna)
    before = await names_of_faces(services.graph)
    deleted = await services.person_editing.delete(anna, by="ann")
    back = await undone(services, deleted)
    assert await names_of_faces(services.graph) == before
    found = services.persons.named("Anna")
    assert found is not None and found.id == anna
    again = await undone(services, back)
    await services.assignment.assign(["f9"], named("Bob"))
    back = await undone(services, again)
    assert (back.matched, back.changed) == (3, 2)
    assert (photos_of(services, "Anna"), photos_of(services, "Bob")) == ({1}, {9})
    assert await in_step(services)


async def test_a_person_made_for_a_name_goes_with_the_undo_unless_it_has_other_faces(services: Services) -> None:
    first = await services.assignment.assign(["f1"], named("Anna"))
    await undone(services, first)
    assert services.persons.named("Anna") is None
    first = await services.assignment.assign(["f1"], named("Anna"))
    anna = services.persons.named("Anna")
    assert anna is not None
    await services.assignment.assign(["f2"], Ref(id=anna.id))
    await undone(services, first)
    assert photos_of(services, "Anna") == {2}


async def test_what_teaches_is_told(settings: Settings, services: Services) -> None:
    """To whom it may concern: once for each call, after the index has it."""
    from photos_graph.jobs.background import BackgroundWrites
    from photos_graph.library.places import Gazetteer
    from photos_graph.services.faces.assignment import FaceAssignment
    from photos_graph.services.faces.person_editing import PersonEditing
    from photos_graph.services.undo import Changes

    photos_then: list[set[int]] = []

    async def labels_changed(_: LabelsChanged) -> None:
        photos_then.append(photos_of(services, "Anna"))

    events = Events()
    events.subscribe(LabelsChanged, labels_changed)
    writer = LabelWriter(services.graph, services.index, events)
    naming, persons, changes = (
        FaceAssignment(writer),
        PersonEditing(writer),
        Changes(services.index, writer, BackgroundWrites(PATIENCE), Gazetteer()),
    )
    anna = await persons.create("Anna")
    result = await naming.assign(["f1"], Ref(id=anna.id))
    assert result.change_id is not None
    await changes.undo(result.change_id)
    await naming.reject(["f1"], anna.id)
    await naming.ignore(["f1"])
    await persons.delete(anna.id)
    assert photos_then == [set(), {1}, set(), set(), set(), set()]
