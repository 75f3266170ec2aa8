"""Reads the vectors that models computed of photos, and the photos that have one, a portion in each query."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.postings import last_number

PHOTOS_PER_QUERY = 20_000
VECTORS_PER_QUERY = 2_000

Floats = npt.NDArray[np.float32]


async def read_photos(graph: Graph, query: LiteralString, model: str) -> AsyncIterator[list[list[Any]]]:
    """Yields what ``query`` collects of the photos that a model has described, by number, which comes first in each."""
    for start in range(0, await last_number(graph) + 1, PHOTOS_PER_QUERY):
        rows = await graph.read(query, start=start, end=start + PHOTOS_PER_QUERY, model=model)
        yield sorted(rows[0]["photos"], key=lambda photo: photo[0])


async def read_vectors(
    graph: Graph, query: LiteralString, ids: Sequence[str], model: str
) -> AsyncIterator[dict[str, Floats]]:
    """Yields the vectors that ``query`` finds, by photo id. Photos that this model has not described are left out."""
    for start in range(0, len(ids), VECTORS_PER_QUERY):
        rows = await graph.read(query, ids=list(ids[start : start + VECTORS_PER_QUERY]), model=model)
        yield {id_: unpacked(vector) for id_, vector in rows[0]["found"]}


def packed(vector: Floats) -> str:
    """Returns base64 of little-endian float16."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def unpacked(vector: str) -> Floats:
    return np.frombuffer(base64.b64decode(vector), "<f2").astype(np.float32)
