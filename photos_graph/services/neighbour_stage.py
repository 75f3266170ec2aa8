"""Keeps the graph of neighbours up with the photos that were described, in a file of the data directory."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from photos_graph.graph import features
from photos_graph.graph.connection import Graph
from photos_graph.images.workers import WorkerPool
from photos_graph.kept import written_whole
from photos_graph.model import Job
from photos_graph.services.progress import Progress
from photos_graph.services.watched import watched
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

TARGET = "photos_graph.services.learning_child:TASKS"  # what the children run
LONGEST_SECONDS = 6 * 3600.0
AT_ONCE = 5_000  # photos added in one call,
KEEP_EVERY = 4  # of which so many are lost when the process is killed
SAYING = "Looking for photos that are alike"


def learning_pool(settings: Settings) -> WorkerPool:
    """A process that starts when first needed and ends when there was no work for a while."""
    learn = settings.learn
    return WorkerPool(TARGET, 1, learn.memory_bytes, LONGEST_SECONDS, 64, learn.idle_seconds)


def kept_neighbours(settings: Settings) -> Path:
    return settings.learn_dir / f"neighbours-{settings.learn.backbone}.npz"


@dataclass(frozen=True, slots=True)
class NeighbourStage:
    """``pool``: see ``learning_pool``."""

    graph: Graph
    pool: WorkerPool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Raises Cancelled, and what goes wrong in the child."""
        path = kept_neighbours(self.settings)
        await asyncio.to_thread(path.parent.mkdir, mode=0o700, exist_ok=True)
        await progress.step(0, None, SAYING)
        result, chunks = await watched(self.pool.call("known", {"path": str(path)}), progress, SAYING)
        if result["damaged"]:
            log.warning("which photos look alike is found anew: %s", result["damaged"])
        known: list[str] = json.loads(b"".join(chunks))
        there = [photo.id for photo in await features.described(self.graph, self.settings.learn.backbone)]
        gone = sorted(set(known) - set(there))
        before = set(known)
        new = [id_ for id_ in there if id_ not in before]
        if gone:
            await self._update(path, len(known), gone, [], progress, keep=not new)
        size = len(known) - len(gone)
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            last = start + AT_ONCE >= len(new)
            keep = last or (start // AT_ONCE) % KEEP_EVERY == KEEP_EVERY - 1
            size = await self._update(path, size, [], some, progress, keep=keep)
            await progress.step(start + len(some), len(new), SAYING)
        return None

    async def _update(
        self, path: Path, size: int, gone: Sequence[str], new: Sequence[str], progress: Progress, *, keep: bool
    ) -> int:
        with TemporaryDirectory(prefix=".new-", dir=path.parent) as folder:
            file = Path(folder) / "features.npz"
            if new:
                await self._collect(new, file)
            argument = {
                "path": str(path),
                "backbone": self.settings.learn.backbone,
                "size": size,
                "gone": list(gone),
                "new": str(file) if new else None,
                "keep": keep,
            }
            result, chunks = await watched(self.pool.call("update", argument), progress, SAYING)
        if keep and chunks:
            await asyncio.to_thread(_write, path, chunks)
        return int(result["size"])

    async def _collect(self, ids: Sequence[str], file: Path) -> None:
        found = [
            pair
            async for some in features.vectors(self.graph, ids, self.settings.learn.backbone)
            for pair in some.items()
        ]
        vectors = np.array([vector for _, vector in found], np.float32)
        names = np.array([id_ for id_, _ in found], dtype=np.str_)
        await asyncio.to_thread(np.savez, file, ids=names, vectors=vectors)


def _write(path: Path, chunks: Sequence[bytes]) -> None:
    with written_whole(path) as file:
        for chunk in chunks:
            file.write(chunk)
