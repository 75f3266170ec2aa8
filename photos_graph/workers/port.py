"""The port through which services have files opened: by confined processes of this machine, or by a cluster of machines
that run the same ones."""

from __future__ import annotations

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


class Pool(Protocol):
    """Runs tasks in processes that files may bring down. ``WorkerPool`` describes the methods."""

    @property
    def places(self) -> int:
        """How many calls run at a time. It may change."""

    def waiting(self, priority: Priority) -> int: ...

    async def call(
        self,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority = Priority.BACKGROUND,
        on_step: Steps = lambda done, total: None,
    ) -> tuple[Answer, list[bytes]]: ...

    def stream(
        self,
        task: Task[Argument, Answer],
        argument: Argument,
        priority: Priority = Priority.INTERACTIVE,
        on_step: Steps = lambda done, total: None,
    ) -> AbstractAsyncContextManager[Chunks[Answer]]: ...

    async def close(self) -> None: ...


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
