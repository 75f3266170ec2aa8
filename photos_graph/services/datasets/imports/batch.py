"""A batch of records, which an import reads and writes at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

from photos_graph.services.datasets.exports.records import PhotoRecord

BATCH_SIZE = 500  # photos


@dataclass(slots=True)
class RecordBatch:
    """Records by the numbers of their photos. ``seen`` is the number of lines or sidecars that the batch covers;
    ``refused`` holds (path, reason) of those that could not be used."""

    seen: int = 0
    records: dict[int, PhotoRecord] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
