"""What a long task reports to, and is stopped by; the runner of jobs implements it."""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):
    """The job is to end now: a person cancelled it, or this process is no longer its owner."""


class Progress(Protocol):
    @property
    def job_id(self) -> str: ...

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Raises Cancelled. Cheap: call it as often as there is something to say."""
