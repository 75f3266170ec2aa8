"""Keeps the graph of neighbours up with the photos that were described, in a file of the data directory."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import features
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.jobs.worker_calls import watched
from photos_graph.kept import written_whole
from photos_graph.learn.neighbours import BLOCK
from photos_graph.model import Job
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool
from photos_graph.workers.task import Task

log = logging.getLogger(__name__)

KNOWN = Task("photos_graph.services.learning.neighbours_child:_known", dict[str, Any], dict[str, Any])
UPDATE = Task("photos_graph.services.learning.neighbours_child:_update", dict[str, Any], dict[str, Any])
SIMILAR = Task("photos_graph.services.learning.neighbours_child:_similar", dict[str, Any], dict[str, Any])
PREDICT = Task("photos_graph.services.learning.neighbours_child:_predict", dict[str, Any], dict[str, Any])
ASK = Task("photos_graph.services.learning.neighbours_child:_ask", dict[str, Any], dict[str, Any])
TASKS = (
    KNOWN,
    UPDATE,
    SIMILAR,
    PREDICT,
    ASK,
)
LONGEST_SECONDS = 6 * 3600.0
AT_ONCE = 4 * BLOCK  # photos added in one call,
KEEP_EVERY = 2  # of which so many are lost when the process is killed
SAYING = "Comparing photos"


def learning_pool(settings: Settings) -> WorkerPool:
    """A process that starts when first needed and ends when there was no work for a while."""
    learn = settings.learn
    return WorkerPool(TASKS, 1, learn.memory_bytes, LONGEST_SECONDS, 64, learn.idle_seconds)


def kept_neighbours(settings: Settings) -> Path:
    return settings.learn_dir / f"neighbours-{settings.learn.backbone}.npz"


@dataclass(frozen=True, slots=True)
class NeighbourStage:
    """``pool``: see ``learning_pool``. Several jobs want it; one after the other gets it."""

    graph: Graph
    pool: WorkerPool
    settings: Settings
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Raises Cancelled, and what goes wrong in the child."""
        await progress.step(0, None, SAYING)
        async with self._turn:
            await self._bring_up_to_date(progress)
        return None

    async def _bring_up_to_date(self, progress: Progress) -> None:
        path = kept_neighbours(self.settings)
        await asyncio.to_thread(path.parent.mkdir, mode=0o700, exist_ok=True)
        result, chunks = await watched(self.pool.call(KNOWN, {"path": str(path)}), progress, SAYING)
        if result["damaged"]:
            log.warning("The stored similarities of photos are damaged and are computed again: %s", result["damaged"])
        known: list[str] = json.loads(b"".join(chunks))
        there = [photo.id for photo in await features.described(self.graph, self.settings.learn.backbone)]
        gone = sorted(set(known) - set(there))
        before = set(known)
        new = [id_ for id_ in there if id_ not in before]
        size = len(known)
        if gone:
            work = self._update(path, size, gone, [], keep=not new)
            size = await watched(work, progress, SAYING, 0, len(new))
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            last = start + AT_ONCE >= len(new)
            keep = last or (start // AT_ONCE) % KEEP_EVERY == KEEP_EVERY - 1
            work = self._update(path, size, [], some, keep=keep)
            size = await watched(work, progress, SAYING, start, len(new))

    async def _update(self, path: Path, size: int, gone: Sequence[str], new: Sequence[str], *, keep: bool) -> int:
        """How many photos there are in it then."""
        with scratch(path.parent, "new") as folder:
            given = folder / "features.npz"
            if new and not await self._collect(new, given):
                return size  # another backbone looked at them meanwhile
            argument = {
                "path": str(path),
                "backbone": self.settings.learn.backbone,
                "size": size,
                "gone": list(gone),
                "new": str(given) if new else None,
                "keep": keep,
            }
            async with self.pool.stream(UPDATE, argument, Priority.BACKGROUND) as chunks:
                if keep:
                    with written_whole(path) as file:
                        async for chunk in chunks:
                            await asyncio.to_thread(file.write, chunk)
                        file.flush()
                        await asyncio.to_thread(os.fsync, file.fileno())  # else it is waited for outside of a thread
                else:
                    async for _ in chunks:
                        pass
        return int(chunks.answer["size"])

    async def _collect(self, ids: Sequence[str], path: Path) -> bool:
        """Whether there are any."""
        found = [
            pair
            async for some in features.vectors(self.graph, ids, self.settings.learn.backbone)
            for pair in some.items()
        ]
        vectors = np.array([vector for _, vector in found], np.float32)
        names = np.array([id_ for id_, _ in found], dtype=np.str_)
        await asyncio.to_thread(np.savez, path, ids=names, vectors=vectors)
        return bool(found)
