"""Faces that people draw, move and delete.

A deleted face becomes a node :DeletedFace, which no query for faces finds, so that it can come back by an undo, and so
that the detector does not find it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import clusters, visibility
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.labels.edits import Edit, FaceBox, FacePresence
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box


@dataclass(frozen=True, slots=True)
class PictureSize:
    """A photo by its number, and its size in pixels as displayed; None if it is not known."""

    number: int
    width: int | None
    height: int | None


PICTURE: LiteralString = "MATCH (p:Photo {id: $photo}) RETURN p.number AS number, p.width AS width, p.height AS height"


async def picture(tx: Transaction, photo_id: str) -> PictureSize | None:
    rows = await tx.run(PICTURE, photo=photo_id)
    return PictureSize(rows[0]["number"], rows[0]["width"], rows[0]["height"]) if rows else None


BOXES: LiteralString = """
MATCH (:Photo {id: $photo})-[:HAS_FACE]->(f:Face)
RETURN f.id AS id, f.x AS x, f.y AS y, f.width AS width, f.height AS height
"""


async def boxes(tx: Transaction, photo_id: str) -> dict[str, Box]:
    """Returns the boxes of all faces of a photo, by id."""
    rows = await tx.run(BOXES, photo=photo_id)
    return {row["id"]: Box(row["x"], row["y"], row["width"], row["height"]) for row in rows if row["x"] is not None}


DRAW: LiteralString = """
MATCH (p:Photo {id: $photo})
CREATE (p)-[:HAS_FACE]->(:Face {id: $id, x: $x, y: $y, width: $width, height: $height, score: 1.0, quality: 0.0,
  rank: $rank, ignored: false, source: 'MANUAL', at: $at, by: $by})
SET p.facesDue = p.number
RETURN p.number AS number
"""


async def draw(tx: LabelTransaction, photo_id: str, face_id: str, box: Box, at_ms: int, by: str) -> None:
    """Creates a face that a user drew. A job describes it later."""
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    rows = await tx.run(DRAW, photo=photo_id, id=face_id, rank=rank(0.0, face_id), at=at_ms, by=by, **sides)
    tx.touch(labelled=[row["number"] for row in rows])


PLACES: LiteralString = """
UNWIND $ids AS id
MATCH (f:Face {id: id})
RETURN id, f.x AS x, f.y AS y, f.width AS width, f.height AS height, coalesce(f.moved, false) AS moved
"""

# Its vector belongs to the place before, so it is not compared with others until a model has described it again.
MOVE: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.id})<-[:HAS_FACE]-(p:Photo)
SET f.x = row.x, f.y = row.y, f.width = row.width, f.height = row.height, f.moved = row.moved, f.model = null,
  f.vector = null
RETURN p.number AS number
"""


async def places(tx: Transaction, face_ids: Iterable[str]) -> dict[str, FaceBox]:
    """Returns where the faces are, by id."""
    return {
        row["id"]: FaceBox(row["x"], row["y"], row["width"], row["height"], row["moved"])
        for row in await tx.run(PLACES, ids=sorted(set(face_ids)))
    }


# What a deleted face keeps, and has again when it is restored.
_PROPERTIES: LiteralString = """{id: f.id, x: f.x, y: f.y, width: f.width, height: f.height, score: f.score,
  quality: f.quality, rank: f.rank, ignored: f.ignored, passedOver: f.passedOver, noticed: f.noticed, source: f.source,
  moved: f.moved, model: f.model, vector: f.vector, at: f.at, by: f.by, reviewedAs: f.reviewedAs}"""

REMOVE: LiteralString = (
    """
UNWIND $ids AS id
MATCH (f:Face {id: id})<-[:HAS_FACE]-(p:Photo)
CREATE (p)-[:HAD_FACE]->(:DeletedFace """
    + _PROPERTIES
    + """)
DETACH DELETE f
RETURN p.number AS number
"""
)

