"""Photos with their labels from all sources, for an export: two queries read them for many photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels import properties, stacks
from photos_graph.graph.labels.edits import Assertion, AssertionKind, PropertyValue, StackPlace, Value
from photos_graph.graph.library import photo_metadata
from photos_graph.graph.library.holders import ID_DIGITS
from photos_graph.graph.speaking import standing
from photos_graph.model.faces import Box
from photos_graph.model.library import FileState, Photo
from photos_graph.model.properties import PhotoProperty


@dataclass(frozen=True, slots=True)
class ExportedFace:
    """A face with its labels. ``edges`` holds the assertions IS and IS_NOT by person id; ``predicted`` is the id of the
    person whom a model predicts with confidence, and the score (0..1)."""

    id: str
    box: Box
    source: str  # DETECTED, MANUAL or IMPORTED
    ignored: bool
    edges: dict[str, Assertion]
    predicted: tuple[str, float] | None = None
    passed_over: bool = False  # ignored by a model


@dataclass(frozen=True, slots=True)
class ExportedPhoto:
    """A photo with its labels.

    ``files`` holds (key, folder id, name) of the files that are not missing, the one that speaks for the photo first.
    If there are none, it holds those that are missing, and ``is_hidden`` is true.
    ``edges`` holds the assertions TAGGED and EXCLUDES by tag id. ``rating``, ``favourite`` and ``properties`` are the
    values of the photo with their provenance: one without a time is the file's or the default.
    """

    photo: Photo
    orientation: int | None  # EXIF, 1..8; None if the photo was read before the orientation was stored
    files: tuple[tuple[str, str, str], ...]
    rating: Value
    favourite: Value
    properties: Mapping[PhotoProperty, PropertyValue]
    stack: StackPlace
    edges: dict[str, Assertion] = field(default_factory=dict)
    faces: tuple[ExportedFace, ...] = ()
    place_id: str | None = None  # the smallest place in which the photo was taken
    is_hidden: bool = False


PHOTOS: LiteralString = (
    """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN """
    + photo_metadata.PROJECTION
    + """ AS photo, p {.orientation, .ratedAt, .ratedBy, .favouriteAt, .favouriteBy, .stack, .stackKind,
  .stackRank, .stackedAt, .stackedBy, .placeId, """
    + properties.PROVENANCE
    + """} AS more,
  [(p)<-[:OF]-(f:File)-[:IN]->(d:Folder) | [f.key, d.id, f.name, f.state, f.mtimeNs]] AS files,
  [(p)-[:AT]->(x:Place) | x.id] AS places,
  [(p)-[r:TAGGED]->(t:Tag) | [t.id, r.at, r.by, r.via]] AS tagged,
  [(p)-[r:EXCLUDES]->(t:Tag) | [t.id, r.at, r.by]] AS excluded
"""
)

STACKED = ("stack", "stackKind", "stackRank", "stackedAt", "stackedBy")

FACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face)
RETURN number, f {.id, .x, .y, .width, .height, .source, .ignored, .passedOver} AS face,
  [(f)-[r:IS]->(x:Person) | [x.id, r.at, r.by, r.via]] AS named,
  [(f)-[r:IS_NOT]->(x:Person) | [x.id, r.at, r.by]] AS rejected,
  [(f)-[r:LOOKS_LIKE]->(x:Person) WHERE r.applied | [x.id, r.score]] AS matches
"""


# A photo that another one succeeded has given its labels away.
HIDDEN: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
WHERE NOT EXISTS { (p)-[:SUCCEEDED_BY]->(:Photo) }
  AND NOT EXISTS { MATCH (p)<-[:OF]-(f:File) WHERE f.state <> 'MISSING' }
