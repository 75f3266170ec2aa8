"""An export of ours as JSON: photos are known by their content."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import export_rows
from photos_graph.graph.labels.changes import now_ms
from photos_graph.paths import open_inside
from photos_graph.services.datasets.exports.json_lines import LIBRARY_FILE, PHOTOS
from photos_graph.services.datasets.exports.records import LIBRARY, PHOTO, LibraryRecord, PhotoRecord
from photos_graph.services.datasets.imports.batch import SOME, RecordBatch
from photos_graph.services.datasets.imports.validation import check_library, check_photo

MOST_LINE = 4 * 1024 * 1024  # bytes; of the longest ones fewer are read at a time
MOST_LINES = 8 * MOST_LINE
MOST_LIBRARY = 64 * 1024 * 1024
UNKNOWN = "There is no photo with this content in the library."


class Exported:
    """The JSON format. Photos are found by their content."""

    undated = False

    def __init__(self, graph: Graph, folder: Path) -> None:
        self._graph = graph
        self._folder = os.fsencode(folder)

    async def count(self) -> int:
        def count_labels() -> int:
            with self._opened(PHOTOS) as file:
                return sum(1 for _ in _lines(file))

        return await asyncio.to_thread(count_labels)

    async def library(self) -> LibraryRecord:
        """Raises BadInput when it is damaged; empty where there is none."""

        def read() -> LibraryRecord:
            try:
                with self._opened(LIBRARY_FILE) as file:
                    data = file.read(MOST_LIBRARY + 1)
            except NotFound:
                return LibraryRecord()
            try:
                if len(data) > MOST_LIBRARY:
                    raise BadInput(f"It has more than {MOST_LIBRARY:,} bytes.")
                library = LIBRARY.validate_json(data)
                check_library(library, now_ms())
            except (ValidationError, BadInput) as error:
                raise BadInput(f"{LIBRARY_FILE} is damaged: {_explained(error)}") from None
            return library

        return await asyncio.to_thread(read)

    async def batches(self) -> AsyncIterator[RecordBatch]:
        with await asyncio.to_thread(self._opened, PHOTOS) as file:
            at, lines = 0, _lines(file)
            while some := await asyncio.to_thread(_some, lines):
                yield await self._batch(some, at)
                at += len(some)

    async def _batch(self, lines: Sequence[bytes | None], at: int) -> RecordBatch:
        batch = RecordBatch(len(lines))
        found: dict[str, PhotoRecord] = {}
        for place, line in enumerate(lines, at + 1):
            try:
                record = _record(line)
                found[record.sha256[:32]] = record
            except (ValidationError, BadInput) as error:
                batch.refused.append((f"{PHOTOS}, line {place}", f"It is damaged: {_explained(error)}"))
        numbers = await export_rows.numbers_of(self._graph, list(found))
        for photo_id, record in found.items():
            if photo_id in numbers:
                batch.records[numbers[photo_id]] = record
            else:
                batch.refused.append((record.files[0] if record.files else record.id, UNKNOWN))
        return batch

    def _opened(self, name: str) -> BinaryIO:
        """Raises NotFound, Unreadable."""
        return os.fdopen(open_inside(self._folder, name.encode()), "rb")


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """None for one that is longer than any of ours."""
    while line := file.readline(MOST_LINE + 1):
        too_long = len(line) > MOST_LINE
        while too_long and line and not line.endswith(b"\n"):
            line = file.readline(MOST_LINE)
        yield None if too_long else line


def _some(lines: Iterator[bytes | None]) -> list[bytes | None]:
    found: list[bytes | None] = []
    size = 0
    while len(found) < SOME and size < MOST_LINES:
        try:
            found.append(line := next(lines))
        except StopIteration:
            break
        size += len(line or b"")
    return found


def _record(line: bytes | None) -> PhotoRecord:
    """Raises ValidationError, BadInput."""
    if line is None:
        raise BadInput(f"It has more than {MOST_LINE:,} bytes.")
    record = PHOTO.validate_json(line)
    check_photo(record, now_ms())
    return record


def _explained(error: ValidationError | BadInput) -> str:
    if isinstance(error, BadInput):
        return error.public_message
    [first, *_] = error.errors(include_url=False, include_input=False)
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
