"""Decides when faces are detected, and when they are clustered and matched again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from contextvars import Context

from photos_graph.errors import EngineUnavailable
from photos_graph.events import FacesFound, LabelsChanged, PhotosArrived
from photos_graph.faces import catalogue
from photos_graph.faces.weights import FaceWeights
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import match_requests
from photos_graph.jobs.queue import Jobs
from photos_graph.model.job_arguments import ClusterArguments
from photos_graph.model.jobs import Job, JobKind
from photos_graph.model.labels import LabelKind
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.services.new_weights import WeightsWatch
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

QUIET_SECONDS = 1.0  # faces are matched again when there was no new label of a face for this long,
LATEST_SECONDS = 10.0  # but at most this long after the first label
AGAIN_SECONDS = 5.0  # pause before an engine that did not answer is asked again
WITHOUT_MODELS = "Faces are not detected, because weights are missing. Fetch them: photos-graph models --fetch"


class FaceTriggers:
    """Queues the jobs of faces. Call ``close`` once, before the graph is closed."""

    def __init__(self, graph: Graph, jobs: Jobs, settings: Settings) -> None:
        self._graph = graph
        self._jobs = jobs
        self._settings = settings
        self._first_label = self._last_label = 0.0
        self._waiting: asyncio.Task[None] | None = None
        self.weights = WeightsWatch(lambda: settings.faces.enabled == "auto" and self._can(), self._look_and_match)

    async def find(self, photo_ids: Sequence[str] | None = None) -> Job:
        """Queues the detection of faces in these photos, even if they were examined before, or without ids in all
        photos that are due.

        Raises BadInput and NotFound.
        """
        if photo_ids is not None:
            numbers = await known_numbers(self._graph, photo_ids)
            await self._graph.transaction(lambda tx: due.make_due(tx, due.FACES, numbers))
        return await self._jobs.queue(JobKind.FACES)

    async def start(self) -> None:
        """Queues the jobs that were requested before the service last ended."""
        if await match_requests.waits(self._graph):
            await self._look_and_match()

    async def photos_arrived(self, _: PhotosArrived) -> None:
        """Queues the detection of faces if the settings want it and it is possible, and the matching of faces if it was
        requested."""
        await self._look_and_match()

    async def _look_and_match(self) -> None:
        await self._find_due()
        if await match_requests.waits(self._graph):
            await self._match()

    async def _find_due(self) -> None:
        if self.models_are_missing or self._settings.faces.enabled == "off":
            return
        is_new = not await due.is_wanted(self._graph, due.FACES, self._settings.faces_by)
        if is_new or await due.any_online(self._graph, due.FACES):
            await self._jobs.queue(JobKind.FACES)

    @property
    def models_are_missing(self) -> bool:
        """Returns whether only the weights are missing. Returns False if the settings demand faces, because the job
        then fails with a message."""
        return self._settings.faces.enabled == "auto" and not self._can()

    def _can(self) -> bool:
        faces = self._settings.faces
        models = (catalogue.detector(faces.detector), catalogue.embedder(faces.embedder))
        return FaceWeights(self._settings.models_dir, faces.weights).are_here(*models)

    async def group(self) -> Job:
        """Queues a new clustering of all faces."""
        return await self._jobs.queue(JobKind.CLUSTER, ClusterArguments(full=True))

    async def faces_found(self, _: FacesFound) -> None:
        """Queues the job that adds the new faces to the existing clusters and persons."""
        await self._match()

    async def _match(self) -> None:
        if self._settings.faces.enabled != "off":
            await self._jobs.queue(JobKind.CLUSTER)

    async def labels_changed(self, event: LabelsChanged) -> None:
        """Queues one matching of faces as soon as no face has been labelled for QUIET_SECONDS."""
        if event.kind not in (LabelKind.FACES, LabelKind.SUCCESSION):
            return
        now = time.monotonic()
        self._last_label = now
        if self._waiting is None or self._waiting.done():
            self._first_label = now
            # It waits for the engine if need be, and is no part of the mutation that is executed now.
            self._waiting = asyncio.create_task(self._when_quiet(), name="faces to match again", context=Context())

    async def _when_quiet(self) -> None:
        while (left := self._due_at() - time.monotonic()) > 0:  # noqa: ASYNC110, the clock is awaited
            await asyncio.sleep(left)
        while True:
            try:
                return await self._ask()
            except EngineUnavailable:
                log.warning("The graph engine does not answer. Faces are matched again when it does.")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _ask(self) -> None:
        await self._find_due()
        await self._match()

    def _due_at(self) -> float:
        return min(self._last_label + QUIET_SECONDS, self._first_label + LATEST_SECONDS)

    async def close(self) -> None:
        """Queues a pending matching immediately."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.cancel()
            await asyncio.gather(self._waiting, return_exceptions=True)
            with contextlib.suppress(EngineUnavailable):  # the next service takes up the request
                await self._ask()
