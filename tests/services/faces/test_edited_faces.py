"""Faces that people draw, move and delete, and how that is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import detections, turning
from photos_graph.graph.faces.turning import Turn
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box
from photos_graph.settings import Settings
from tests.kit.faced_library import alone, counts, named, photos_of, undone
from tests.kit.faces import names_of_faces, sizes
from tests.kit.library import in_step
from tests.kit.planted import photo_id

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

BOX = Box(0.5, 0.5, 0.2, 0.2)


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with alone(settings) as services:
        yield services


async def known(services: Services, number: int) -> dict[str, detections.KnownFace]:
    """What a look at the photo knows of it."""

    async def read(tx: Transaction) -> dict[int, detections.PhotoToDetect]:
        return await detections.known(tx, [number])

    return {face.id: face for face in (await services.graph.transaction(read))[number].faces}


async def test_deleted_faces_are_gone_and_come_back_with_undo(services: Services) -> None:
    await services.assignment.assign(["f0", "f6"], named("Anna"))
    before = await names_of_faces(services.graph), await sizes(services.graph)
    deleted = await services.drawn_faces.delete(["f0", "f6", "g0"], by="ben")
    assert counts(deleted) == (3, 3, True)
    assert (photos_of(services, "Anna"), await sizes(services.graph)) == (set(), {"c": 4})
    assert await services.faces.by_id(["f0", "f6"]) == [None, None]
    assert (await known(services, 0))["f0"].is_deleted, "so that the detector does not find it again"
    assert await services.faces.library_count() == 9
    assert deleted.change_id is not None
    [touched] = await services.changed.touched([deleted.change_id])
    assert touched.photos == [photo_id(0), photo_id(6)]

    async def turn(tx: LabelTransaction) -> None:
        await turning.turn(tx, {0: Turn(1, 3)})

    await services.writer.commit(turn)
    assert round((await known(services, 0))["f0"].box.x, 3) == 0.7, "it turns with the picture"
    back = await undone(services, deleted)
    assert back.change_id is not None
    assert (await services.changed.touched([back.change_id]))[0].photos == touched.photos, "which got their faces back"
    assert (await names_of_faces(services.graph), photos_of(services, "Anna")) == (before[0], {0, 6})
    assert not (await known(services, 0))["f0"].is_deleted
    await undone(services, back)
    assert photos_of(services, "Anna") == set()
    with pytest.raises(NotFound):
        await services.drawn_faces.delete(["f0"])
    assert counts(await services.drawn_faces.delete([])) == (0, 0, False)
    assert await in_step(services)


async def test_a_moved_face_stays_where_people_put_it(services: Services) -> None:
    await services.assignment.assign(["f1"], named("Anna"))
    moved = await services.drawn_faces.move("f1", BOX, by="ben")
    assert (moved.box, moved.person_id is None) == (BOX, False)
    assert (await known(services, 1))["f1"].source == detections.MANUAL
    [row] = await services.graph.read("MATCH (c:Change {kind: 'MOVE_FACE'}) RETURN c.id AS id")
    back = await services.changes.undo(row["id"])
    [face] = await services.faces.by_id(["f1"])
    assert face is not None and face.box == Box(0.2, 0.3, 0.1, 0.2)
    assert (await known(services, 1))["f1"].source == detections.DETECTED
    await undone(services, back)
    await services.drawn_faces.move("f1", Box(0.6, 0.5, 0.2, 0.2))
    with pytest.raises(Conflict, match="the place on 1"):
        await services.changes.undo(row["id"])
    with pytest.raises(Conflict, match="already"):
        await services.drawn_faces.move("f0", Box(0.6, 0.3, 0.1, 0.2))
    with pytest.raises(NotFound):
        await services.drawn_faces.move("nothing", BOX)


async def test_a_drawn_face_is_undone_unless_it_got_a_name(services: Services) -> None:
    face = await services.drawn_faces.add(photo_id(3), BOX, named("Anna"), by="ben")
    [row] = await services.graph.read("MATCH (c:Change {kind: 'ADD_FACE'}) RETURN c.id AS id")
    back = await services.changes.undo(row["id"])
    assert (await services.faces.by_id([face.id]), photos_of(services, "Anna")) == ([None], set())
    assert face.id not in await known(services, 3), "the detector may find a face there"
    await undone(services, back)
    assert photos_of(services, "Anna") == {3}
    other = await services.drawn_faces.add(photo_id(4), BOX)
    await services.assignment.assign([other.id], named("Anna"))
    [row] = await services.graph.read(
        "MATCH (c:Change {kind: 'ADD_FACE', undone: false}) WHERE c.id <> $id RETURN c.id AS id", id=row["id"]
    )
    with pytest.raises(Conflict, match="named"):
        await services.changes.undo(row["id"])


async def test_a_box_must_show_enough_to_recognise_a_face(services: Services) -> None:
    await services.graph.write("MATCH (p:Photo {number: 3}) SET p.width = 400, p.height = 300")
    with pytest.raises(BadInput, match=r"8 x 30 pixels .* at least 16 x 15"):
        await services.drawn_faces.add(photo_id(3), Box(0.5, 0.5, 0.02, 0.1))
    with pytest.raises(BadInput, match="inside"):
        await services.drawn_faces.move("f3", Box(0.9, 0.5, 0.2, 0.2))
    assert (await services.drawn_faces.add(photo_id(3), Box(0.5, 0.5, 0.04, 0.06))).quality == 0
