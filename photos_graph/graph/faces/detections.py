"""The faces that models detect: reads the known faces of photos that are due, and writes what the models found."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box
from photos_graph.model.library import photo_key

DETECTED, MANUAL, IMPORTED = "DETECTED", "MANUAL", "IMPORTED"  # Face.source


@dataclass(frozen=True, slots=True)
class KnownFace:
    """A stored face of a photo. If ``is_labelled`` is True, somebody has named, rejected or ignored it, so it is never
    removed."""

    id: str
    box: Box
    source: str
    is_labelled: bool
    is_deleted: bool = False  # by a person, who says that it is none

    @property
    def stays(self) -> bool:
        """True if the face is kept even if the detector does not find it."""
        return not self.is_deleted and (self.is_labelled or self.source != DETECTED)


@dataclass(frozen=True, slots=True)
class PhotoToDetect:
    """``key`` is that of its renditions. It changes when the picture is turned, and its faces with it."""

    id: str
    key: str
    number: int
    width: int  # as displayed
    height: int
    faces: tuple[KnownFace, ...]


OF_PHOTOS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN number, p.id AS id, p.look AS look, p.width AS width, p.height AS height,
  [(p)-[:HAD_FACE]->(f:DeletedFace) WHERE f.source <> 'MANUAL' | [f.id, f.x, f.y, f.width, f.height, f.source, false,
    true]] AS deleted,
  [(p)-[:HAS_FACE]->(f:Face) | [f.id, f.x, f.y, f.width, f.height, CASE WHEN f.moved THEN 'MANUAL' ELSE f.source END,
    (coalesce(f.ignored, false) AND f.passedOver IS NULL) OR f.noticed IS NOT NULL
      OR EXISTS { (f)-[:IS|IS_NOT]->(:Person) }]] AS faces
ORDER BY number
"""


async def to_detect(graph: Graph, photos: Sequence[DuePhoto]) -> list[PhotoToDetect]:
    """Returns the photos that are due with their faces, sorted by number. Photos that no longer exist are left out."""
    return [_photo(row) for row in await graph.read(OF_PHOTOS, numbers=[photo.number for photo in photos])]


async def known(tx: Transaction, numbers: Sequence[int]) -> dict[int, PhotoToDetect]:
    """Returns these photos with their faces, by number. Photos that no longer exist are left out."""
    return {row["number"]: _photo(row) for row in await tx.run(OF_PHOTOS, numbers=list(numbers))}


def _photo(row: Mapping[str, Any]) -> PhotoToDetect:
    key, faces = photo_key(row["id"], row["look"]), _known(row["faces"] + row["deleted"])
    return PhotoToDetect(row["id"], key, row["number"], row["width"], row["height"], faces)


def _known(rows: Iterable[Sequence[Any]]) -> tuple[KnownFace, ...]:
    return tuple(
        KnownFace(id_, Box(x, y, width, height), source or MANUAL, *about)
        for id_, x, y, width, height, source, *about in rows
        if None not in (x, y, width, height)
    )


@dataclass(frozen=True, slots=True)
class SeenFace:
    """The measurements of one face by the models. ``box`` and ``score`` are None if a person or a file gave the box."""

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


async def add(tx: LabelTransaction, faces: Iterable[tuple[int, str, SeenFace]], model: str) -> None:
    """Creates faces. Each is given by the number of its photo, its id and its measurements."""
    if rows := [{"number": number, **_row(id_, seen, model)} for number, id_, seen in faces]:
        await tx.run(ADD, rows=rows)


async def update(tx: LabelTransaction, faces: Mapping[str, SeenFace], model: str) -> None:
    """Updates faces, by id. Their assertions stay."""
    if rows := [_row(id_, seen, model) for id_, seen in faces.items()]:
        await tx.run(UPDATE, rows=rows)


async def remove(tx: LabelTransaction, face_ids: Sequence[str]) -> None:
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
    """Returns the vector as a face stores it: base64 of little-endian float32."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def unpacked(vector: str) -> npt.NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(vector), "<f4").astype(np.float32)