RETURN collect(number) AS numbers
"""


async def hidden_photos(graph: Graph, numbers: Sequence[int]) -> list[int]:
    """Returns the numbers of those of the photos that exist, that no file holds, and that no other photo succeeded."""
    return list((await graph.read(HIDDEN, numbers=list(numbers)))[0]["numbers"])


async def exported_photos(graph: Graph | Transaction, numbers: Sequence[int]) -> list[ExportedPhoto]:
    """Returns the photos that exist, sorted by number. Their faces are sorted from left to right."""
    ask = graph.read if isinstance(graph, Graph) else graph.run
    faces: dict[int, list[ExportedFace]] = {}
    for row in await ask(FACES, numbers=list(numbers)):
        faces.setdefault(row["number"], []).append(_face(row))
    photos = []
    for row in await ask(PHOTOS, numbers=list(numbers)):
        ordered = sorted(faces.get(row["photo"]["number"], ()), key=lambda face: (face.box.x, face.box.y, face.id))
        photos.append(_photo(row, tuple(ordered)))
    return sorted(photos, key=lambda each: each.photo.number)


def _photo(row: dict[str, Any], faces: tuple[ExportedFace, ...]) -> ExportedPhoto:
    present = [file for file in row["files"] if file[3] != FileState.MISSING]
    files = sorted(present or row["files"], key=lambda file: standing(file[3], file[4], file[0]))
    photo = photo_metadata.photo_of(row["photo"], files[0][2] if files else row["photo"]["id"])
    more = row["more"]
    return ExportedPhoto(
        photo=photo,
        orientation=more["orientation"],
        files=tuple((key, folder, name) for key, folder, name, *_ in files),
        rating=Value(photo.rating, more["ratedAt"], more["ratedBy"]),
        favourite=Value(photo.favourite, more["favouriteAt"], more["favouriteBy"]),
        properties=properties.values_of({**more, **row["photo"]}, more),
        stack=stacks.place_of(*(more[name] for name in STACKED)),
        edges=_edges(AssertionKind.TAGGED, row["tagged"]) | _edges(AssertionKind.EXCLUDES, row["excluded"]),
        faces=faces,
        place_id=next(iter(row["places"]), None),
        is_hidden=not present,
    )


def _face(row: dict[str, Any]) -> ExportedFace:
    values, matches = row["face"], sorted(row["matches"], key=lambda match: -match[1])
    return ExportedFace(
        id=values["id"],
        box=Box(*(values.get(side) or 0.0 for side in ("x", "y", "width", "height"))),
        source=values.get("source") or "MANUAL",
        ignored=bool(values.get("ignored")),
        passed_over=values.get("passedOver") is not None,
        edges=_edges(AssertionKind.IS, row["named"]) | _edges(AssertionKind.IS_NOT, row["rejected"]),
        predicted=(matches[0][0], matches[0][1]) if matches else None,
    )


def _edges(kind: AssertionKind, rows: Sequence[Sequence[Any]]) -> dict[str, Assertion]:
    return {label: Assertion(kind, at or 0, by or "", *via) for label, at, by, *via in rows}


COVERS: LiteralString = "MATCH (x:Person) WHERE x.cover IS NOT NULL RETURN collect(x.cover) AS ids"


async def covers(graph: Graph) -> frozenset[str]:
    """Returns the ids of the faces that users chose as covers of persons."""
    return frozenset((await graph.read(COVERS))[0]["ids"])


PLACED: LiteralString = """
UNWIND $folders AS id
MATCH (d:Folder {id: id})<-[:IN]-(f:File)-[:OF]->(p:Photo)
WHERE f.state <> 'MISSING'
RETURN id AS folder, collect([f.name, p.id, p.number]) AS files
"""


async def photos_in_folders(graph: Graph, folder_ids: Sequence[str]) -> dict[tuple[str, str], tuple[str, int]]:
    """Returns the id and number of each photo in the folders, by (folder id, name of the file)."""
    rows = await graph.read(PLACED, folders=list(folder_ids))
    return {(row["folder"], name): (photo, number) for row in rows for name, photo, number in row["files"]}


NUMBERS_BY_PICTURE: LiteralString = """
UNWIND $hashes AS hash MATCH (p:Photo {pictureHash: hash}) RETURN collect([hash, p.number]) AS photos
"""

NUMBERS_BY_CONTENT: LiteralString = """
UNWIND $hashes AS hash MATCH (f:File {contentHash: hash})-[:OF]->(p:Photo) RETURN collect([hash, p.number]) AS photos
"""

NUMBERS_BY_ID: LiteralString = """
UNWIND $hashes AS hash MATCH (p:Photo {id: left(hash, $digits)}) RETURN collect([hash, p.number]) AS photos
"""


async def numbers_by_picture(graph: Graph, picture_hashes: Sequence[str]) -> dict[str, int]:
    """Returns the numbers of the photos that exist, by picture hash."""
    return dict((await graph.read(NUMBERS_BY_PICTURE, hashes=list(picture_hashes)))[0]["photos"])


async def numbers_by_content(graph: Graph, content_hashes: Sequence[str]) -> dict[str, int]:
    """Returns the numbers of the photos that exist, by the content hash of one of their files, or of the file that an
    older library read first, from which the id was made."""
    hashes = list(content_hashes)
    first = (await graph.read(NUMBERS_BY_ID, hashes=hashes, digits=ID_DIGITS))[0]["photos"]
    return dict(first) | dict((await graph.read(NUMBERS_BY_CONTENT, hashes=hashes))[0]["photos"])
