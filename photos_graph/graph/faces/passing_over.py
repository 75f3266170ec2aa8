"""Faces that a model ignores, because they resemble faces of strangers whom people ignored.

Such a face has ``ignored`` like one that a person ignored, so that it counts nowhere, and the score in ``passedOver``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from photos_graph.graph.labels.transaction import LabelTransaction

# What people said about the face since it was compared takes precedence.
IGNORE_ALIKE: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.face})<-[:HAS_FACE]-(p:Photo)
WHERE NOT coalesce(f.ignored, false) AND f.noticed IS NULL AND NOT EXISTS { (f)-[:IS]->(:Person) }
SET f.ignored = true, f.passedOver = row.score
RETURN p.number AS number
"""

NO_LONGER_IGNORE: LiteralString = """
UNWIND $ids AS id
MATCH (f:Face {id: id})<-[:HAS_FACE]-(p:Photo) WHERE f.passedOver IS NOT NULL
SET f.ignored = false, f.passedOver = null
RETURN p.number AS number
"""


async def pass_over(tx: LabelTransaction, faces: Sequence[tuple[str, float]]) -> None:
    """Ignores faces, given by id and score (0..1), of which no person said anything."""
    rows = await tx.run(IGNORE_ALIKE, rows=[{"face": face_id, "score": score} for face_id, score in faces])
    tx.touch(labelled=[row["number"] for row in rows])


async def take_back(tx: LabelTransaction, face_ids: Sequence[str]) -> None:
    """No longer ignores these faces, unless a person ignored them."""
    rows = await tx.run(NO_LONGER_IGNORE, ids=list(face_ids))
    tx.touch(labelled=[row["number"] for row in rows])
