"""The vectors by which an image-text model describes photos: one for each photo, beside its features."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import now_ms
from photos_graph.graph.learning.vectors import Floats, packed, read_photos, read_vectors

PUT: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})
MERGE (x:PictureVector {id: p.id})
SET x.model = $model, x.vector = row.vector, p.picturedAt = $at
MERGE (p)-[:PICTURED_BY]->(x)
"""


async def put(tx: Transaction, model: str, photos: Sequence[DuePhoto], vectors: Floats) -> None:
    """Stores ``vectors`` (n, dimensions) of n photos as float16. The photos are no longer due for them."""
    rows = [{"number": photo.number, "vector": packed(vector)} for photo, vector in zip(photos, vectors, strict=True)]
    if rows:
        await tx.run(PUT, rows=rows, model=model, at=now_ms())
        await due.done(tx, due.PICTURED, [photo.number for photo in photos], model)


PICTURED: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $start AND p.number < $end
WITH p WHERE p.picturedBy = $model
RETURN collect([p.number, p.id, p.picturedAt]) AS photos
"""


@dataclass(frozen=True, slots=True)
class PicturedPhotos:
    """The photos that a model has described, by ``numbers`` (n,) in ascending order: their ``ids`` (n, 16), and when
    they were described, as ``times`` (n,) in milliseconds since 1970."""

    numbers: npt.NDArray[np.uint32]
    ids: npt.NDArray[np.uint8]
    times: npt.NDArray[np.int64]


async def photos(graph: Graph, model: str) -> PicturedPhotos:
    """Returns the photos that this model has described."""
    numbers = [np.zeros(0, np.uint32)]
    ids = [np.zeros((0, 16), np.uint8)]
    times = [np.zeros(0, np.int64)]
    async for photos in read_photos(graph, PICTURED, model):
        if photos:
            numbers.append(np.array([number for number, _, _ in photos], np.uint32))
            packed_ids = bytes.fromhex("".join(id_ for _, id_, _ in photos))
            ids.append(np.frombuffer(packed_ids, np.uint8).reshape(-1, 16))
            times.append(np.array([at for _, _, at in photos], np.int64))
    return PicturedPhotos(np.concatenate(numbers), np.concatenate(ids), np.concatenate(times))


VECTORS: LiteralString = """
UNWIND $ids AS id
MATCH (x:PictureVector {id: id}) WHERE x.model = $model
RETURN collect([id, x.vector]) AS found
"""


def vectors(graph: Graph, ids: Sequence[str], model: str) -> AsyncIterator[dict[str, Floats]]:
    """Yields vectors by photo id, in several parts. Photos that this model has not described are left out."""
    return read_vectors(graph, VECTORS, ids, model)
