"""What reading the files of a root, and reading their metadata again, have in common."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from photos_graph.errors import PhotosGraphError
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library.files import PendingFile
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.renditions import Renditions
from photos_graph.jobs.progress import Progress
from photos_graph.library.openers import Openers
from photos_graph.library.places import Gazetteer
from photos_graph.model.library import Root
from photos_graph.services.scan.intake import IntakeCalls
from photos_graph.services.scan.openings import open_each
from photos_graph.settings import Settings
from photos_graph.workers.port import Pool

F = TypeVar("F", bound=PendingFile)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ScanResources:
    """What the steps of a scan work with. ``openers`` open originals, and ``pool`` reads them."""

    graph: Graph
    pool: Pool
    openers: Openers
    renditions: Renditions
    gazetteer: Gazetteer
    writer: LabelWriter
    settings: Settings


class FileReading(ABC, Generic[F, R]):
    """Opens files of one root in blocks, and writes the results in batches. It is used once.

    ``F`` is a file, and ``R`` what a worker returns for it.
    """

    _root: Root

    def __init__(self, resources: ScanResources, progress: Progress) -> None:
        self._graph = resources.graph
        self._intake = IntakeCalls(resources.pool, resources.openers, resources.settings)
        self._renditions = resources.renditions
        self._gazetteer = resources.gazetteer
        self._writer = resources.writer
        self._settings = resources.settings
        self._progress = progress
        self._written = time.monotonic()

    async def _read_block(self, block: Sequence[F], at_once: int) -> None:
        try:
            async with aclosing(open_each(self._graph, block, self._open, at_once)) as outcomes:
                async for file, outcome in outcomes:
                    await self._take(file, outcome)
        finally:
            await self._write()

    def _path(self, file: F) -> str:
        """Returns the path from the root, starting with its name."""
        return self._root.name + file.key[len(self._root.id) :]

    @abstractmethod
    async def _open(self, file: F) -> R:
        """Has a worker read the file."""

    @abstractmethod
    async def _take(self, file: F, outcome: R | PhotosGraphError) -> None:
        """Notes what a worker returned for the file, or why it returned nothing, and writes when it is time."""

    @abstractmethod
    async def _write(self) -> None:
        """Writes what was noted since the last call."""
