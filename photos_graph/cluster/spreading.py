"""Pools whose work a cluster does, as long as it has workers."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from photos_graph.cluster.scheduler_link import SchedulerLink
from photos_graph.cluster.sent_work import ContentOfFile, Delivered, MountedFile, Order, SentFile
from photos_graph.errors import Busy, KilledWorker
from photos_graph.paths import mtime_ns
from photos_graph.settings import Settings
from photos_graph.workers.frames import TaskFailure, error_of
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Chunks, Pool, PoolKind, Steps
from photos_graph.workers.task import Task
from photos_graph.workers.turns import Priority

log = logging.getLogger(__name__)

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")


class DaskCluster:
    """Spreads the work of pools over the workers of a cluster."""

    def __init__(self, settings: Settings) -> None:
        self.link = SchedulerLink(settings.cluster)
        self._mounts = Mounts(settings)

    def open(self) -> None:
        self.link.open()

    async def close(self) -> None:
        await self.link.close()

    @property
    def dashboard(self) -> str | None:
        return self.link.dashboard

    def spread(self, pool: WorkerPool) -> Pool:
        return ClusterPool(pool, self.link, self._mounts)


class ClusterPool(Pool):
    """Does the work of ``local`` in a cluster. What the cluster cannot do, or what needs no file, ``local`` does."""

    def __init__(self, local: WorkerPool, link: SchedulerLink, mounts: Mounts) -> None:
        self._local = local
        self._link = link
        self._mounts = mounts
        self._sent = 0
        kind = local.kind
        readable = tuple(mounts.there(folder) for folder in kind.readable)
        self._kind = PoolKind(kind.targets, kind.memory_bytes, kind.timeout_seconds, kind.idle_seconds, readable)

    @property
    def places(self) -> int:
        return self._link.places or self._local.places

    def waiting(self, priority: Priority) -> int:
        return self._local.waiting(priority)

    @asynccontextmanager
    async def stream(
        self,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority = Priority.INTERACTIVE,
        on_step: Steps = lambda done, total: None,
    ) -> AsyncIterator[Chunks[Answer]]:
        order = await self._order(task, argument) if self._link.is_up else None
        if order is None:
            async with self._local.stream(task, argument, priority, on_step) as chunks:
                yield chunks
            return
        chunks = Chunks()
        async with aclosing(self._remote(order, task, argument, priority, on_step, chunks)) as chunks.iterator:
            yield chunks

    async def close(self) -> None:
        await self._local.close()

    async def _order(self, task: Task[Argument, Answer], argument: Argument) -> Order | None:
        """Returns None for what no worker can do."""
        packed, descriptors = task.pack(argument, self._mounts.there)
        if not descriptors:
            return None
        files = await asyncio.to_thread(self._mounts.sent, descriptors)
        return None if files is None else Order(self._kind, task.target, packed, files)

    async def _remote(
        self,
        order: Order,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority,
        on_step: Steps,
        chunks: Chunks[Answer],
    ) -> AsyncGenerator[bytes]:
        if self._sent >= self.places + self._local.queue:
            raise Busy("Too many pictures are requested at once. Try again in a moment.", retry_after=1)
        self._sent += 1
        try:
            outcome = await self._link.run(order, priority)
        finally:
            self._sent -= 1
        if outcome is not None and outcome.elsewhere is not None:
            self._link.elsewhere(outcome.elsewhere)
            outcome = None
        if outcome is None:
            async with self._local.stream(task, argument, priority, on_step) as here:
                async for chunk in here:
                    yield chunk
            chunks.answer = here.answer
            return
        chunks.answer = _answer(task, outcome)
        for chunk in outcome.chunks:
            yield chunk


def _answer(task: Task[Argument, Answer], outcome: Delivered) -> Answer:
    """Raises what the task raised, and KilledWorker for an answer that is not valid."""
    if outcome.failure is not None:
        raise error_of(TaskFailure.load(outcome.failure))
    try:
        return task.answers.validate_json(outcome.answer or b"")
    except ValueError as error:
        log.warning("A worker of the cluster sent an answer that is not valid: %s", error)
        raise KilledWorker("A worker sent an answer that is not valid.") from None


class Mounts:
    """How workers get the files that the service opened, and where they have its folders."""

    def __init__(self, settings: Settings) -> None:
        self._data = os.path.realpath(settings.data_dir)
        self._paths = {os.fsencode(here): os.fsencode(there) for here, there in settings.cluster.paths.items()}

    def there(self, path: Path) -> Path:
        """Returns the path of a folder or a file on the workers."""
        return Path(os.fsdecode(self._mapped(os.fsencode(path)) or path))

    def sent(self, descriptors: list[int]) -> tuple[SentFile, ...] | None:
        """Returns how the open files are sent, or None if one of them was deleted. Reads files."""
        files = [self._sent(descriptor) for descriptor in descriptors]
        return None if None in files else tuple(file for file in files if file is not None)

    def _sent(self, descriptor: int) -> SentFile | None:
        found = os.fstat(descriptor)
        path = os.readlink(os.fsencode(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115, raw bytes
        if not path.startswith(b"/") or not found.st_nlink:
            return None
        mapped = self._mapped(path)
        if mapped is None and _lies_in(path, os.fsencode(self._data)):
            return ContentOfFile(os.pread(descriptor, found.st_size, 0))
        return MountedFile(mapped or path, found.st_size, mtime_ns(found))

    def _mapped(self, path: bytes) -> bytes | None:
        for here, there in sorted(self._paths.items(), key=lambda pair: -len(pair[0])):
            if _lies_in(path, here):
                return there + path[len(here) :]
        return None


def _lies_in(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
