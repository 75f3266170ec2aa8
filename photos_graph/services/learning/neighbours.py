"""Adds described photos to the graph of neighbours, which is a file in the data directory."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import features
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.learn.neighbours import BLOCK
from photos_graph.model.jobs import Job
from photos_graph.services.learning.neighbours_tasks import (
    KNOWN_PHOTOS,
    NEIGHBOUR_TASKS,
    UPDATE_NEIGHBOURS,
    KnownPhotosOrder,
    UpdateNeighboursOrder,
)
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool
from photos_graph.written_files import written_whole

log = logging.getLogger(__name__)

MAX_SECONDS = 6 * 3600.0
MAX_WAITING = 64  # calls in the queue
BATCH_SIZE = 4 * BLOCK  # photos added in one call
KEEP_EVERY = 2  # calls after which the file is written; a crash loses the later ones
MESSAGE = "Comparing photos"


def learning_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which starts when it is first needed and ends after a period without work."""
    learn = settings.learn
    folders = [settings.learn_dir, *settings.readable_by_models]
    return WorkerPool(NEIGHBOUR_TASKS, 1, learn.memory_bytes, MAX_SECONDS, MAX_WAITING, learn.idle_seconds, folders)


def kept_neighbours(settings: Settings) -> Path:
    return settings.learn_dir / f"neighbours-{settings.learn.backbone}.safetensors"


@dataclass(frozen=True, slots=True)
class NeighbourStage:
    """The stage that updates the graph of neighbours. ``pool`` is the result of ``learning_pool``. Jobs that need it
    take turns."""

    graph: Graph
    pool: WorkerPool
    settings: Settings
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Updates the file. Raises Cancelled, and the errors of the child."""
        await progress.step(0, None, MESSAGE)
        async with self._turn:
            await self._bring_up_to_date(progress)
        return None

    async def _bring_up_to_date(self, progress: Progress) -> None:
        path = kept_neighbours(self.settings)
        await asyncio.to_thread(path.parent.mkdir, mode=0o700, exist_ok=True)
        call = self.pool.call(KNOWN_PHOTOS, KnownPhotosOrder(path))
        answer, _ = await with_progress(call, progress, MESSAGE)
        if answer.damaged:
            log.warning("The stored similarities of photos are damaged and are computed again: %s", answer.damaged)
        known = answer.ids
        described = [photo.id for photo in await features.described(self.graph, self.settings.learn.backbone)]
        gone = sorted(set(known) - set(described))
        before = set(known)
        new = [id_ for id_ in described if id_ not in before]
        size = len(known)
        if gone:
            work = self._update(path, size, gone, [], keep=not new)
            size = await with_progress(work, progress, MESSAGE, 0, len(new))
        for start in range(0, len(new), BATCH_SIZE):
            some = new[start : start + BATCH_SIZE]
            last = start + BATCH_SIZE >= len(new)
            keep = last or (start // BATCH_SIZE) % KEEP_EVERY == KEEP_EVERY - 1
            work = self._update(path, size, [], some, keep=keep)
            size = await with_progress(work, progress, MESSAGE, start, len(new))

    async def _update(self, path: Path, size: int, gone: Sequence[str], new: Sequence[str], *, keep: bool) -> int:
        """Updates the graph, and returns the number of photos that it then has."""
        with scratch(path.parent, "new") as folder:
            vectors = folder / "vectors.safetensors"
            found = await self._collect(new, vectors) if new else ()
            if new and not found:
                return size  # another backbone has described them since
            backbone = self.settings.learn.backbone
            order = UpdateNeighboursOrder(path, backbone, size, tuple(gone), found, vectors, keep)
            async with self.pool.stream(UPDATE_NEIGHBOURS, order, Priority.BACKGROUND) as chunks:
                if keep:
                    with written_whole(path) as file:
                        async for chunk in chunks:
                            await asyncio.to_thread(file.write, chunk)
                        file.flush()
                        await asyncio.to_thread(
                            os.fsync, file.fileno()
                        )  # otherwise closing the file would wait for the disk outside of a thread
                else:
                    async for _ in chunks:
                        pass
        return chunks.answer

    async def _collect(self, ids: Sequence[str], path: Path) -> tuple[str, ...]:
        """Writes the vectors of these photos to a file, and returns the ids of those that have one."""
        found = [
            pair
            async for some in features.vectors(self.graph, ids, self.settings.learn.backbone)
            for pair in some.items()
        ]
        vectors = np.array([vector for _, vector in found], np.float32)
        await asyncio.to_thread(save_file, {"vectors": vectors}, path)
        return tuple(id_ for id_, _ in found)
