"""Worker processes that outlive the pool which started them, since starting one takes longer than most tests.

Those without TensorFlow serve the tests of all modules; one that has it takes much memory, so that modules have their
own.

Each test has a data directory of its own, and a worker cannot be given another folder once it is confined. So a shared
one may read the folder of the whole run. That a pool names what its tasks read is checked with each call instead: every
path in it has to lie in a folder of that pool.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from photos_graph.environment import for_workers
from photos_graph.workers import pool
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.process import Worker

# Its tasks, its memory, the folders that it reads and its environment.
Kind = tuple[tuple[str, ...], int, tuple[Path, ...], tuple[tuple[str, str], ...]]
FOR_ALL = (
    "photos_graph.images.",
    "photos_graph.services.scan.",
    "photos_graph.services.faces.",
    "photos_graph.services.trips.",
    "photos_graph.services.learning.features_child",
    "photos_graph.services.learning.neighbours_child",
    "photos_graph.services.learning.picturing_child",
    "photos_graph.services.learning.training_child",
)


class WarmWorkers:
    """Keeps the idle children of a pool that closes for the next pool with the same tasks and limits.

    A child that was busy, that died, or that has to be replaced ends as it does in production.
    """

    def __init__(self, run: Path) -> None:
        """Works for the pools of the running loop: a child cannot change its loop. ``run`` is the folder in which all
        tests have theirs."""
        self._loop = asyncio.get_running_loop()
        self._run = run.resolve()
        self._environment = _environment()
        self._kept: dict[Kind, list[Worker]] = defaultdict(list)
        self._kinds: dict[Worker, Kind] = {}
        self._readable: dict[Worker, Sequence[Path]] = {}  # what the pools that have them now say

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        close = WorkerPool.close

        async def keep(closing: WorkerPool) -> None:
            for worker in closing._idle if asyncio.get_running_loop() is self._loop else ():
                if worker.usable and worker in self._kinds:
                    self._kept[self._kinds[worker]].append(worker)
                    closing._workers.discard(worker)
            closing._idle.clear()
            await close(closing)

        run: Callable[..., AsyncGenerator[bytes]] = Worker.run

        def checked(worker: Worker, task: Any, argument: Any, *more: Any) -> AsyncGenerator[bytes]:
            readable = [folder.resolve() for folder in self._readable.get(worker, ())]
            for path in _paths(argument) if worker in self._kinds else ():
                assert any(path.resolve().is_relative_to(each) for each in readable), f"{task} may not read {path}"
            return run(worker, task, argument, *more)

        patch.setattr(WorkerPool, "close", keep)
        patch.setattr(Worker, "run", checked)
        patch.setattr(pool, "Worker", self)

    async def start(self, targets: Sequence[str], memory_bytes: int, readable: Sequence[Path] = ()) -> Worker:
        if asyncio.get_running_loop() is not self._loop:
            return await Worker.start(targets, memory_bytes, readable)
        kind = tuple(targets), memory_bytes, tuple(dict.fromkeys(map(self._place, readable))), _environment()
        worker = await self._kept_or_new(kind)
        self._kinds[worker], self._readable[worker] = kind, readable
        return worker

    async def _kept_or_new(self, kind: Kind) -> Worker:
        while kept := self._kept[kind]:
            worker = kept.pop()
            if worker.usable and worker.is_up_to_date:
                return worker
            await worker.kill()
        targets, memory_bytes, readable, _ = kind
        return await Worker.start(targets, memory_bytes, readable)

    def _place(self, folder: Path) -> Path:
        place = folder.resolve()  # each test has a link of its own to the same weights
        return self._run if place.is_relative_to(self._run) else place

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


def _paths(argument: object) -> Iterator[Path]:
    """Yields the paths in what a task gets."""
    if isinstance(argument, Path):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for each in argument:
            yield from _paths(each)
    elif dataclasses.is_dataclass(argument):
        for field in dataclasses.fields(argument):
            yield from _paths(getattr(argument, field.name))
