"""What every room of the services is built from."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from photos_graph.disk_space import DiskSpace
from photos_graph.events import Events
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.writing import LabelWriter
from photos_graph.images.shared_place import SharedPlace
from photos_graph.index import Index
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.jobs.queue import Jobs
from photos_graph.jobs.runner import Handler
from photos_graph.library.places import Gazetteer
from photos_graph.model.jobs import JobKind
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Executor, Pool


@dataclass(frozen=True, slots=True)
class Core:
    """A room adds the handlers of its jobs to ``handlers``, subscribes to events, and puts what it has to close on
    ``closing``, which closes in reverse. ``pictures``: the workers that open originals; ``executor``: who else works on
    files; ``space``: that of disks."""

    settings: Settings
    graph: Graph
    index: Index
    events: Events
    writer: LabelWriter
    jobs: Jobs
    writes: BackgroundWrites
    pictures: Pool
    executor: Executor
    space: DiskSpace
    closing: AsyncExitStack
    handlers: dict[JobKind, Handler] = field(default_factory=dict)
    shared: SharedPlace | None = None  # what several services keep for one another
    gazetteer: Gazetteer = field(default_factory=Gazetteer)

    def spread(self, pool: WorkerPool) -> Pool:
        """The pool, whose work the executor may give to others. It is closed with everything else."""
        spread = self.executor.spread(pool)
        self.closing.push_async_callback(spread.close)
        return spread

    def closed_at_end(self, pool: WorkerPool) -> WorkerPool:
        """The pool, which is closed with everything else."""
        self.closing.push_async_callback(pool.close)
        return pool

    def keep_running(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs the work as a task, which is cancelled with everything else."""
        cancel_at_end(self.closing, asyncio.create_task(work, name=name))


def cancel_at_end(closing: AsyncExitStack, task: asyncio.Task[None]) -> None:
    async def cancelled() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    closing.push_async_callback(cancelled)
