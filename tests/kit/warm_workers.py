"""Worker processes that outlive the pool which started them, since starting one takes longer than most tests.

Those that open pictures and find faces serve the tests of all modules; one with TensorFlow knows a single folder of
weights, and modules have their own.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from photos_graph.environment import for_workers
from photos_graph.workers import pool
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.process import Worker

# Its tasks, its memory, the folders that it reads and its environment.
Kind = tuple[tuple[str, ...], int, tuple[Path, ...], tuple[tuple[str, str], ...]]
FOR_ALL = ("photos_graph.images.", "photos_graph.services.scan.", "photos_graph.services.faces.detection_child")


class WarmWorkers:
    """Keeps the idle children of a pool that closes for the next pool with the same tasks and limits.

    A child that was busy, that died, or that has to be replaced ends as it does in production.
    """

    def __init__(self) -> None:
        """Works for the pools of the running loop: a child cannot change its loop."""
        self._loop = asyncio.get_running_loop()
        self._environment = _environment()
        self._kept: dict[Kind, list[Worker]] = defaultdict(list)
        self._kinds: dict[Worker, Kind] = {}

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        close = WorkerPool.close

        async def keep(closing: WorkerPool) -> None:
            for worker in closing._idle if asyncio.get_running_loop() is self._loop else ():
                if worker.usable and worker in self._kinds:
                    self._kept[self._kinds[worker]].append(worker)
                    closing._workers.discard(worker)
            closing._idle.clear()
            await close(closing)

        patch.setattr(WorkerPool, "close", keep)
        patch.setattr(pool, "Worker", self)

    async def start(self, targets: Sequence[str], memory_bytes: int, readable: Sequence[Path] = ()) -> Worker:
        if asyncio.get_running_loop() is not self._loop:
            return await Worker.start(targets, memory_bytes, readable)
        kind = tuple(targets), memory_bytes, tuple(map(_place, readable)), _environment()
        while kept := self._kept[kind]:
            worker = kept.pop()
            if worker.usable and worker.is_up_to_date:
                return worker
            await worker.kill()
        worker = await Worker.start(targets, memory_bytes, kind[2])
        self._kinds[worker] = kind
        return worker

    async def end_those_of_one_module(self) -> None:
        """Ends the children that the tests of other modules do not want."""
        for kind in [kind for kind in self._kept if not self._serves_all(kind)]:
            await self._end(kind)

    async def close(self) -> None:
        for kind in list(self._kept):
            await self._end(kind)

    def _serves_all(self, kind: Kind) -> bool:
        tasks, _, _, environment = kind
        return environment == self._environment and all(task.startswith(FOR_ALL) for task in tasks)

    async def _end(self, kind: Kind) -> None:
        for worker in self._kept.pop(kind):
            await worker.kill()


def _environment() -> tuple[tuple[str, str], ...]:
    """Returns what a worker gets of the environment."""
    return tuple(sorted(for_workers().items()))


def _place(folder: Path) -> Path:
    """Returns where the folder is: each test has a link of its own to the same weights."""
    return folder.resolve()
