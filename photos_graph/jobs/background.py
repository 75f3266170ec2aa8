"""Writes that run to their end in the background if they take longer than a caller may wait.

A job is queued before such a caller gets an answer, so that what was promised is also done if the process is killed. It
is also queued before a change begins that takes several transactions, so that all of it is done or nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from photos_graph.errors import PhotosGraphError
from photos_graph.jobs.queue import Jobs
from photos_graph.model.job_arguments import ChangeArguments
from photos_graph.model.jobs import JobKind

T = TypeVar("T")

log = logging.getLogger(__name__)


class BackgroundWrites:
    """Runs writes as tasks of the service. Each is identified by the change that it makes. Call ``close`` once, before
    what the writes use is closed."""

    def __init__(self, patience: float, jobs: Jobs | None = None) -> None:
        """``patience`` is the time in seconds after which callers get an answer. Without ``jobs``, a write ends with
        the process."""
        self._patience = patience
        self._jobs = jobs
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def run(
        self,
        asked: ChangeArguments,
        work: Coroutine[Any, Any, T],
        unfinished: Callable[[], T],
        *,
        in_portions: bool = False,
    ) -> T:
        """Returns or raises what ``work`` does, which makes the change that was ``asked`` for.

        If that takes too long, the result is that of ``unfinished``, and the work goes on. A job is queued first, which
        waits for the work and does what it leaves. Work that commits ``in_portions`` has the job from its beginning, so
        that a change is never left half done. If the caller is cancelled, the work goes on too."""
        change_id = asked.change_id
        task = asyncio.create_task(self._promised(asked, work) if in_portions else work, name=f"write {change_id}")
        self._running[change_id] = task
        task.add_done_callback(lambda _: self._running.pop(change_id))
        try:
            await asyncio.wait({task}, timeout=self._patience)
            if not task.done() and not in_portions:
                await self._promise(asked)
        finally:
            if not task.done():
                log.info("The change %s is completed in the background.", change_id)
                task.add_done_callback(partial(_log_failure, change_id))
        return task.result() if task.done() else unfinished()

    async def _promised(self, asked: ChangeArguments, work: Coroutine[Any, Any, T]) -> T:
        try:
            await self._promise(asked)
        except BaseException:
            work.close()
            raise
        return await work

    async def _promise(self, asked: ChangeArguments) -> None:
        if self._jobs is not None:
            await self._jobs.queue(JobKind.FINISH_CHANGE, asked)

    async def finished(self, change_id: str) -> None:
        """Returns when this change is no longer being written."""
        if (task := self._running.get(change_id)) is not None:
            await asyncio.wait({task})

    async def close(self) -> None:
        """Waits until all writes have ended."""
        if self._running:
            await asyncio.wait(set(self._running.values()))


def _log_failure(change_id: str, task: asyncio.Task[Any]) -> None:
    """Logs why a change failed after its caller got an answer. What a client may be told needs no traceback."""
    if task.cancelled() or (error := task.exception()) is None:
        return
    if isinstance(error, PhotosGraphError):
        log.warning("The change %s could not be completed: %s", change_id, error.public_message)
    else:
        log.error("The change %s could not be completed.", change_id, exc_info=error)
