"""The XMP format: sidecars in a tree that mirrors the folders of originals, ready to be copied beside them."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from pathlib import PurePosixPath

from photos_graph.images.formats import RAW
from photos_graph.library.sidecar import SidecarLabels, write_sidecar
from photos_graph.model.faces import Box, Region
from photos_graph.model.labels import TagSource
from photos_graph.model.library import PlaceKind
from photos_graph.model.properties import Description, PhotoProperty
from photos_graph.services.datasets.exports.dataset_formats import Block, visible_faces
from photos_graph.services.datasets.exports.records import FaceRecord, LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder
from photos_graph.services.labels.property_rules import location_of, taken_of

log = logging.getLogger(__name__)

FOLDER = "sidecars"
NOT_WRITTEN = "It has no sidecar, because its labels cannot be written as XMP."
# These errors end an export, because every further file would fail in the same way.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
# Boxes in a sidecar count in the picture as it is stored, so a wrong guess would put them on something else.
NOT_TURNED = "It has no faces, because its orientation is not known yet. The next scan of its folder reads it."


class Sidecars:
    """The writer of the XMP format."""

    how_to_read = """\
The folders in `sidecars` are those of the library, starting with the name of the root. `photo.jpg.xmp` belongs to
`photo.jpg`, as digiKam reads it. For raw files there is also `photo.xmp`, as Lightroom reads it. Tags are in
`dc:subject`, `lr:hierarchicalSubject` and `digiKam:TagsList`, faces are MWG regions in the original as it is
stored, and ratings are in `xmp:Rating`. Titles, captions, creators, copyright and the names of people and places
are in `dc`, `photoshop` and `Iptc4xmp`; dates and positions are there if a person stated them. A sidecar
has labels and texts only. If another program has written a sidecar, merge the two instead of replacing it
(`exiftool -tagsFromFile`). Tags of folders are written to their photos. Predictions
of models, if they were requested, are also listed in `photosGraph:PredictedTags` and `PredictedPersons`, so that a
scan or an import skips them. Authors and times, ignored and rejected faces, and tags without photos are in the JSON
format only. `photos-graph import` reads this folder back."""

    def __init__(self, staging: StagingFolder) -> None:
        self._staging = staging

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Writes the sidecars of a block."""
        block = Block(list(records))
        block.files = await asyncio.to_thread(self._write, records, block)
        return block

    def _write(self, records: Sequence[PhotoRecord], block: Block) -> list[ExportedFile]:
        files = []
        for record in records:
            if record.orientation is None and record.faces:
                block.skip(record, NOT_TURNED)
            labels = sidecar_of(record, with_faces=record.orientation is not None)
            if labels == SidecarLabels():
                continue
            try:
                data = write_sidecar(labels, record.width, record.height, record.orientation or 1)
            except ValueError as error:
                log.warning("The sidecar of photo %s could not be written: %s", record.id, error)
                block.skip(record, NOT_WRITTEN)
                continue
            for path in map(_sidecar_path, record.files):
                try:
                    files.append(self._staging.put(path, [data]))
                except OSError as error:  # ".xmp" may make the name too long
                    if error.errno in DISK_ERRORS:
                        raise
                    block.skip(record, f"{path} cannot be written: {error.strerror}.")
        return files

    def finish(self, library: LibraryRecord) -> Iterable[ExportedFile]:
        """Writes ``photo.xmp`` for raw files, once all other sidecars are known.

        If two raw files differ in their extensions alone, the first of them gets it.
        """
        for record in self._staging.records():
            if record.format != RAW.name:
                continue
            for path in record.files:
                full, short = _sidecar_path(path), f"{FOLDER}/{PurePosixPath(path).with_suffix('.xmp')}"
                if self._staging.contains(full) and not self._staging.contains(short):
                    yield self._staging.put(short, [self._staging.read(full)])


def _sidecar_path(file: str) -> str:
    return f"{FOLDER}/{file}.xmp"


def sidecar_of(record: PhotoRecord, *, with_faces: bool = True) -> SidecarLabels:
    """Returns the labels of the record that a sidecar can hold."""
    faces = list(visible_faces(record)) if with_faces else []
    named = {face.person for face in faces if face.score is None}
    predicted_persons = {face.person for face in faces if face.person} - named
    rating = record.rating.value
    parts = {mark.property: tuple(mark.values.values()) for mark in record.properties}
    return SidecarLabels(
        tags=tuple(tag.tag for tag in record.tags),
        regions=tuple(Region(Box(*face.box), None if _is_duplicate(face, named) else face.person) for face in faces),
        rating=None if rating is None else int(rating),
        excluded=tuple(mark.tag for mark in record.marks if mark.excluded),
        favourite=bool(record.favourite.value),
        description=_description(record),
        taken=taken_of(parts[PhotoProperty.DATE]) if PhotoProperty.DATE in parts else None,
        location=location_of(parts[PhotoProperty.POSITION]) if PhotoProperty.POSITION in parts else None,
        predicted_tags=tuple(tag.tag for tag in record.tags if tag.source is TagSource.PREDICTED),
        predicted_persons=tuple(sorted(predicted_persons)),
    )


def _description(record: PhotoRecord) -> Description:
    """Returns what a sidecar says in words. It names the place that a person chose, and no other."""
    written = record.description.written()
    if not any(mark.values.get("placeId") for mark in record.properties):
        return written
    country, region, city = (record.places.get(kind) for kind in PlaceKind)
    return replace(written, country=country, region=region, city=city, sublocation=None)


def _is_duplicate(face: FaceRecord, named: Set[str | None]) -> bool:
    """Returns whether a model predicted a person whom a user has found in the photo already."""
    return face.score is not None and face.person in named
