"""The faces that models find: which photos they have to look at, and what they found there.

``Photo.facesDue`` is the photo's number while models have to look at it, and not there when they need not: an index
of a few. ``Photo.facesBy`` names the models that did, also where they found nobody.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.postings import last_number
from photos_graph.model import Box

BLOCK = 20_000  # photos asked about at once which models looked at them
DETECTED, MANUAL, IMPORTED = "DETECTED", "MANUAL", "IMPORTED"  # Face.source


@dataclass(frozen=True, slots=True)
class KnownFace:
    """``said``: a person said something of it, so that it is never removed."""

    id: str
    box: Box
    source: str
    said: bool

    @property
    def stays(self) -> bool:
        """Whether or not a detector sees it."""
        return self.said or self.source != DETECTED


@dataclass(frozen=True, slots=True)
class DueForFaces:
    id: str
    number: int
    width: int  # as displayed
    height: int
    faces: tuple[KnownFace, ...]


KNOWN: LiteralString = """[(p)-[:HAS_FACE]->(f:Face) | [f.id, f.x, f.y, f.width, f.height, f.source,
    coalesce(f.ignored, false) OR EXISTS { (f)-[:IS|IS_NOT]->(:Person) }]] AS faces
"""

# Those of which every file is gone wait until one is back.
DUE: LiteralString = (
    """
MATCH (p:Photo) WHERE p.facesDue > $after AND EXISTS { (p)<-[:OF]-(:File {state: 'PRESENT'}) }
WITH p ORDER BY p.facesDue LIMIT $limit
RETURN p.id AS id, p.number AS number, p.width AS width, p.height AS height,
"""
    + KNOWN
    + "ORDER BY number"
)


async def due(graph: Graph, after: int, limit: int) -> list[DueForFaces]:
    """Photos to look at, by number, those after ``after``."""
    return [
        DueForFaces(row["id"], row["number"], row["width"], row["height"], _known(row["faces"]))
        for row in await graph.read(DUE, after=after, limit=limit)
    ]


def _known(rows: Iterable[Sequence[Any]]) -> tuple[KnownFace, ...]:
    return tuple(
        KnownFace(id_, Box(x, y, width, height), source or MANUAL, said)
        for id_, x, y, width, height, source, said in rows
        if None not in (x, y, width, height)
    )


DUE_COUNT: LiteralString = """
MATCH (p:Photo) WHERE p.facesDue >= 0 AND EXISTS { (p)<-[:OF]-(:File {state: 'PRESENT'}) } RETURN count(p) AS n
"""


async def due_count(graph: Graph) -> int:
    return int((await graph.read(DUE_COUNT))[0]["n"])


ANY_DUE_HERE: LiteralString = """
MATCH (p:Photo) WHERE p.facesDue >= 0 AND EXISTS {
  MATCH (p)<-[:OF]-(:File {state: 'PRESENT'})-[:IN]->(d:Folder)
  MATCH (r:Root {id: d.rootId}) WHERE r.state = 'ONLINE' }
RETURN p.number AS number LIMIT 1
"""


async def any_due_here(graph: Graph) -> bool:
    """Whether there is something to look at that does not wait for its folder to be online."""
    return bool(await graph.read(ANY_DUE_HERE))


MAKE_DUE: LiteralString = "UNWIND $numbers AS number MATCH (p:Photo {number: number}) SET p.facesDue = p.number"


async def make_due(tx: Transaction, numbers: Sequence[int]) -> None:
    """Photos to look at, once more if need be."""
    await tx.run(MAKE_DUE, numbers=list(numbers))


WANTED: LiteralString = "MATCH (m:Meta {name: 'facesBy'}) RETURN m.value AS models"
WANT: LiteralString = "MERGE (m:Meta {name: 'facesBy'}) SET m.value = $models"
MAKE_DUE_BLOCK: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $start AND p.number < $end
WITH p WHERE p.facesBy IS NULL OR p.facesBy <> $models
SET p.facesDue = p.number
"""


async def is_wanted(graph: Graph, models: str) -> bool:
    """Whether photos that other models looked at, or none, are due."""
    known = await graph.read(WANTED)
    return bool(known) and known[0]["models"] == models


async def want(graph: Graph, models: str) -> None:
    """Makes those photos due that other models looked at, or none; walks the library once after a change of models."""
    if await is_wanted(graph, models):
        return
    for start in range(0, await last_number(graph) + 1, BLOCK):
        await graph.write(MAKE_DUE_BLOCK, start=start, end=start + BLOCK, models=models)
    await graph.write(WANT, models=models)


