"""A pool of child processes for work that may crash, hang or exhaust memory: everything that opens an original."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from photos_graph.errors import KilledWorker, Unavailable
from photos_graph.workers.port import Chunks, Pool, PoolKind, Steps
from photos_graph.workers.process import NeverBegan, Worker
from photos_graph.workers.task import Task
from photos_graph.workers.turns import Priority, Turns

__all__ = ["Chunks", "Priority", "Steps", "WorkerPool"]

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")

START_ATTEMPTS = 3
CLOSE_SECONDS = 5.0
EXTRA_SECONDS = 60.0  # without a call, after which the child of the extra place ends


class WorkerPool(Pool):
    """Runs ``tasks`` in child processes, which import the modules of these tasks when they start.

    At most ``size`` calls run, and one more of those that are soon done (``Priority.AT_ONCE``); ``queue`` more may wait
    at each priority. A task may add ``memory_bytes`` of address space to what its process needs for itself, and take
    ``timeout_seconds``. Of the data of the service, it can read what is in the folders ``readable``, and what the
    service hands over.

    Children start when first needed and stay, or end after ``idle_seconds`` without a call. One that dies, or whose
    caller goes away, is replaced by the next call. They die with this process, however it ends.
    """

    def __init__(
        self,
        tasks: Sequence[Task[Any, Any]],
        size: int,
        memory_bytes: int,
        timeout_seconds: float,
        queue: int,
        idle_seconds: float | None = None,
        readable: Sequence[Path] = (),
    ) -> None:
        targets = tuple(task.target for task in tasks)
        self.kind = PoolKind(targets, memory_bytes, timeout_seconds, idle_seconds, tuple(readable))
        self._places = size
        self.queue = queue
        self._turns = Turns(size, queue)
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def places(self) -> int:
        return self._places

    @property
    def pids(self) -> list[int]:
        """The process ids of the children that are alive as far as is known."""
        return [worker.pid for worker in self._workers if worker.usable or worker.task]

    @property
    def running(self) -> dict[int, str]:
        """Maps process ids to the names of the tasks that they run."""
        return {worker.pid: worker.task for worker in self._workers if worker.task}

    def waiting(self, priority: Priority) -> int:
        return self._turns.waiting(priority)

    @asynccontextmanager
    async def stream(
        self,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority = Priority.INTERACTIVE,
        on_step: Steps = lambda done, total: None,
    ) -> AsyncIterator[Chunks[Answer]]:
        chunks: Chunks[Answer] = Chunks()
        async with self._turns.turn(priority), aclosing(self._run(task, argument, chunks, on_step)) as chunks.iterator:
            yield chunks

    async def close(self) -> None:
        self._closed = True
        for worker in self._workers:
            self._end(worker)
        self._idle.clear()
        if self._endings:
            # A child that waits for a network file system that is gone cannot even be killed.
            await asyncio.wait(self._endings, timeout=CLOSE_SECONDS)

    async def _run(
        self, task: Task[Argument, Answer], argument: Argument, chunks: Chunks[Answer], on_step: Steps
    ) -> AsyncGenerator[bytes]:
        for _ in range(START_ATTEMPTS):
            try:
                worker = await self._take()
            except NeverBegan:
                continue
            try:
                async with aclosing(worker.run(task, argument, self.kind.timeout_seconds, on_step)) as emitted:
                    async for chunk in emitted:
                        yield chunk
                chunks.answer = worker.answer
                return
            except NeverBegan:
                continue
            except KilledWorker:
                if self._closed:  # our doing, not the file's
                    raise Unavailable("The service is shutting down.") from None
                raise
            finally:
                self._put_back(worker)
        raise Unavailable("The workers end before they start. The log of the service has the reason.")

    async def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.usable and worker.is_up_to_date:
                return worker
            self._end(worker)
        if self._closed:
            raise Unavailable("The service is shutting down.")
        worker = await Worker.start(self.kind.targets, self.kind.memory_bytes, self.kind.readable)
        self._workers.add(worker)
        return worker

    def _put_back(self, worker: Worker) -> None:
        if worker.usable and not self._closed:
            self._idle.append(worker)
            seconds = self.kind.idle_seconds
            if seconds is None and len(self._workers) > self._places:
                seconds = EXTRA_SECONDS
            if seconds is not None:
                asyncio.get_running_loop().call_later(seconds, self._end_unused, worker, worker.runs)
        else:
            self._end(worker)

    def _end_unused(self, worker: Worker, runs: int) -> None:
        is_needed = self.kind.idle_seconds is None and len(self._workers) <= self._places
        if worker in self._idle and worker.runs == runs and not is_needed:
            self._idle.remove(worker)
            self._end(worker)

    def _end(self, worker: Worker) -> None:
        """Ends the child in the background, so that its place is free at once."""
        ending = asyncio.create_task(worker.kill())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        ending.add_done_callback(lambda _: self._workers.discard(worker))
