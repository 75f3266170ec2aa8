"""What a backbone made of each photo: which photos it has to look at, and the vectors.

``Photo.featuresDue`` is the photo's number while it has to be looked at, and not there when it need not: an index of a
few. ``Photo.featuresBy`` names the backbone that did.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.postings import last_number

BLOCK = 20_000  # photos asked about at once which backbone looked at them
FEW = 2_000  # vectors read at once

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DueForFeatures:
    id: str
    number: int


# Those of which every file is gone wait until one is back.
DUE: LiteralString = """
MATCH (p:Photo) WHERE p.featuresDue > $after AND EXISTS { (p)<-[:OF]-(:File {state: 'PRESENT'}) }
WITH p ORDER BY p.featuresDue LIMIT $limit
RETURN p.id AS id, p.number AS number ORDER BY number
"""


async def due(graph: Graph, after: int, limit: int) -> list[DueForFeatures]:
    """Photos to look at, by number, those after ``after``."""
    return [DueForFeatures(row["id"], row["number"]) for row in await graph.read(DUE, after=after, limit=limit)]


DUE_COUNT: LiteralString = """
MATCH (p:Photo) WHERE p.featuresDue >= 0 AND EXISTS { (p)<-[:OF]-(:File {state: 'PRESENT'}) } RETURN count(p) AS n
"""


async def due_count(graph: Graph) -> int:
    return int((await graph.read(DUE_COUNT))[0]["n"])


WANTED: LiteralString = "MATCH (m:Meta {name: 'featuresBy'}) RETURN m.value AS backbone"
WANT: LiteralString = "MERGE (m:Meta {name: 'featuresBy'}) SET m.value = $backbone"
MAKE_DUE_BLOCK: LiteralString = """
MATCH (p:Photo) WITH p, p.number AS number WHERE number >= $start AND number < $end
WITH p WHERE p.featuresBy IS NULL OR p.featuresBy <> $backbone
SET p.featuresDue = p.number
"""


async def is_wanted(graph: Graph, backbone: str) -> bool:
    """Whether photos that another backbone looked at, or none, are due."""
    known = await graph.read(WANTED)
    return bool(known) and known[0]["backbone"] == backbone


async def want(graph: Graph, backbone: str) -> None:
    """Makes those photos due that another backbone looked at, or none; walks the library once after a change."""
    if await is_wanted(graph, backbone):
        return
    for start in range(0, await last_number(graph) + 1, BLOCK):
        await graph.write(MAKE_DUE_BLOCK, start=start, end=start + BLOCK, backbone=backbone)
    await graph.write(WANT, backbone=backbone)


# A failure of an earlier look is one no longer.
PUT: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})
MERGE (x:Features {id: p.id})
SET x.backbone = $backbone, x.vector = row.vector, p.featuresBy = $backbone, p.featuresDue = null
MERGE (p)-[:DESCRIBED_BY]->(x)
"""

CLEAR: LiteralString = """
UNWIND $numbers AS number
MATCH (:Photo {number: number})<-[:OF]-(:File)<-[:ABOUT]-(x:Failure {stage: $stage})
DETACH DELETE x
"""


async def put(tx: Transaction, backbone: str, photos: Sequence[DueForFeatures], vectors: Floats, stage: str) -> None:
    """``vectors`` (n, dimensions) of n photos, kept as float16; failures of that stage are gone."""
    rows = [{"number": photo.number, "vector": packed(vector)} for photo, vector in zip(photos, vectors, strict=True)]
    if rows:
        await tx.run(PUT, rows=rows, backbone=backbone)
        await tx.run(CLEAR, numbers=[photo.number for photo in photos], stage=stage)


FAILED: LiteralString = """
UNWIND $numbers AS number MATCH (p:Photo {number: number}) SET p.featuresBy = null, p.featuresDue = null
"""


async def failed(tx: Transaction, numbers: Sequence[int]) -> None:
    """They are looked at again once their file is read again: see ``failures.retry``."""
    if numbers:
        await tx.run(FAILED, numbers=list(numbers))


DESCRIBED: LiteralString = """
MATCH (p:Photo) WITH p, p.number AS number WHERE number >= $start AND number < $end AND p.featuresBy = $backbone
RETURN collect([number, p.id, CASE WHEN p.takenSource <> 'FILE_TIME' THEN left(toString(p.takenAt), 10) END,
  p.predictedBy]) AS photos
"""


@dataclass(frozen=True, slots=True)
class DescribedPhoto:
    """``day``: ISO date; None where only the file's own time is known. ``predicted_by``: id of a model of tags."""

    number: int
    id: str
    day: str | None
    predicted_by: str | None


async def described(graph: Graph, backbone: str) -> list[DescribedPhoto]:
    """The photos that the backbone looked at, by number."""
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
    """By id, of those that have one by that backbone still; some at a time."""
    for start in range(0, len(ids), FEW):
        rows = await graph.read(VECTORS, ids=list(ids[start : start + FEW]), backbone=backbone)
        yield {id_: unpacked(vector) for id_, vector in rows[0]["found"]}


def packed(vector: Floats) -> str:
    """Base64 of little-endian float16."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def unpacked(vector: str) -> Floats:
    return np.frombuffer(base64.b64decode(vector), "<f2").astype(np.float32)