OF_PHOTOS: LiteralString = (
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN number,
"""
    + KNOWN
)


async def known(tx: Transaction, numbers: Sequence[int]) -> dict[int, tuple[KnownFace, ...]]:
    """The faces of these photos, by number; photos that are gone are not among them."""
    return {row["number"]: _known(row["faces"]) for row in await tx.run(OF_PHOTOS, numbers=list(numbers))}


@dataclass(frozen=True, slots=True)
class SeenFace:
    """What models make of one face. ``box`` and ``score`` are None where they are not the models' to say."""

    quality: float
    vector: npt.NDArray[np.float32]
    box: Box | None = None
    score: float | None = None


ADD: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})
CREATE (p)-[:HAS_FACE]->(:Face {id: row.id, x: row.x, y: row.y, width: row.width, height: row.height,
  score: row.score, quality: row.quality, rank: row.rank, ignored: false, source: 'DETECTED', model: row.model,
  vector: row.vector})
"""

UPDATE: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.id})
SET f.quality = row.quality, f.rank = row.rank, f.model = row.model, f.vector = row.vector,
  f.x = coalesce(row.x, f.x), f.y = coalesce(row.y, f.y), f.width = coalesce(row.width, f.width),
  f.height = coalesce(row.height, f.height), f.score = coalesce(row.score, f.score)
"""

REMOVE: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id}) DETACH DELETE f"


async def add(tx: Transaction, faces: Iterable[tuple[int, str, SeenFace]], model: str) -> None:
    """New faces: number of the photo, id, and what was found."""
    if rows := [{"number": number, **_row(id_, seen, model)} for number, id_, seen in faces]:
        await tx.run(ADD, rows=rows)


async def update(tx: Transaction, faces: Mapping[str, SeenFace], model: str) -> None:
    """By id; what people said of them stays."""
    if rows := [_row(id_, seen, model) for id_, seen in faces.items()]:
        await tx.run(UPDATE, rows=rows)


async def remove(tx: Transaction, face_ids: Sequence[str]) -> None:
    if face_ids:
        await tx.run(REMOVE, ids=list(face_ids))


def _row(id_: str, seen: SeenFace, model: str) -> dict[str, object]:
    box = seen.box
    return {
        "id": id_,
        "x": box and box.x,
        "y": box and box.y,
        "width": box and box.width,
        "height": box and box.height,
        "score": seen.score,
        "quality": seen.quality,
        "rank": rank(seen.quality, id_),
        "model": model,
        "vector": packed(seen.vector),
    }


def packed(vector: npt.NDArray[np.float32]) -> str:
    """As a face holds it: base64 of little-endian float32."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def unpacked(vector: str) -> npt.NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(vector), "<f4").astype(np.float32)


# A failure of an earlier look is one no longer.
LOOKED_AT: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
SET p.facesBy = $models, p.facesDue = null
WITH p
MATCH (p)<-[:OF]-(:File)<-[:ABOUT]-(x:Failure {stage: 'faces'})
DETACH DELETE x
"""

FAILED: LiteralString = """
UNWIND $numbers AS number MATCH (p:Photo {number: number}) SET p.facesBy = null, p.facesDue = null
"""


async def looked_at(tx: Transaction, numbers: Sequence[int], models: str) -> None:
    if numbers:
        await tx.run(LOOKED_AT, numbers=list(numbers), models=models)


async def failed(tx: Transaction, numbers: Sequence[int]) -> None:
    """They are looked at again once their file is read again: see ``failures.retry``."""
    if numbers:
        await tx.run(FAILED, numbers=list(numbers))


FILE_OF: LiteralString = """
UNWIND $ids AS id
MATCH (f:File)-[:OF]->(p:Photo {id: id}) WHERE f.state = 'PRESENT'
MATCH (f)-[:IN]->(d:Folder)
MATCH (r:Root {id: d.rootId})
RETURN id, f.id AS file, f.key AS key, r.id AS root, r.name AS name ORDER BY key
"""


async def files_of(graph: Graph, photo_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The first file of each photo: its id, and its path with the root's name before it."""
    found: dict[str, tuple[str, str]] = {}
    for row in await graph.read(FILE_OF, ids=list(photo_ids)):
        found.setdefault(row["id"], (row["file"], row["name"] + row["key"][len(row["root"]) :]))
    return found
