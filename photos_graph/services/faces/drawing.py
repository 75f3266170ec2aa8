"""Adds faces that the detector missed and users drew."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from uuid import uuid4

import numpy as np

from photos_graph.boxes import overlap
from photos_graph.errors import BadInput, Conflict, NotFound, PhotosGraphError
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces import assignments, pages, visibility
from photos_graph.graph.faces.assignments import AssignedFace, FaceDescription
from photos_graph.graph.faces.detections import packed
from photos_graph.graph.labels.edits import Assertion, AssertionKind, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.faces import Box, Face
from photos_graph.model.search import Ref
from photos_graph.services.faces import assignment_rules
from photos_graph.services.faces.assignment_edits import FaceWriting, person_meant, write_faces
from photos_graph.services.faces.detection_call import describe_faces
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

log = logging.getLogger(__name__)

MAX_OVERLAP = 0.5  # above this overlap, a drawn box counts as a face that exists already

Describe = Callable[[str, Box], Awaitable[FaceDescription | None]]


class DrawnFaces(FaceWriting):
    def __init__(self, graph: Graph, writer: LabelWriter, describe: Describe) -> None:
        super().__init__(writer)
        self._graph = graph
        self._describe = describe

    async def add(self, photo_id: str, box: Box, person: Ref | None = None, by: str = "") -> Face:
        """Adds a face that the detector missed, and names it if a person is given. A new name creates the person.

        Raises BadInput if the box is empty or is not inside the picture. Raises NotFound for an unknown photo or
        person. Raises Conflict if there is a face already, if the person has another face in the photo, or if the name
        belongs to an existing person.
        """
        _check_box(box)
        await known_numbers(self._graph, [photo_id])
        await self._graph.transaction(lambda tx: _check_free(tx, photo_id, box))
        described, face_id, at_ms = await self._describe(photo_id, box), uuid4().hex, now_ms()

        async def work(tx: LabelTransaction) -> None:
            await _check_free(tx, photo_id, box)
            number = await assignments.draw(tx, photo_id, face_id, box, described, at_ms, by)
            if number is None:
                raise NotFound("There is no such photo.")
            await visibility.mark(tx, [number])
            if person is None:
                return
            person_id, state = await person_meant(tx, person, by)
            after = {
                face_id: assignment_rules.named({}, person_id, Assertion(AssertionKind.IS, at_ms, by, via="MANUAL"))
            }
            drawn = {face_id: AssignedFace(face_id, number, photo_id, False, 0.0)}
            await write_faces(tx, drawn, after, {person_id: state.name})

        await self._write(work)
        return (await pages.faces_by_id(self._graph, [face_id]))[face_id]


def describing(pool: WorkerPool, media: Media, settings: Settings) -> Describe:
    """Returns a function that describes a face with the models, or returns None if they cannot describe it now. A job
    then describes it later."""

    async def describe(photo_id: str, box: Box) -> FaceDescription | None:
        boxes = np.array([[box.x, box.y, box.width, box.height]], np.float32)
        try:
            path = await media.picture(photo_id, min(box.width, box.height))
            found = await describe_faces(pool, path, boxes, settings, Priority.INTERACTIVE)
        except PhotosGraphError as error:
            log.info("A face that was added by hand is analysed later: %s", error.public_message)
            return None
        return FaceDescription(settings.faces.embedder, packed(found.vectors[0]), float(found.qualities[0]))

    return describe


def _check_box(box: Box) -> None:
    sides = (box.x, box.y, box.width, box.height)
    inside = box.x >= 0 and box.y >= 0 and box.x + box.width <= 1 and box.y + box.height <= 1
    if not all(map(math.isfinite, sides)) or not inside or box.width <= 0 or box.height <= 0:
        raise BadInput("A box must be inside the picture: its values are fractions from 0 to 1, with a size above 0.")


async def _check_free(tx: Transaction, photo_id: str, box: Box) -> None:
    for face_id, other in (await assignments.boxes(tx, photo_id)).items():
        if overlap(box, other) > MAX_OVERLAP:
            raise Conflict("There is a face in this place already.", ("Face", face_id))
