"""What an import reads at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

from photos_graph.services.datasets.exports.records import PhotoRecord

SOME = 500  # photos


@dataclass(slots=True)
class RecordBatch:
    """``records`` by the numbers of their photos; ``seen`` of how many lines or sidecars it is."""

    seen: int = 0
    records: dict[int, PhotoRecord] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
