"""The XMP format: sidecars in a tree that mirrors the folders of originals, ready to be copied beside them."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence, Set
from pathlib import PurePosixPath

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.images.formats import RAW
from photos_graph.jobs.concurrency import retry_while_busy
from photos_graph.library.sidecar import SidecarLabels, write_sidecar
from photos_graph.model import Box, Region, TagSource
from photos_graph.services.datasets.exports.dataset_formats import Block, visible_faces
from photos_graph.services.datasets.exports.records import FaceRecord, LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder

log = logging.getLogger(__name__)

Orientation = Callable[[str], Awaitable[int]]  # a photo's id -> EXIF, 1..8; raises what reading its original raises

FOLDER = "sidecars"
NOT_WRITTEN = "It has no sidecar, because its labels cannot be written as XMP."
# These errors end an export, because every further file would fail in the same way.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
NOT_TURNED = "It has no faces, because the orientation of the original could not be read. "


class Sidecars:
    """The writer of the XMP format."""

    how_to_read = """\
The folders in `sidecars` are those of the library, the root's name first. `photo.jpg.xmp` belongs to
`photo.jpg`, as digiKam reads it; for raw files `photo.xmp` stands beside it, as Lightroom reads it. Tags are
`dc:subject`, `lr:hierarchicalSubject` and `digiKam:TagsList`, faces are MWG regions in the original as it is stored,
ratings `xmp:Rating`. They hold labels alone, and a sidecar that another program made holds more: merge, rather than
overwrite (`exiftool -tagsFromFile`). Tags of folders are on the photos here. What only a model said, where that was
asked for, stands in `photosGraph:PredictedTags` and `PredictedPersons` as well, by which a scan or an import leaves it
out. Who said what and when, faces that were ignored or said not to be somebody, and tags without photos are in the JSON
format only. `photos-graph import` of this folder reads it back."""

    def __init__(self, staging: StagingFolder, orientation: Orientation) -> None:
        self._staging = staging
        self._orientation = orientation

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Writes the sidecars of a block. Raises EngineUnavailable."""
        block = Block(list(records))
        orientations = {record.id: await self._read_orientation(block, record) for record in records}
        block.files = await asyncio.to_thread(self._write, records, orientations, block)
        return block

    async def _read_orientation(self, block: Block, record: PhotoRecord) -> int | None:
        """Returns the EXIF orientation of the original, or None if it is needed for faces and cannot be read. Raises
        EngineUnavailable."""
        if record.orientation is not None or not record.faces:
            return record.orientation or 1
        try:
            return await retry_while_busy(lambda: self._orientation(record.id))
        except EngineUnavailable:
            raise
        except PhotosGraphError as error:
            block.skip(record, NOT_TURNED + error.public_message)
            return None

    def _write(
        self, records: Sequence[PhotoRecord], orientations: dict[str, int | None], block: Block
    ) -> list[ExportedFile]:
        files = []
        for record in records:
            orientation = orientations[record.id]
            labels = sidecar_of(record, with_faces=orientation is not None)
            if labels == SidecarLabels():
                continue
            try:
                data = write_sidecar(labels, record.width, record.height, orientation or 1)
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
    return SidecarLabels(
        tags=tuple(tag.tag for tag in record.tags),
        regions=tuple(Region(Box(*face.box), None if _is_duplicate(face, named) else face.person) for face in faces),
        rating=None if rating is None else int(rating),
        excluded=tuple(mark.tag for mark in record.marks if mark.excluded),
        favourite=bool(record.favourite.value),
        predicted_tags=tuple(tag.tag for tag in record.tags if tag.source is TagSource.PREDICTED),
        predicted_persons=tuple(sorted(predicted_persons)),
    )


def _is_duplicate(face: FaceRecord, named: Set[str | None]) -> bool:
    """Returns whether a model predicted a person whom a user has found in the photo already."""
    return face.score is not None and face.person in named
