"""The protocol of the import formats: a source counts its photos and yields their records in batches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from photos_graph.services.datasets.exports.records import LibraryRecord, PhotoRecord

BATCH_SIZE = 500  # photos


@dataclass(slots=True)
class RecordBatch:
    """Records by the numbers of their photos. ``seen`` is the number of lines or sidecars that the batch covers;
    ``refused`` holds (path, reason) of those that could not be used."""

    seen: int = 0
    records: dict[int, PhotoRecord] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


class LabelSource(Protocol):
    """A source of labels. If it is ``undated``, its records do not say who asserted a label and when."""

    undated: bool

    async def count(self) -> int:
        """Returns the number of lines or sidecars."""
        ...

    async def library(self) -> LibraryRecord:
        """Returns the record of the library, which may be empty. Raises BadInput if it is damaged."""
        ...

    def batches(self) -> AsyncIterator[RecordBatch]:
        """Yields the records in batches."""
        ...
