"""Guesses what the described photos look like, for words that no label has. The search index reads the file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photos_graph.array_files import Damaged, MappedArrays, stamp
from photos_graph.errors import ModelUnavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import features
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.learn import catalogue, content
from photos_graph.learn.catalogue import CLASS_NAMES
from photos_graph.learn.content import Guessed
from photos_graph.model.jobs import Job
from photos_graph.search.concepts import concepts
from photos_graph.search.content_sets import VERSION, write_content
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import GUESS_CONTENT, GuessContentOrder
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool

MESSAGE = "Guessing what photos look like"


@dataclass(frozen=True, slots=True)
class ContentStage:
    """The stage that brings the file of guesses up to date. ``pool`` is the one that holds the graph of neighbours."""

    graph: Graph
    index: Index
    pool: WorkerPool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Updates the file if the photos have changed. Raises Cancelled, and the errors of the worker."""
        path, near = self.settings.content_file, kept_neighbours(self.settings)
        if path is None or CLASS_NAMES not in catalogue.backbone(self.settings.learn.backbone).weights:
            return None
        status = stamp(near)
        if status is None or await asyncio.to_thread(_source, path) == (source := (*status, content.vocabulary())):
            return None
        order = GuessContentOrder(near, path, self.settings.models_dir, self.settings.learn.backbone)
        try:
            _, chunks = await with_progress(self.pool.call(GUESS_CONTENT, order), progress, MESSAGE)
        except ModelUnavailable:
            return None  # without its last layer, nothing is guessed
        described = await features.described(self.graph, self.settings.learn.backbone)
        numbers = {photo.id: photo.number for photo in described}
        await asyncio.to_thread(_write, path, source, b"".join(chunks), numbers)
        await self.index.see_content()
        return None


def _source(path: Path) -> tuple[int, ...] | None:
    """Returns what the guesses of a file were made from."""
    try:
        return tuple(MappedArrays(path, VERSION).about["source"])
    except Damaged:
        return None


def _write(path: Path, source: tuple[int, ...], chunks: bytes, numbers: Mapping[str, int]) -> None:
    """Writes the file, sorted by number. Photos without a number have been removed since."""
    found: Guessed = content.unpacked(chunks)
    by_row = np.array([numbers.get(id_, -1) for id_ in found.ids], np.int64)
    order = np.argsort(by_row, kind="stable")[int((by_row < 0).sum()) :]
    place = np.full(len(by_row), -1, np.int32)
    place[order] = np.arange(len(order))
    rows = place[found.rows]
    entries = np.lexsort((rows, found.places))
    entries = entries[rows[entries] >= 0]
    ends = np.searchsorted(found.places[entries], np.arange(len(concepts()) + 1))
    ids = np.frombuffer(bytes.fromhex("".join(found.ids)), np.uint8).reshape(-1, 16)
    scores = {
        id_: (rows[part].astype(np.uint32), found.scores[part])
        for at, id_ in enumerate(concepts())
        for part in [entries[ends[at] : ends[at + 1]]]
    }
    write_content(path, source, ids[order], by_row[order].astype(np.uint32), scores)
