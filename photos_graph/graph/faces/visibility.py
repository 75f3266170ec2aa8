"""Maintains ``Face.unseen``, which is true while no file holds the photo of the face, and absent otherwise.

Without this property, pages and counts of faces would have to look up the files of each face, and take many times as
long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from photos_graph.graph.faces.cluster_pages import recount
from photos_graph.graph.labels.transaction import LabelTransaction

MARK: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number}) WHERE EXISTS { (p)-[:HAS_FACE]->(:Face) }
WITH p, NOT EXISTS { MATCH (p)<-[:OF]-(o:File) WHERE o.state <> 'MISSING' } AS unseen
MATCH (p)-[:HAS_FACE]->(f:Face) WHERE (f.unseen IS NULL) = unseen
SET f.unseen = CASE WHEN unseen THEN true END
RETURN f.id AS id
"""


async def mark(tx: LabelTransaction, numbers: Sequence[int]) -> None:
    """Updates the marks of the faces of photos whose files ``tx`` changed or to which it added faces, and the sizes of
    clusters. The lock of labels orders a transaction that adds a face and one that removes the file of its photo, so
    that the later of the two marks the face."""
    known = set(numbers) - tx.created  # a new photo has a file, and so its faces need no mark
    if known and (rows := await tx.run(MARK, numbers=sorted(known))):
        await recount(tx, [row["id"] for row in rows])
