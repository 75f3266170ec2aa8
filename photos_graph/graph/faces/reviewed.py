"""Which person a user confirmed for a face in the review queue, so that it is not asked again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Edit, ReviewedFace
from photos_graph.graph.labels.transaction import LabelTransaction

READ: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id}) RETURN collect([id, f.reviewedAs]) AS faces"


async def read(tx: Transaction, face_ids: Iterable[str]) -> dict[str, ReviewedFace]:
    """Returns the states of the faces that exist, by id."""
    if not (ids := list(face_ids)):
        return {}
    return {id_: ReviewedFace(person) for id_, person in (await tx.run(READ, ids=ids))[0]["faces"]}


WRITE: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS id
MATCH (f:Face {id: id})<-[:HAS_FACE]-(p:Photo) SET f.reviewedAs = row.person
RETURN p.number AS number
"""


async def write(tx: LabelTransaction, edits: Iterable[Edit]) -> None:
    """Makes those of the edits that are of such a state."""
    rows = [
        {"of": list(edit.faces), "person": edit.after.reviewed}
        for edit in edits
        if isinstance(edit.after, ReviewedFace)
    ]
    if rows:
        tx.touch(labelled=[row["number"] for row in await tx.run(WRITE, rows=rows)])
