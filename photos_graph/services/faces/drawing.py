"""Draws, moves and deletes faces, as users ask for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph.boxes import overlap
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces import assignments, edited_faces, pages, visibility
from photos_graph.graph.faces.assignments import AssignedFace
from photos_graph.graph.labels.edits import (
    Assertion,
    AssertionKind,
    Edit,
    FaceBox,
    FacePresence,
    grouped_faces,
    now_ms,
)
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.faces import Box, Face
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import Ref
from photos_graph.services.faces import assignment_rules
from photos_graph.services.faces.assignment_edits import (
    FaceWriting,
    distinct,
    known_faces,
    person_meant,
    recorded,
    write_faces,
)

MAX_OVERLAP = 0.5  # above this overlap, a drawn box counts as a face that exists already
LARGE_SHARE = 0.05  # share of the picture's width and height from which a box is large enough in any picture


class DrawnFaces(FaceWriting):
    """Edits where faces are. A face must be at least ``least`` pixels wide and high in the picture as displayed, unless
    the picture is tiny. A job describes a face that was drawn or moved."""

    def __init__(self, graph: Graph, writer: LabelWriter, least: int) -> None:
        super().__init__(writer)
        self._graph = graph
        self._least = least

    async def add(self, photo_id: str, box: Box, person: Ref | None = None, by: str = "") -> Face:
        """Adds a face that the detector missed, and names it if a person is given. A new name creates the person.

        Raises BadInput if the box is not inside the picture, or too small. Raises NotFound for an unknown photo or
        person. Raises Conflict if there is a face already.
        """
        _check_inside(box)
        face_id, at_ms = uuid4().hex, now_ms()

        async def work(tx: LabelTransaction) -> str | None:
            number = await self._check(tx, photo_id, box)
            await edited_faces.draw(tx, photo_id, face_id, box, at_ms, by)
            await visibility.mark(tx, [number])
            edits: tuple[Edit, ...] = (Edit(FacePresence(False), FacePresence(True), faces=(face_id,)),)
            if person is not None:
                person_id, _ = await person_meant(tx, person, by)
                said = Assertion(AssertionKind.IS, at_ms, by, via="MANUAL")
                drawn = {face_id: AssignedFace(face_id, number, photo_id, False, 0.0)}
                named = {face_id: assignment_rules.named({}, person_id, said)}
                edits += await write_faces(tx, drawn, named, [person_id])
            return recorded(tx, "ADD_FACE", edits, by, 1).change_id

        change_id = await self._write(work)
        return replace(await self._face(face_id), change_id=change_id)

    async def move(self, face_id: str, box: Box, by: str = "") -> Face:
        """Moves the box of a face, which the detector then leaves where it is. Raises what ``add`` raises."""
        _check_inside(box)

        async def work(tx: LabelTransaction) -> str | None:
            face = (await known_faces(tx, [face_id]))[face_id]
            await self._check(tx, face.photo_id, box, but=face_id)
            before = (await edited_faces.places(tx, [face_id]))[face_id]
            after = FaceBox(box.x, box.y, box.width, box.height, moved=True)
            edits = (Edit(before, after, faces=(face_id,)),) if before != replace(after, moved=before.moved) else ()
            await edited_faces.write(tx, edits)
            return recorded(tx, "MOVE_FACE", edits, by, 1).change_id

        change_id = await self._write(work)
        return replace(await self._face(face_id), change_id=change_id)

    async def delete(self, face_ids: Sequence[str], by: str = "") -> BulkResult:
        """Deletes faces that were drawn by hand, or that are none, with what was said about them. The detector does not
        find them again. Raises NotFound for an unknown face."""
        ids = distinct(face_ids)

        async def work(tx: LabelTransaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            said = grouped_faces(
                (face.id, edge, None, person_id) for face in faces.values() for person_id, edge in face.edges.items()
            )
            gone = Edit(FacePresence(True), FacePresence(False), faces=tuple(faces))
            edits = (*said, gone) if faces else ()
            await assignments.write(tx, said, {face.id: face.number for face in faces.values()})
            await edited_faces.write(tx, edits)
            tx.touch(persons={person_id for face in faces.values() for person_id in face.edges})
            return recorded(tx, "DELETE_FACES", edits, by, len(faces))

        return await self._write(work)

    async def _face(self, face_id: str) -> Face:
        face = (await pages.faces_by_id(self._graph, [face_id])).get(face_id)
        if face is None:
            raise NotFound("The face has just been deleted.")
        return face

    async def _check(self, tx: Transaction, photo_id: str, box: Box, but: str | None = None) -> int:
        """Returns the number of the photo. Raises NotFound, and BadInput or Conflict if no face can be there."""
        picture = await edited_faces.picture(tx, photo_id)
        if picture is None:
            raise NotFound("There is no such photo.")
        if picture.width and picture.height:
            self._check_size(box.width * picture.width, box.height * picture.height, picture.width, picture.height)
        for face_id, other in (await edited_faces.boxes(tx, photo_id)).items():
            if face_id != but and overlap(box, other) > MAX_OVERLAP:
                raise Conflict("There is a face in this place already.", ("Face", face_id))
        return picture.number

    def _check_size(self, width: float, height: float, whole_width: int, whole_height: int) -> None:
        """Raises BadInput if a box of this size in pixels is too small in a picture of the other size."""
        least_width, least_height = (min(self._least, LARGE_SHARE * whole) for whole in (whole_width, whole_height))
        if width < least_width or height < least_height:
            raise BadInput(
                f"The box covers {width:.0f} x {height:.0f} pixels of the picture, which is too small to recognise a "
                f"face. It needs at least {math.ceil(least_width)} x {math.ceil(least_height)} pixels."
            )


def _check_inside(box: Box) -> None:
    sides = (box.x, box.y, box.width, box.height)
    inside = box.x >= 0 and box.y >= 0 and box.x + box.width <= 1 and box.y + box.height <= 1
    if not all(map(math.isfinite, sides)) or not inside or box.width <= 0 or box.height <= 0:
        raise BadInput("A box must be inside the picture: its values are fractions from 0 to 1, with a size above 0.")
