"""Moves faces from a photo to the one that succeeds it, with all that was said about them: also that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.boxes import paired, seen_in
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import cluster_pages, edited_faces, visibility
from photos_graph.graph.faces.detections import DETECTED
from photos_graph.graph.labels.edits import Edit, FacePlace, SingleEdit, grouped_faces
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box
from photos_graph.model.succession import Succession


@dataclass(frozen=True, slots=True)
class _MovingFace:
    """A face of a photo, or a place where there is none. ``persons`` are the ids of those to whom it is assigned."""

    id: str
    box: Box
    source: str
    persons: frozenset[str]
    is_labelled: bool  # by a person or by a file
    is_judged: bool  # by a person

    def at(self, photo: int, box: Box) -> FacePlace:
        return FacePlace(photo, box.x, box.y, box.width, box.height)


FACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face) WHERE f.x IS NOT NULL
OPTIONAL MATCH (f)-[r:IS|IS_NOT]->(x:Person)
WITH number, f, collect([type(r), x.id, r.via]) AS labels
RETURN number, f.id AS id, f.x AS x, f.y AS y, f.width AS width, f.height AS height, f.source AS source,
  coalesce(f.ignored, false) AND f.passedOver IS NULL AS ignored, labels
ORDER BY number, id
"""


async def _faces(tx: Transaction, numbers: Iterable[int]) -> dict[int, list[_MovingFace]]:
    found: dict[int, list[_MovingFace]] = {}
    for row in await tx.run(FACES, numbers=sorted(set(numbers))):
        labels = [label for label in row["labels"] if label[0] is not None]
        face = _MovingFace(
            id=row["id"],
            box=Box(row["x"], row["y"], row["width"], row["height"]),
            source=row["source"] or DETECTED,
            persons=frozenset(person for kind, person, _ in labels if kind == "IS"),
            is_labelled=bool(labels) or row["ignored"],
            is_judged=row["ignored"] or any(via != "IMPORTED" for _, _, via in labels),
        )
        found.setdefault(row["number"], []).append(face)
    return found


async def _deleted_faces(tx: Transaction, numbers: Iterable[int]) -> dict[int, list[_MovingFace]]:
    return {
        number: [
            _MovingFace(id_, box, DETECTED, frozenset(), is_labelled=True, is_judged=True) for id_, box in faces.items()
        ]
        for number, faces in (await edited_faces.deleted_of(tx, numbers)).items()
    }


async def moves(tx: Transaction, successions: Sequence[Succession]) -> tuple[Edit, ...]:
    """Returns the moves of the faces that somebody drew, labelled or deleted, turned and scaled like the picture.

    A face of the new photo at the same place changes places with the old one, unless a person has judged it. Faces that
    the new picture does not show stay, and so do those of persons who are named elsewhere in it.
    """
    numbers = {number for each in successions for number in (each.old, each.new)}
    faces, deleted = await _faces(tx, numbers), await _deleted_faces(tx, numbers)
    return grouped_faces(
        edit
        for each in successions
        for edit in _moved(
            each,
            [*faces.get(each.old, []), *deleted.get(each.old, [])],
            [*faces.get(each.new, []), *deleted.get(each.new, [])],
        )
    )


def _moved(succession: Succession, old: Sequence[_MovingFace], new: Sequence[_MovingFace]) -> list[SingleEdit]:
    going = [face for face in old if face.is_labelled or face.source != DETECTED]
    shown = {face.id: seen_in(face.box, succession.view) for face in going}
    coming = [(face, box) for face in going if (box := shown[face.id]) is not None]
    pairs = paired([box for _, box in coming], [face.box for face in new])
    edits: list[SingleEdit] = []
    for at, (face, box) in enumerate(coming):
        there = new[pairs[at]] if at in pairs else None
        elsewhere = {person for other in new if other is not there for person in other.persons}
        if face.persons & elsewhere or (there is not None and (there.is_judged or not face.is_labelled)):
            continue
        edits.append((face.id, face.at(succession.old, face.box), face.at(succession.new, box), None))
        if there is not None:
            edits.append((there.id, face.at(succession.new, there.box), face.at(succession.old, face.box), None))
    return edits


PUT: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.id})<-[r:HAS_FACE]-(:Photo)
MATCH (p:Photo {number: row.photo})
DELETE r
CREATE (p)-[:HAS_FACE]->(f)
SET f.x = row.x, f.y = row.y, f.width = row.width, f.height = row.height
"""


PUT_DELETED: LiteralString = """
UNWIND $rows AS row
MATCH (f:DeletedFace {id: row.id})<-[r:HAD_FACE]-(:Photo)
MATCH (p:Photo {number: row.photo})
DELETE r
CREATE (p)-[:HAD_FACE]->(f)
SET f.x = row.x, f.y = row.y, f.width = row.width, f.height = row.height
"""


async def write(tx: LabelTransaction, edits: Iterable[Edit]) -> None:
    """Makes the moves. The photos that faces leave and reach are due for the models."""
    rows: list[dict[str, object]] = []
    moved: set[str] = set()
    numbers: set[int] = set()
    for edit in edits:
        if isinstance(edit.before, FacePlace) and isinstance(place := edit.after, FacePlace):
            sides = {"x": place.x, "y": place.y, "width": place.width, "height": place.height}
            rows += [{"id": face_id, "photo": place.photo, **sides} for face_id in edit.faces]
            moved.update(edit.faces)
            numbers |= {edit.before.photo, place.photo}
    if rows:
        await tx.run(PUT, rows=rows)
        await tx.run(PUT_DELETED, rows=rows)
        tx.touch(labelled=numbers)
        await due.make_due(tx, due.FACES, sorted(numbers))
        await visibility.mark(tx, sorted(numbers))
        await cluster_pages.recount(tx, moved)
