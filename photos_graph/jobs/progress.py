"""How a long task reports its progress and is told to stop. The runner of jobs implements it."""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):
    """The job must end now: a person cancelled it, or this process is no longer its owner."""


class Progress(Protocol):
    """Where a job reports its progress."""

    @property
    def job_id(self) -> str: ...

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Reports the progress. It is cheap, so call it as often as there is something to report. Raises Cancelled."""
