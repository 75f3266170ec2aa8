"""Jobs as people see them: they are requested, watched, cancelled and retried."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

from photos_graph.errors import NotFound
from photos_graph.events import Events, JobQueued
from photos_graph.graph import jobs
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import failures
from photos_graph.index import Index
from photos_graph.model.job_arguments import KINDS, ScanArguments
from photos_graph.model.jobs import Job, JobArguments, JobKind, JobState
from photos_graph.search.listing import Listing, Stretch

MAX_COMPARED = 100  # queued jobs
POLL_SECONDS = 0.25  # how often a watcher reads its jobs
ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


class Jobs:
    """Publishes JobQueued for every job that it creates."""

    def __init__(self, graph: Graph, index: Index, events: Events) -> None:
        self._graph = graph
        self._index = index
        self._events = events

    async def get(self, job_id: str) -> Job | None:
        return await jobs.get(self._graph, job_id)

    async def by_id(self, job_ids: Sequence[str]) -> list[Job | None]:
        """Takes one query to the engine."""
        known = await jobs.by_id(self._graph, job_ids)
        return [known.get(id_) for id_ in job_ids]

    async def page(
        self,
        state: JobState | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Job]:
        """Returns a page of jobs, newest first. Raises BadInput for an invalid cursor."""
        stretch = Stretch.of(first, after, last, before)
        return stretch.listing(await jobs.page(self._graph, state, stretch), _key, await jobs.count(self._graph, state))

    async def scan(
        self,
        *root_ids: str,
        folder_id: str | None = None,
        accept_missing: bool = False,
        quick: bool = False,
        reread: bool = False,
    ) -> Job:
        """Queues a scan of these roots, of a folder, or of everything, or returns a queued one that would do the same.
        Raises NotFound."""
        if folder_id is not None:
            folder = self._index.search.folders.get(folder_id)
            if folder is None:
                raise NotFound("There is no such folder.", about=folder_id)
            root_ids = (folder.key.partition("/")[0],)
        for root_id in root_ids:
            root = self._index.search.folders.get(root_id)
            if root is None or root.parent_id is not None:
                raise NotFound("There is no such root.", about=root_id)
        roots = tuple(sorted(set(root_ids)))
        return await self.queue(JobKind.SCAN, ScanArguments(roots, folder_id, accept_missing, quick, reread))

    async def queue(self, kind: JobKind, arguments: JobArguments | None = None) -> Job:
        """Queues a job, or returns a queued one that would do the same. ``arguments`` default to those of the kind."""
        asked = arguments or KINDS[kind]()
        for waiting in await jobs.in_state(self._graph, JobState.QUEUED, MAX_COMPARED):
            if waiting.kind is kind and waiting.arguments == asked:
                return waiting
        return await self._make(kind, asked)

    async def unfinished(self, *kinds: JobKind) -> list[Job]:
        """Returns the jobs that wait or run, oldest first."""
        return [job for job in await jobs.unfinished(self._graph) if job.kind in kinds]

    async def undone(self, kind: JobKind, limit: int) -> list[Job]:
        """Returns the jobs that failed or were cancelled, newest first."""
        return await jobs.undone(self._graph, kind, limit)

    async def scanning(self) -> bool:
        return any(job.state is JobState.RUNNING for job in await self.unfinished(JobKind.SCAN))

    async def cancel(self, job_id: str) -> Job:
        job = await jobs.cancel(self._graph, job_id)
        if job is None:
            raise NotFound("There is no such job.", about=job_id)
        return job

    async def retry_failures(self, job_id: str | None = None) -> Job:
        """Queues a scan that reads again what failed in that job, or in any job. Raises NotFound."""
        if job_id is not None and await self.get(job_id) is None:
            raise NotFound("There is no such job.", about=job_id)
        await failures.retry(self._graph, job_id)
        return await self._make(JobKind.SCAN, ScanArguments(quick=True))

    async def _make(self, kind: JobKind, arguments: JobArguments) -> Job:
        job = await jobs.create(self._graph, uuid4().hex, kind, arguments)
        await self._events.publish(JobQueued())
        return job

    async def watch(self, job_id: str) -> AsyncIterator[Job]:
        """Yields each step of the job, up to its end. Raises NotFound."""
        seen: Job | None = None
        while True:
            job = await self.get(job_id)
            if job is None:
                raise NotFound("There is no such job.", about=job_id)
            if job != seen:
                yield job
                seen = job
            if job.state in ENDED:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def watch_all(self) -> AsyncIterator[Job]:
        """Yields each step of every job from now on. It does not end by itself."""
        since = int(time.time() * 1000) - 1000
        seen: dict[str, Job] = {job.id: job for job in await jobs.unfinished_or_since(self._graph, since)}
        for job in list(seen.values()):
            yield job
        while True:
            await asyncio.sleep(POLL_SECONDS)
            since = int(time.time() * 1000) - 60_000  # clocks may differ
            now = {job.id: job for job in await jobs.unfinished_or_since(self._graph, since)}
            # The end of a job is also seen if a clock was set meanwhile.
            missing = [job.id for job in seen.values() if job.id not in now and job.state not in ENDED]
            now |= await jobs.by_id(self._graph, missing) if missing else {}
            for job in now.values():
                if seen.get(job.id) != job:
                    yield job
            seen = now


def _key(job: Job) -> tuple[int, str]:
    return job.number, job.id
