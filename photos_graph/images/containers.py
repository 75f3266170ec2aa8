"""Walks through files that consist of boxes, as JPEG 2000 and JPEG XL do."""

from __future__ import annotations

from collections.abc import Iterator

from photos_graph.images.formats import Bytes

_MAX_BOXES = 1000


def contents_of(data: Bytes) -> Iterator[tuple[bytes, Bytes]]:
    """Yields the kind and the content of each box. The content of the last one may end too early."""
    at = 0
    for _ in range(_MAX_BOXES):
        size, kind, header = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8]), 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(data) - at
        if len(kind) < 4 or size < header:
            return
        yield kind, data[at + header : at + size]
        at += size
