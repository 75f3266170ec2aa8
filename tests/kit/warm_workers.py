"""Worker processes that outlive the pool which started them, since starting one takes longer than most tests."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence

import pytest

from photos_graph.workers import pool
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.process import Worker

Kind = tuple[tuple[str, ...], int, tuple[tuple[str, str], ...]]  # its tasks, its memory and its environment


class WarmWorkers:
    """Keeps the idle children of a pool that closes for the next pool with the same tasks and limits.

    A child that was busy, that died, or that has to be replaced ends as it does in production.
    """

    def __init__(self) -> None:
        self._kept: dict[Kind, list[Worker]] = defaultdict(list)
        self._kinds: dict[Worker, Kind] = {}

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        close = WorkerPool.close

        async def keep(closing: WorkerPool) -> None:
            for worker in closing._idle:
                if worker.usable and worker in self._kinds:
                    self._kept[self._kinds[worker]].append(worker)
                    closing._workers.discard(worker)
            closing._idle.clear()
            await close(closing)

        patch.setattr(WorkerPool, "close", keep)
        patch.setattr(pool, "Worker", self)

    async def start(self, targets: Sequence[str], memory_bytes: int) -> Worker:
        kind = tuple(targets), memory_bytes, _environment()
        while kept := self._kept[kind]:
            worker = kept.pop()
            if worker.usable:
                return worker
            await worker.kill()
        worker = await Worker.start(targets, memory_bytes)
        self._kinds[worker] = kind
        return worker

    async def close(self) -> None:
        for kept in self._kept.values():
            for worker in kept:
                await worker.kill()


def _environment() -> tuple[tuple[str, str], ...]:
    """Returns what a worker gets of the environment. Each test has another ``PYTEST_CURRENT_TEST``."""
    return tuple(sorted(each for each in os.environ.items() if not each[0].startswith(("PHOTOS_", "PYTEST_"))))
