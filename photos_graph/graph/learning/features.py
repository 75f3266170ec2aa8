"""The features of photos: the vector that a backbone computed for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning.vectors import Floats, packed, read_photos, read_vectors

PUT: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})
MERGE (x:Features {id: p.id})
SET x.backbone = $backbone, x.vector = row.vector
MERGE (p)-[:DESCRIBED_BY]->(x)
"""


async def put(tx: Transaction, backbone: str, photos: Sequence[DuePhoto], vectors: Floats) -> None:
    """Stores ``vectors`` (n, dimensions) of n photos as float16. The photos are no longer due for it, and their tags
    are due to be predicted."""
    rows = [{"number": photo.number, "vector": packed(vector)} for photo, vector in zip(photos, vectors, strict=True)]
    if rows:
        await tx.run(PUT, rows=rows, backbone=backbone)
        numbers = [photo.number for photo in photos]
        await due.done(tx, due.FEATURES, numbers, backbone)
        await due.make_due(tx, due.PREDICTIONS, numbers)


DESCRIBED: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $start AND p.number < $end
WITH p WHERE p.featuresBy = $model
WITH p, CASE WHEN p.takenSource <> 'FILE_TIME' THEN left(toString(p.takenAt), 10) END AS day
RETURN collect([p.number, p.id, day]) AS photos
"""


@dataclass(frozen=True, slots=True)
class DescribedPhoto:
    """A photo that the backbone has described. ``day`` is an ISO date, or None if only the time of the file is
    known."""

    number: int
    id: str
    day: str | None


async def described(graph: Graph, backbone: str) -> list[DescribedPhoto]:
    """Returns the photos that the backbone has described, by number."""
    return [DescribedPhoto(*photo) async for block in read_photos(graph, DESCRIBED, backbone) for photo in block]


VECTORS: LiteralString = """
UNWIND $ids AS id
MATCH (x:Features {id: id}) WHERE x.backbone = $model
RETURN collect([id, x.vector]) AS found
"""


def vectors(graph: Graph, ids: Sequence[str], backbone: str) -> AsyncIterator[dict[str, Floats]]:
    """Yields vectors by photo id, in several parts. Photos that this backbone has not described are left out."""
    return read_vectors(graph, VECTORS, ids, backbone)