RESTORE: LiteralString = (
    """
UNWIND $ids AS id
MATCH (f:DeletedFace {id: id})<-[:HAD_FACE]-(p:Photo)
CREATE (p)-[:HAS_FACE]->(:Face """
    + _PROPERTIES
    + """)
DETACH DELETE f
RETURN p.number AS number
"""
)

CLUSTERS: LiteralString = """
UNWIND $ids AS id MATCH (:Face {id: id})-[:IN_CLUSTER]->(c:Cluster) RETURN collect(DISTINCT c.id) AS ids
"""


async def write(tx: LabelTransaction, edits: Sequence[Edit]) -> None:
    """Moves, deletes and restores faces as the edits say. Labels of deleted faces must have been removed before, and
    those of restored faces are written after."""
    rows = [
        {"id": id_, "x": to.x, "y": to.y, "width": to.width, "height": to.height, "moved": to.moved}
        for edit in edits
        if isinstance(to := edit.after, FaceBox)
        for id_ in edit.faces
    ]
    moved = await tx.run(MOVE, rows=rows) if rows else []
    restored = await tx.run(RESTORE, ids=come) if (come := _ids(edits, there=True)) else []
    removed = await _remove(tx, gone) if (gone := _ids(edits, there=False)) else []
    numbers = sorted({row["number"] for row in (*moved, *restored)})
    tx.touch(labelled={*numbers, *removed})
    if numbers:
        await due.make_due(tx, due.FACES, numbers)
        await visibility.mark(tx, numbers)


async def _remove(tx: LabelTransaction, face_ids: Sequence[str]) -> list[int]:
    counted = (await tx.run(CLUSTERS, ids=list(face_ids)))[0]["ids"]
    numbers = [row["number"] for row in await tx.run(REMOVE, ids=list(face_ids))]
    await clusters.move(tx, [], [], counted)
    return numbers


def _ids(edits: Iterable[Edit], *, there: bool) -> list[str]:
    """Returns the ids of the faces that come (``there``) or go."""
    return [
        id_
        for edit in edits
        if isinstance(edit.after, FacePresence) and edit.after.there is there
        for id_ in edit.faces
    ]


PHOTOS: LiteralString = """
UNWIND $ids AS id MATCH (:Face {id: id})<-[:HAS_FACE]-(p:Photo) RETURN id, p.number AS number
"""
PHOTOS_BEFORE: LiteralString = """
UNWIND $ids AS id MATCH (:DeletedFace {id: id})<-[:HAD_FACE]-(p:Photo) RETURN id, p.number AS number
"""


async def photos(tx: Transaction, face_ids: Iterable[str]) -> dict[str, int]:
    """Returns the numbers of the photos in which the faces are, or were until they were deleted, by face."""
    ids = sorted(set(face_ids))
    rows = [*await tx.run(PHOTOS, ids=ids), *await tx.run(PHOTOS_BEFORE, ids=ids)] if ids else []
    return {row["id"]: row["number"] for row in rows}


DELETED_OF: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAD_FACE]->(f:DeletedFace) WHERE f.x IS NOT NULL
RETURN number, f.id AS id, f.x AS x, f.y AS y, f.width AS width, f.height AS height
ORDER BY number, id
"""


async def deleted_of(tx: Transaction, numbers: Iterable[int]) -> dict[int, dict[str, Box]]:
    """Returns the places of the deleted faces of photos, by the numbers of these and by the ids of the faces."""
    found: dict[int, dict[str, Box]] = {}
    for row in await tx.run(DELETED_OF, numbers=sorted(set(numbers))):
        found.setdefault(row["number"], {})[row["id"]] = Box(row["x"], row["y"], row["width"], row["height"])
    return found


DELETED: LiteralString = "UNWIND $ids AS id MATCH (f:DeletedFace {id: id}) RETURN collect(id) AS ids"


async def deleted(tx: Transaction, face_ids: Iterable[str]) -> set[str]:
    """Returns which of these faces are deleted."""
    ids = sorted(set(face_ids))
    return set((await tx.run(DELETED, ids=ids))[0]["ids"]) if ids else set()
