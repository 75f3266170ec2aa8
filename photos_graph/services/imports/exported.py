"""An export of ours as JSON: photos are known by their content."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph import said
from photos_graph.graph.connection import Graph
from photos_graph.paths import open_inside
from photos_graph.services.exports.lossless import LIBRARY_FILE, PHOTOS
from photos_graph.services.exports.records import LIBRARY, PHOTO, LibraryRecord, PhotoRecord
from photos_graph.services.imports.batch import SOME, Batch

UNKNOWN = "There is no photo with this content in the library."


class Exported:
    """The JSON format. Photos are found by their content."""

    undated = False

    def __init__(self, graph: Graph, folder: Path) -> None:
        self._graph = graph
        self._folder = os.fsencode(folder)

    async def count(self) -> int:
        def counted() -> int:
            with self._opened(PHOTOS) as file:
                return sum(1 for _ in file)

        return await asyncio.to_thread(counted)

    async def library(self) -> LibraryRecord:
        """Raises BadInput when it is damaged; empty where there is none."""

        def read() -> LibraryRecord:
            try:
                with self._opened(LIBRARY_FILE) as file:
                    return LIBRARY.validate_json(file.read())
            except NotFound:
                return LibraryRecord()
            except ValidationError as error:
                raise BadInput(f"{LIBRARY_FILE} is damaged: {_first(error)}") from None

        return await asyncio.to_thread(read)

    async def batches(self) -> AsyncIterator[Batch]:
        with await asyncio.to_thread(self._opened, PHOTOS) as file:
            at = 0
            while lines := await asyncio.to_thread(lambda: list(islice(file, SOME))):
                yield await self._batch(lines, at)
                at += len(lines)

    async def _batch(self, lines: Sequence[bytes], at: int) -> Batch:
        batch = Batch(len(lines))
        found: dict[str, PhotoRecord] = {}
        for place, line in enumerate(lines, at + 1):
            try:
                record = PHOTO.validate_json(line)
                found[record.sha256[:32]] = record
            except ValidationError as error:
                batch.refused.append((f"{PHOTOS}, line {place}", f"It is damaged: {_first(error)}"))
        numbers = await said.numbers_of(self._graph, list(found))
        for photo_id, record in found.items():
            if photo_id in numbers:
                batch.records[numbers[photo_id]] = record
            else:
                batch.refused.append((record.files[0] if record.files else record.id, UNKNOWN))
        return batch

    def _opened(self, name: str) -> BinaryIO:
        """Raises NotFound, Unreadable."""
        return os.fdopen(open_inside(self._folder, name.encode()), "rb")


def _first(error: ValidationError) -> str:
    [first, *_] = error.errors(include_url=False, include_input=False)
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
