"""The protocol of the export formats: a writer gets one block of photos at a time, and writes shared files last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from photos_graph.services.datasets.exports.records import FaceRecord, LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, SkippedPhoto


@dataclass(slots=True)
class Block:
    """A block of photos as written: its records as the export has them, its files, and the photos it skipped."""

    records: list[PhotoRecord] = field(default_factory=list)
    files: list[ExportedFile] = field(default_factory=list)
    skipped: list[SkippedPhoto] = field(default_factory=list)

    def skip(self, record: PhotoRecord, reason: str) -> None:
        """Notes that the export does not contain the photo, or not completely, and why."""
        self.skipped.append(SkippedPhoto(record.id, record.files[0] if record.files else record.id, reason))


class DatasetWriter(Protocol):
    """A writer of one export format."""

    how_to_read: str  # instructions for the datasheet, in Markdown

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Writes the block with this number. It may be called again for a block that was interrupted."""
        ...

    def finish(self, library: LibraryRecord) -> Iterable[ExportedFile]:
        """Writes the files that describe all photos. It is called in a thread."""
        ...


def visible_faces(record: PhotoRecord) -> Iterator[FaceRecord]:
    """Yields the faces that are not ignored."""
    return (face for face in record.faces if not face.ignored)


def label_names(record: PhotoRecord) -> list[str]:
    """Returns the names under which a datasheet counts the photo: its tags and persons."""
    return [tag.tag for tag in record.tags] + [
        f"person: {face.person}" for face in visible_faces(record) if face.person
    ]
