"""All that people, files and models said of photos, to be taken elsewhere: in two queries for many photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.changes import Assertion, AssertionKind, Value
from photos_graph.model import Box, TakenSource


@dataclass(frozen=True, slots=True)
class ExportedFace:
    """``edges``: IS and IS_NOT by person id; ``like``: the person whom a model is sure of, and its score."""

    id: str
    box: Box
    source: str  # DETECTED, MANUAL or IMPORTED
    ignored: bool
    edges: dict[str, Assertion]
    like: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class ExportedPhoto:
    """``files``: (key, folder id, name) of those that are not missing, by key. ``edges``: TAGGED and EXCLUDES by tag
    id. A value without a time is the file's, or nobody's."""

    id: str
    number: int
    content_hash: str
    width: int  # as displayed
    height: int
    format: str
    taken_at: datetime | None
    taken_source: TakenSource | None
    orientation: int | None  # EXIF, 1..8; None: not known, it was read before that was kept
    files: tuple[tuple[str, str, str], ...]
    rating: Value
    favourite: Value
    edges: dict[str, Assertion] = field(default_factory=dict)
    faces: tuple[ExportedFace, ...] = ()


PHOTOS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN p {.id, .number, .contentHash, .width, .height, .format, .takenAt, .takenSource, .orientation, .rating, .ratedAt,
  .ratedBy, .favourite, .favouriteAt, .favouriteBy} AS photo,
  [(p)<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING' | [f.key, d.id, f.name]] AS files,
  [(p)-[r:TAGGED]->(t:Tag) | [t.id, r.at, r.by, r.via]] AS tagged,
  [(p)-[r:EXCLUDES]->(t:Tag) | [t.id, r.at, r.by]] AS excluded
"""

FACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face)
RETURN number, f {.id, .x, .y, .width, .height, .source, .ignored} AS face,
  [(f)-[r:IS]->(x:Person) | [x.id, r.at, r.by, r.via]] AS named,
  [(f)-[r:IS_NOT]->(x:Person) | [x.id, r.at, r.by]] AS never,
  [(f)-[r:LOOKS_LIKE]->(x:Person) WHERE r.applied | [x.id, r.score]] AS likes
"""


async def exported_photos(graph: Graph | Transaction, numbers: Sequence[int]) -> list[ExportedPhoto]:
    """Of those that are known, by number; their faces from left to right."""
    ask = graph.read if isinstance(graph, Graph) else graph.run
    faces: dict[int, list[ExportedFace]] = {}
    for row in await ask(FACES, numbers=list(numbers)):
        faces.setdefault(row["number"], []).append(_face(row))
    found = []
    for row in await ask(PHOTOS, numbers=list(numbers)):
        own = sorted(faces.get(row["photo"]["number"], ()), key=lambda face: (face.box.x, face.box.y, face.id))
        found.append(_photo(row, tuple(own)))
    return sorted(found, key=lambda photo: photo.number)


def _photo(row: dict[str, Any], faces: tuple[ExportedFace, ...]) -> ExportedPhoto:
    values = row["photo"]
    source = values.get("takenSource")
    return ExportedPhoto(
        id=values["id"],
        number=values["number"],
        content_hash=values["contentHash"],
        width=values["width"],
        height=values["height"],
        format=values["format"],
        taken_at=values.get("takenAt"),
        taken_source=TakenSource(source) if source is not None else None,
        orientation=values.get("orientation"),
        files=tuple(sorted((key, folder, name) for key, folder, name in row["files"])),
        rating=Value(values.get("rating"), values.get("ratedAt"), values.get("ratedBy")),
        favourite=Value(bool(values.get("favourite")), values.get("favouriteAt"), values.get("favouriteBy")),
        edges=_edges(AssertionKind.TAGGED, row["tagged"]) | _edges(AssertionKind.EXCLUDES, row["excluded"]),
        faces=faces,
    )


def _face(row: dict[str, Any]) -> ExportedFace:
    values, likes = row["face"], sorted(row["likes"], key=lambda like: -like[1])
    return ExportedFace(
        id=values["id"],
        box=Box(*(values.get(side) or 0.0 for side in ("x", "y", "width", "height"))),
        source=values.get("source") or "MANUAL",
        ignored=bool(values.get("ignored")),
        edges=_edges(AssertionKind.IS, row["named"]) | _edges(AssertionKind.IS_NOT, row["never"]),
        like=(likes[0][0], likes[0][1]) if likes else None,
    )


def _edges(kind: AssertionKind, rows: Sequence[Sequence[Any]]) -> dict[str, Assertion]:
    return {label: Assertion(kind, at or 0, by or "", *via) for label, at, by, *via in rows}


COVERS: LiteralString = "MATCH (x:Person) WHERE x.cover IS NOT NULL RETURN collect(x.cover) AS ids"


async def covers(graph: Graph) -> frozenset[str]:
    """Ids of the faces that somebody chose to show a person by."""
    return frozenset((await graph.read(COVERS))[0]["ids"])


PLACED: LiteralString = """
UNWIND $folders AS id
MATCH (d:Folder {id: id})<-[:IN]-(f:File)-[:OF]->(p:Photo)
WHERE f.state <> 'MISSING'
RETURN id AS folder, collect([f.name, p.id, p.number]) AS files
"""


async def photos_in_folders(graph: Graph, folder_ids: Sequence[str]) -> dict[tuple[str, str], tuple[str, int]]:
    """(folder id, name of a file) to the id and number of its photo."""
    rows = await graph.read(PLACED, folders=list(folder_ids))
    return {(row["folder"], name): (photo, number) for row in rows for name, photo, number in row["files"]}


NUMBERS: LiteralString = "UNWIND $ids AS id MATCH (p:Photo {id: id}) RETURN collect([p.id, p.number]) AS photos"


async def numbers_of(graph: Graph, photo_ids: Sequence[str]) -> dict[str, int]:
    """By id, of those that are known."""
    return dict((await graph.read(NUMBERS, ids=list(photo_ids)))[0]["photos"])
