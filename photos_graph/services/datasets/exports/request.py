"""Requests for exports, which continue an equal export that did not finish."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pyroaring import BitMap

from photos_graph.disk_space import DiskSpace
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders
from photos_graph.graph.postings import last_number
from photos_graph.index import Index
from photos_graph.jobs.queue import Jobs
from photos_graph.model.datasets import DatasetFormat
from photos_graph.model.job_arguments import ExportRequest
from photos_graph.model.jobs import Job, JobKind, JobState
from photos_graph.model.labels import Certainty
from photos_graph.model.stacks import Stacks
from photos_graph.paths import check_outside
from photos_graph.search.query import Query
from photos_graph.services.browse.questions import Questions
from photos_graph.services.datasets.exports.selection import Selection, describe
from photos_graph.services.datasets.exports.staging import StagingFolder
from photos_graph.settings import Settings, expanded

ELSEWHERE = "export to a folder on another disk (export.folder)"
MAX_RESUMABLE = 100  # earlier exports that are searched for one to continue


class Exports:
    """Queues exports. ``ExportJob`` writes them, in the process that runs jobs."""

    def __init__(
        self, graph: Graph, index: Index, jobs: Jobs, questions: Questions, settings: Settings, space: DiskSpace
    ) -> None:
        self._graph = graph
        self._index = index
        self._questions = questions
        self._jobs = jobs
        self._settings = settings
        self._space = space

    async def ask(
        self,
        format: DatasetFormat,
        selection: Selection = None,
        certainty: Certainty = Certainty.CONFIRMED,
        by: str = "",
        folder: Path | None = None,
        originals: bool = False,
        stacks: Stacks = Stacks.COLLAPSED,
    ) -> Job:
        """Queues an export of the photos that the selection matches now, into ``folder`` or the folder for exports.
        With COLLAPSED, a stack is exported as one of its photos. An export of everything as JSON also has the photos
        that are not shown, because no file holds them now.

        If an equal export has failed or was cancelled, it is continued.

        Raises BadInput if the folder lies within a folder of originals or the selection is invalid, NotFound if the
        selection names something that does not exist, TooComplex if it has too many terms, and LowDisk.
        """
        target = _absolute(folder or self._settings.exports_dir)
        check_outside(target, [root.raw_path for root in await folders.roots(self._graph)])
        await asyncio.to_thread(self._space.check, target, ELSEWHERE)
        query, search = await self._query(selection), self._index.search
        photos = search.collapsed(search.evaluate(query), stacks).copy()
        photos.run_optimize()
        name, at = name_now(format)
        hidden = BitMap(range(await last_number(self._graph) + 1)) - search.sets.visible
        asked = describe(selection)
        request = ExportRequest(format, target, name, photos, certainty, originals, asked, by, at, hidden=hidden)
        return await self._jobs.queue(JobKind.EXPORT, await self._resumable(request) or request)

    async def _query(self, selection: Selection) -> Query:
        if isinstance(selection, str):
            return (await self._questions.of_text(selection)).query
        return await self._questions.of_filter(selection)

    async def _resumable(self, request: ExportRequest) -> ExportRequest | None:
        """Returns an equal earlier request that did not finish, because the disk was full for example, and whose
        staging folder still exists."""
        running = {
            job.arguments.name
            for job in await self._jobs.unfinished(JobKind.EXPORT)
            if job.state is JobState.RUNNING and isinstance(job.arguments, ExportRequest)
        }
        for job in await self._jobs.undone(JobKind.EXPORT, MAX_RESUMABLE):
            earlier = job.arguments
            if not isinstance(earlier, ExportRequest) or earlier.name in running:
                continue
            if not earlier.has_same_content(request):
                continue
            if await asyncio.to_thread(StagingFolder(earlier.target).exists):
                return replace(earlier, asked=request.asked, by=request.by)
        return None


def _absolute(folder: Path) -> Path:
    return expanded(folder).resolve()


def name_now(format: DatasetFormat) -> tuple[str, str]:
    """Returns the name of the folder and the time (ISO 8601, UTC) of an export that is requested now."""
    now = datetime.now(UTC)
    return f"{format.lower()}-{now:%Y%m%d-%H%M%S-%f}", now.isoformat(timespec="seconds")
