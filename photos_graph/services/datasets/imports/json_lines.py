"""Reads an export in the JSON format."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.labels.edits import now_ms
from photos_graph.paths import open_inside
from photos_graph.services.datasets.exports.json_lines import LIBRARY_FILE, PHOTOS
from photos_graph.services.datasets.exports.records import LIBRARY, PHOTO, LibraryRecord, PhotoRecord
from photos_graph.services.datasets.imports.batch import BATCH_SIZE, RecordBatch
from photos_graph.services.datasets.imports.photo_matching import PhotoMatcher
from photos_graph.services.datasets.imports.validation import check_library, check_photo

MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_BATCH_BYTES = 8 * MAX_LINE_BYTES
MAX_LIBRARY_BYTES = 64 * 1024 * 1024
UNKNOWN = "There is no photo with this picture, with this content or in this place in the library."


class JsonSource:
    """An export in the JSON format, as a source of labels."""

    undated = False  # records say who asserted a label and when

    def __init__(self, matcher: PhotoMatcher, folder: Path) -> None:
        self._matcher = matcher
        self._folder = os.fsencode(folder)

    async def count(self) -> int:
        """Returns the number of lines, each of which is a photo."""
        return await asyncio.to_thread(self._count)

    def _count(self) -> int:
        with self._open(PHOTOS) as file:
            return sum(1 for _ in _lines(file))

    async def library(self) -> LibraryRecord:
        """Returns the record of the library, or an empty one. Raises BadInput if it is damaged."""
        return await asyncio.to_thread(self._library)

    def _library(self) -> LibraryRecord:
        try:
            with self._open(LIBRARY_FILE) as file:
                data = file.read(MAX_LIBRARY_BYTES + 1)
        except NotFound:
            return LibraryRecord()
        try:
            if len(data) > MAX_LIBRARY_BYTES:
                raise BadInput(f"It has more than {MAX_LIBRARY_BYTES:,} bytes.")
            library = LIBRARY.validate_json(data)
            check_library(library, now_ms())
        except (ValidationError, BadInput) as error:
            raise BadInput(f"{LIBRARY_FILE} is damaged: {_explained(error)}") from None
        return library

    async def batches(self) -> AsyncIterator[RecordBatch]:
        """Yields the records in batches of BATCH_SIZE lines, or fewer if the lines are long."""
        with await asyncio.to_thread(self._open, PHOTOS) as file:
            read, lines = 0, _lines(file)
            while batch := await asyncio.to_thread(_next_lines, lines):
                for part in await self._parts(batch, read):
                    yield part
                read += len(batch)

    async def _parts(self, lines: Sequence[bytes | None], read: int) -> list[RecordBatch]:
        """Returns the records of the lines in batches that have each photo once. Several photos of another library may
        be one here."""
        batch = RecordBatch(len(lines))
        records: list[PhotoRecord] = []
        for line_number, line in enumerate(lines, read + 1):
            try:
                records.append(_record(line))
            except (ValidationError, BadInput) as error:
                batch.refused.append((f"{PHOTOS}, line {line_number}", f"It is damaged: {_explained(error)}"))
        parts = [batch]
        for record, number in zip(records, await self._matcher.numbers(records), strict=True):
            if number is None:
                batch.refused.append((record.files[0] if record.files else record.id, UNKNOWN))
                continue
            part = next((part for part in parts if number not in part.records), None)
            if part is None:
                parts.append(part := RecordBatch())
            part.records[number] = record
        return parts

    def _open(self, name: str) -> BinaryIO:
        """Opens a file of the export. Raises NotFound if it does not exist, Unreadable if it cannot be opened."""
        return os.fdopen(open_inside(self._folder, name.encode()), "rb")


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Yields the lines of the file, and None in place of a line that is too long to be ours."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        too_long = len(line) > MAX_LINE_BYTES
        while too_long and line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
        yield None if too_long else line


def _next_lines(lines: Iterator[bytes | None]) -> list[bytes | None]:
    batch: list[bytes | None] = []
    size = 0
    while len(batch) < BATCH_SIZE and size < MAX_BATCH_BYTES:
        try:
            batch.append(line := next(lines))
        except StopIteration:
            break
        size += len(line or b"")
    return batch


def _record(line: bytes | None) -> PhotoRecord:
    """Returns the record of a line. Raises ValidationError if its structure is wrong, BadInput if its content is."""
    if line is None:
        raise BadInput(f"It has more than {MAX_LINE_BYTES:,} bytes.")
    record = PHOTO.validate_json(line)
    check_photo(record, now_ms())
    return record


def _explained(error: ValidationError | BadInput) -> str:
    if isinstance(error, BadInput):
        return error.public_message
    [first, *_] = error.errors(include_url=False, include_input=False)
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
