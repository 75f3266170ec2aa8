"""The port through which services have files opened: by confined processes of this machine, or by a cluster of machines
that run the same ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from photos_graph.workers.task import Task
from photos_graph.workers.turns import Priority

if TYPE_CHECKING:
    from photos_graph.workers.pool import WorkerPool

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")

Steps = Callable[[int, int], None]  # steps done, steps in all


class Chunks(Generic[Answer]):
    """The chunks that a task emits, to be iterated once; afterwards ``answer`` is what the task returned."""

    def __init__(self) -> None:
        self.answer: Answer
        self.iterator: AsyncIterator[bytes]

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.iterator


@dataclass(frozen=True, slots=True)
class PoolKind:
    """What the child processes of a pool can do and may use; ``WorkerPool`` describes the fields."""

    targets: tuple[str, ...]
    memory_bytes: int
    timeout_seconds: float
    idle_seconds: float | None
    readable: tuple[Path, ...]


class Pool(ABC):
    """Runs tasks in processes that files may bring down."""

    @property
    @abstractmethod
    def places(self) -> int:
        """How many calls run at a time. It may change."""

    @abstractmethod
    def waiting(self, priority: Priority) -> int:
        """Returns how many calls wait for a child."""

    async def call(
        self,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority = Priority.BACKGROUND,
        on_step: Steps = lambda done, total: None,
    ) -> tuple[Answer, list[bytes]]:
        """Returns the task's answer and the chunks that it emitted. Raises what ``stream`` raises."""
        async with self.stream(task, argument, priority, on_step) as chunks:
            emitted = [chunk async for chunk in chunks]
        return chunks.answer, emitted

    @abstractmethod
    def stream(
        self,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority = Priority.INTERACTIVE,
        on_step: Steps = lambda done, total: None,
    ) -> AbstractAsyncContextManager[Chunks[Answer]]:
        """Yields the chunks as they are emitted. Leaving before the last one kills the child.

        Raises Busy when too many wait, Unavailable when no child starts; while iterating also what the task
        raised, KilledWorker when its process died, OverLimit when it took too long or too much memory.
        """

    @abstractmethod
    async def close(self) -> None:
        """Kills the children. Calls that are still running raise Unavailable."""


class Executor(Protocol):
    """Decides who does the work of pools."""

    def spread(self, pool: WorkerPool) -> Pool:
        """Returns a pool that does the work of this one, and closes it."""

    @property
    def dashboard(self) -> str | None:
        """The address at which people see what others do, or None if nobody else works now."""


class Local:
    """Leaves the work to the processes of this machine."""

    dashboard = None

    def spread(self, pool: WorkerPool) -> Pool:
        return pool
