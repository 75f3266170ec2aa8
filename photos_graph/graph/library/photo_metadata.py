"""The properties of photos: written as the files state them, and read back. Of several files of a photo, one speaks for
it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString, Protocol

from photos_graph.graph import due
from photos_graph.graph.faces import regions
from photos_graph.graph.labels import keywords, properties, ratings
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import whereabouts
from photos_graph.model.library import (
    METADATA_VERSION,
    Camera,
    DatePrecision,
    Exposure,
    Location,
    Metadata,
    Photo,
    Place,
    Taken,
    TakenSource,
)
from photos_graph.model.properties import PROPERTIES, Description


class FileMetadata(Protocol):
    """What a file says about its photo. ``places`` are broadest first. ``shown`` has the properties of the picture, if
    it was read as a whole."""

    @property
    def file_id(self) -> str: ...

    @property
    def metadata(self) -> Metadata: ...

    @property
    def places(self) -> tuple[Place, ...]: ...

    @property
    def shown(self) -> Mapping[str, object]: ...


PUT_METADATA: LiteralString = due.READING.query(
    """
UNWIND $rows AS row
MATCH (f:File {id: row.file})-[:OF]->(p:Photo)
SET p += row.metadata, p.speaker = f.id, p.{by} = $version, p.{due} = null
SET """
    + ratings.STATED_BY_FILE
    + ", "
    + properties.STATED_BY_FILE
    + """
WITH p, row WHERE p.positionAt IS NULL
OPTIONAL MATCH (p)-[old:AT]->(:Place)
DELETE old
WITH DISTINCT p, row
MATCH (x:Place {id: row.place})
MERGE (p)-[:AT]->(x)
"""
)


async def put(
    tx: LabelTransaction, told: Mapping[int, FileMetadata], import_keywords: bool, import_faces: bool
) -> None:
    """Writes what the files say to the photos for which they speak, by number, and updates tags and faces to it. The
    photos are no longer due."""
    before = await _file_labels(tx, [number for number in told if number not in tx.created])
    await _put(tx, list(told.values()), import_faces)
    if import_keywords:
        words = {number: each.keywords for number, each in before.items()}
        await keywords.apply(tx, words, {n: frozenset(each.metadata.keywords) for n, each in told.items()})
    if import_faces:
        marked = {number: each.regions for number, each in before.items()}
        await regions.apply(
            tx, marked, {n: regions.unpacked(regions.packed(each.metadata.regions)) for n, each in told.items()}
        )


async def _put(tx: LabelTransaction, told: Sequence[FileMetadata], with_regions: bool) -> None:
    await whereabouts.put_places(tx, [place for each in told for place in each.places])
    rows = [
        {
            "file": each.file_id,
            "place": each.places[-1].id if each.places else None,
            **_split({**each.shown, **_properties(each.metadata, with_regions)}),
        }
        for each in told
    ]
    await tx.run(PUT_METADATA, rows=rows, version=METADATA_VERSION)


@dataclass(frozen=True, slots=True)
class _FileLabels:
    """The labels in the file that speaks for a photo, as it was last read."""

    keywords: frozenset[str]
    regions: regions.Regions


FILE_LABELS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN number, p.keywords AS keywords, p.regions AS regions
"""


async def _file_labels(tx: LabelTransaction, numbers: Sequence[int]) -> dict[int, _FileLabels]:
    rows = await tx.run(FILE_LABELS, numbers=list(numbers)) if numbers else []
    return {
        row["number"]: _FileLabels(frozenset(row["keywords"] or ()), regions.unpacked(row["regions"])) for row in rows
    }


def _split(values: Mapping[str, object]) -> dict[str, object]:
    """Divides the values into those that people can state in place of the file, and the others."""
    stated = {name: value for name, value in values.items() if name in properties.PARTS}
    return {"stated": stated, "metadata": {name: value for name, value in values.items() if name not in stated}}


def _properties(metadata: Metadata, with_regions: bool) -> dict[str, object]:
    taken, location, camera = metadata.taken, metadata.location, metadata.camera
    exposure = metadata.exposure or Exposure()
    marked = {"regions": regions.packed(metadata.regions) or None} if with_regions else {}
    return marked | {
        "takenAt": taken and taken.at,
        "takenOffset": taken and taken.offset,
        "takenSource": taken and taken.source.value,
        "takenPrecision": taken and taken.precision.value,
        "latitude": location and location.latitude,
        "longitude": location and location.longitude,
        "altitude": location and location.altitude,
        "placeId": None,  # only people choose a place
        "make": camera and camera.make,
        "model": camera and camera.model,
        "lens": camera and camera.lens,
        "iso": exposure.iso,
        "aperture": exposure.aperture,
        "exposureSeconds": exposure.seconds,
        "focalLength": exposure.focal_length,
        "fileRating": metadata.rating,
        "fileFavourite": metadata.favourite,
        "keywords": list(metadata.keywords),
        "orientation": metadata.orientation,
        "burst": metadata.burst,
        **metadata.description.values(),
    }


_WORDS: LiteralString = "".join(f", .{each.name}" for each in PROPERTIES)
PROJECTION: LiteralString = (
    """p {.id, .number, .contentHash, .byteSize, .width, .height, .format, .addedAt, .takenAt,
  .takenOffset, .takenSource, .takenPrecision, .latitude, .longitude, .altitude, .make, .model, .lens, .iso, .aperture,
  .exposureSeconds, .focalLength, .rating, .favourite, .placeholder,
  .pictureHash, .look"""
    + _WORDS
    + ", "
    + properties.STATED_AT
    + "}"
)


def photo_of(values: Mapping[str, Any], name: str) -> Photo:
    """Makes a photo from what PROJECTION returns."""
    has_time, has_location = values["takenAt"] is not None, values["latitude"] is not None
    camera = Camera(values["make"], values["model"], values["lens"])
    exposure = Exposure(values["iso"], values["aperture"], values["exposureSeconds"], values["focalLength"])
    return Photo(
        id=values["id"],
        number=values["number"],
        name=name,
        content_hash=values["contentHash"],
        picture_hash=values["pictureHash"] or values["contentHash"],
        look=values["look"],
        byte_size=values["byteSize"],
        width=values["width"],
        height=values["height"],
        format=values["format"],
        added_at=datetime.fromtimestamp(values["addedAt"] / 1000, UTC),
        taken=_taken(values) if has_time else None,
        location=Location(values["latitude"], values["longitude"], values["altitude"]) if has_location else None,
        exposure=exposure if exposure != Exposure() else None,
        camera=camera if camera != Camera() else None,
        rating=values["rating"],
        favourite=bool(values["favourite"]),
        placeholder=values["placeholder"],
        description=Description.of(values),
        stated_by_people=properties.stated_by_people(values),
    )


def _taken(values: Mapping[str, Any]) -> Taken:
    # Photos that an earlier version of the program read have no precision.
    precision = DatePrecision(values["takenPrecision"] or DatePrecision.SECOND)
    return Taken(values["takenAt"], TakenSource(values["takenSource"]), values["takenOffset"], precision)
