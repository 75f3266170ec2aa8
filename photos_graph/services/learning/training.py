"""The jobs that train models. A worker gets the labels, and returns a model with a verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from photos_graph.errors import Conflict
from photos_graph.events import Events, TrainingStarted
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.learning import features, sheets
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.model.jobs import Job
from photos_graph.model.learning import Model, ModelKind, ModelState
from photos_graph.services.faces.named_faces import collect_named_faces
from photos_graph.services.learning import examples
from photos_graph.services.learning.features import FeatureStage
from photos_graph.services.learning.neighbours import NeighbourStage, kept_neighbours
from photos_graph.services.learning.training_call import Trained, learn_persons, learn_tags
from photos_graph.services.learning.versions import ModelVersions
from photos_graph.settings import Settings
from photos_graph.workers.pool import Steps, WorkerPool

MESSAGE = "Training"
MAX_LEFT_OUT_SHOWN = 5  # tags in the closing message


class _WorkerSteps:
    """The last step that the worker reported, for the progress of the job."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done, self._total = 0, 1

    @property
    def job_id(self) -> str:
        return self._progress.job_id

    def heard(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    async def step(self, done: int, total: int | None = None, message: str | None = None) -> None:
        await self._progress.step(self._done, self._total, message)


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """The jobs that train models. They publish TrainingStarted before they read the labels."""

    graph: Graph
    index: Index
    models: ModelVersions
    pool: WorkerPool
    settings: Settings
    describe: FeatureStage
    neighbours: NeighbourStage
    events: Events

    async def tags(self, job: Job, progress: Progress) -> str:
        """Returns the closing message. Raises Cancelled, BadInput if there are too few labels, and the errors of the
        worker."""
        for stage in (self.describe, self.neighbours):
            await stage.run(job, progress)
        photos = await features.described(self.graph, self.settings.learn.backbone)
        if not photos:
            raise Conflict("No photo has features yet. Run a scan first.")
        await self.events.publish(TrainingStarted(ModelKind.TAGS))
        await self.index.catch_up()

        async def train(folder: Path, active: tuple[Model, Path] | None, steps: Steps) -> Trained:
            file = folder / "examples.json"
            drawn = await sheets.of_tags(self.graph, [row.id for row in self.index.search.tags])
            labelled = examples.labelled_photos(self.index.search, photos, drawn)
            await asyncio.to_thread(examples.write, labelled, file)
            return await learn_tags(self.pool, file, kept_neighbours(self.settings), active, self.settings, steps)

        return await self._run(job, ModelKind.TAGS, train, progress)

    async def persons(self, job: Job, progress: Progress) -> str:
        """Does the same for persons."""
        await self.events.publish(TrainingStarted(ModelKind.PERSONS))

        async def train(folder: Path, active: tuple[Model, Path] | None, steps: Steps) -> Trained:
            file = folder / "faces.safetensors"
            await collect_named_faces(self.graph, self.index.search, self.settings.faces.embedder, file)
            return await learn_persons(self.pool, file, active and active[1], self.settings, steps)

        return await self._run(job, ModelKind.PERSONS, train, progress)

    async def _run(
        self,
        job: Job,
        kind: ModelKind,
        train: Callable[[Path, tuple[Model, Path] | None, Steps], Awaitable[Trained]],
        progress: Progress,
    ) -> str:
        model = (await self.models.by_id([job.id]))[
            0
        ]  # the model exists already if the process ended just before the job did
        left_out: Sequence[str] = ()
        if model is None:
            active = await self.models.active(kind)
            steps = _WorkerSteps(progress)
            await progress.step(0, None, MESSAGE)
            with scratch(self.settings.learn_dir, "training") as folder:
                call = train(folder, active, steps.heard)
                trained = await with_progress(call, steps, MESSAGE)
            model, left_out = await self.models.keep(job.id, kind, trained), trained.result.left_out
        return _closing(model, left_out)


def _closing(model: Model, left_out: Sequence[str]) -> str:
    what = "was rejected" if model.state is ModelState.REJECTED else "is active now"
    learnt = f"Version {model.version}, learnt from {model.examples:,} examples of {model.labels:,}, {what}."
    more = f" and {len(left_out) - MAX_LEFT_OUT_SHOWN:,} more" if len(left_out) > MAX_LEFT_OUT_SHOWN else ""
    without = f" Left out: {' '.join(left_out[:MAX_LEFT_OUT_SHOWN])}{more}" if left_out else ""
    return f"{learnt} {model.reason}{without}"
