"""What the formats have in common: a block of photos is written at a time, and in the end what is of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from photos_graph.services.datasets.exports.building import SkippedPhoto, Written
from photos_graph.services.datasets.exports.records import FaceRecord, LibraryRecord, PhotoRecord


@dataclass(slots=True)
class Block:
    """``records`` as they are in the export."""

    records: list[PhotoRecord] = field(default_factory=list)
    files: list[Written] = field(default_factory=list)
    left_out: list[SkippedPhoto] = field(default_factory=list)

    def leave_out(self, record: PhotoRecord, reason: str) -> None:
        self.left_out.append(SkippedPhoto(record.id, record.files[0], reason))


class DatasetWriter(Protocol):
    how_to_read: str  # for the datasheet, in Markdown

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """The block of that number. It may be asked for again when it was cut short."""
        ...

    def finish(self, library: LibraryRecord) -> Iterable[Written]:
        """Files about all photos; in a thread of its own."""
        ...


def shown(record: PhotoRecord) -> Iterator[FaceRecord]:
    """The faces that count: those that nobody ignores."""
    return (face for face in record.faces if not face.ignored)


def labels(record: PhotoRecord) -> list[str]:
    """What the photo is counted under in a datasheet."""
    return [tag.tag for tag in record.tags] + [f"person: {face.person}" for face in shown(record) if face.person]
