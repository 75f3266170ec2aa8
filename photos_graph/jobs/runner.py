"""The runner takes jobs from the graph, one of each kind at a time, renews their leases, and runs them.

Any process with a runner can take any job. If a process dies, its job is taken over (``leases``), and continues where
it stopped, because what is pending is a query.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from photos_graph.errors import EngineUnavailable, PhotosGraphError
from photos_graph.events import JobQueued
from photos_graph.graph import jobs
from photos_graph.graph.engine import feed, outcomes
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import history
from photos_graph.jobs.leases import Leases
from photos_graph.jobs.progress import Cancelled, Progress
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.shown import harmless

log = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 1.0  # how often jobs that other processes queued are looked for
STEP_SECONDS = 0.25  # how often progress is written
PRUNE_SECONDS = 24 * 3600.0  # how often old jobs, entries of the feed and changes are deleted
BEAT_SECONDS = 3.0  # how often the lease is renewed when there is no progress

Handler = Callable[[Job[Any], Progress], Awaitable[str]]  # returns the closing message


class Run:
    """A job while it runs. It is the Progress that the handler reports to."""

    def __init__(self, graph: Graph, job: Job, owner: str, ended: Counter[tuple[JobKind, JobState]]) -> None:
        self.job = job
        self._ended = ended
        self._graph = graph
        self._owner = owner
        self._said: tuple[int, int | None, str | None] = (job.done, job.total, job.message)
        self._beaten = 0.0
        self._ending = False

    @property
    def job_id(self) -> str:
        return self.job.id

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        message = message and harmless(message)
        self._said = (done, total, message)
        if time.monotonic() - self._beaten >= STEP_SECONDS:
            await self.beat()
        if self._ending:
            raise Cancelled

    async def beat(self) -> None:
        self._beaten = time.monotonic()
        self._ending = await jobs.beat(self._graph, self.job.id, self._owner, *self._said) or self._ending

    async def keep_alive(self) -> None:
        """Renews the lease while the handler reports nothing, so that a slow step is not mistaken for a dead
        process."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if time.monotonic() - self._beaten >= BEAT_SECONDS:
                with contextlib.suppress(PhotosGraphError):
                    await self.beat()

    async def finish(self, state: JobState, message: str | None) -> None:
        message = message and harmless(message)
        done, total, _ = self._said
        await jobs.finish(self._graph, self.job.id, self._owner, state, done, total, message)
        self._ended[self.job.kind, state] += 1

    async def release(self) -> None:
        await jobs.release(self._graph, self.job.id, self._owner)


class Runner:
    """Call ``start`` once and ``close`` once. Call ``job_queued`` when this process has queued a job, so that it starts
    at once."""

    def __init__(self, graph: Graph, keep_changes: int, keep_days: float, folder: Path | None = None) -> None:
        """``keep_changes`` is the number of changes, and ``keep_days`` the number of days for which jobs that have
        ended, are kept. ``folder`` is where the processes that use one data directory see whether others are alive."""
        self._graph = graph
        self._keep_changes = keep_changes
        self._keep_days = keep_days
        self._handlers: Mapping[JobKind, Handler] = {}
        self._owner = uuid4().hex
        self._leases = Leases(self._owner, folder)
        self._running: dict[JobKind, asyncio.Task[None]] = {}
        self.ended: Counter[tuple[JobKind, JobState]] = Counter()  # jobs that this process has ended
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, handlers: Mapping[JobKind, Handler]) -> None:
        self._handlers = handlers
        self._leases.open()
        self._task = asyncio.create_task(self._loop(), name="job runner")

    async def job_queued(self, _: JobQueued) -> None:
        """Looks for a job at once."""
        self._wake.set()

    async def close(self) -> None:
        """Stops the running jobs at their next await, and puts them back into the queue."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._leases.close()

    async def _loop(self) -> None:
        pruned = -math.inf
        while True:
            if time.monotonic() - pruned >= PRUNE_SECONDS:
                pruned = time.monotonic()
                await self._once(self._prune)
            # A job that runs here is not claimed again if its lease ran out while the engine was away.
            job = await self._once(
                lambda: jobs.claim(self._graph, self._owner, set(self._running), self._leases.abandoned)
            )
            if job is not None:
                self._begin(job)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()

    async def _prune(self) -> None:
        await jobs.prune(self._graph, self._keep_days)
        await feed.prune(self._graph)
        await outcomes.prune(self._graph)
        await history.prune(self._graph, self._keep_changes)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._to_its_end(job), name=f"job {job.kind.lower()}")
        self._running[job.kind] = task

    async def _to_its_end(self, job: Job) -> None:
        try:
            await self._once(partial(self._run, job))
        finally:
            del self._running[job.kind]
            self._wake.set()

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Does the work once. If the engine is away or refuses a query, it waits, and the loop tries again."""
        try:
            return await work()
        except EngineUnavailable:
            log.warning("The graph engine does not answer. Jobs wait until it does.")
        except PhotosGraphError as error:
            log.warning("Jobs wait: %s", error.public_message)
        await asyncio.sleep(POLL_SECONDS)
        return None

    async def _run(self, job: Job) -> None:
        run = Run(self._graph, job, self._owner, self.ended)
        alive = asyncio.create_task(run.keep_alive())
        try:
            message = await self._handlers[job.kind](job, run)
            await run.finish(JobState.SUCCEEDED, message)
        except Cancelled:
            await run.finish(JobState.CANCELLED, "The job was cancelled. The next one continues from here.")
        except asyncio.CancelledError:
            with contextlib.suppress(PhotosGraphError):
                await asyncio.shield(run.release())
            raise
        except EngineUnavailable:
            raise  # the lease is not renewed, and the job is claimed again
        except PhotosGraphError as error:
            await run.finish(JobState.FAILED, error.public_message)
        except Exception as error:
            log.exception("The job %s failed.", job.id)
            await run.finish(JobState.FAILED, _told(error))
        finally:
            alive.cancel()


def _told(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:  # a full disk, or a folder without write permission
        return f"It failed: {error.strerror}. The log of the service has the details."
    return "It failed unexpectedly. The log of the service has the details."
