"""The features of photos: the vector that a backbone computed for each."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.postings import last_number

BLOCK = 20_000  # photos per query
VECTORS_PER_QUERY = 2_000

Floats = npt.NDArray[np.float32]


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
WITH p WHERE p.featuresBy = $backbone
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
    found: list[DescribedPhoto] = []
    for start in range(0, await last_number(graph) + 1, BLOCK):
        rows = await graph.read(DESCRIBED, start=start, end=start + BLOCK, backbone=backbone)
        found += sorted((DescribedPhoto(*row) for row in rows[0]["photos"]), key=lambda each: each.number)
    return found


VECTORS: LiteralString = """
UNWIND $ids AS id
MATCH (x:Features {id: id}) WHERE x.backbone = $backbone
RETURN collect([id, x.vector]) AS found
"""


async def vectors(graph: Graph, ids: Sequence[str], backbone: str) -> AsyncIterator[dict[str, Floats]]:
    """Yields vectors by photo id, in several parts. Photos that this backbone has not described are left out."""
    for start in range(0, len(ids), VECTORS_PER_QUERY):
        rows = await graph.read(VECTORS, ids=list(ids[start : start + VECTORS_PER_QUERY]), backbone=backbone)
        yield {id_: unpacked(vector) for id_, vector in rows[0]["found"]}


def packed(vector: Floats) -> str:
    """Returns base64 of little-endian float16."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def unpacked(vector: str) -> Floats:
    return np.frombuffer(base64.b64decode(vector), "<f2").astype(np.float32)
