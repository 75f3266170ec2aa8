"""Predicts the tags of the photos that the active model has not seen: new ones, or all of them after an activation.

The worker predicts all photos, because labels propagate between similar ones, but only those that are due are written.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photos_graph.array_files import Damaged, MappedArrays
from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import merged, predictions
from photos_graph.graph.labels.predictions import Predicted
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.learn.neighbours import Halves
from photos_graph.learn.predictor import Floats
from photos_graph.model.job_arguments import PredictArguments
from photos_graph.model.jobs import Job
from photos_graph.model.learning import Model, ModelKind
from photos_graph.search.index import SearchIndex
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import GUESSES, PREDICT, PredictOrder
from photos_graph.services.learning.versions import MIN_STORED_PROBABILITY, ModelVersions
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.written_files import written_whole

BATCH_SIZE = 1_000  # photos in one commit
MAX_PREDICTIONS = 20  # predictions of one photo
MESSAGE = "Predicting tags"


@dataclass(frozen=True, slots=True)
class Guesses:
    """The ``probabilities`` (n, l) that ``model`` computed for n photos and l labels, which stay in their file."""

    model: str
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    probabilities: Halves


def guesses_of(settings: Settings, model_id: str) -> Path:
    return settings.learn_dir / f"probabilities-{model_id}.safetensors"


def read_guesses(path: Path) -> Guesses:
    """Opens the file of probabilities, and checks nothing. Raises Damaged."""
    arrays = MappedArrays(path, GUESSES)
    about = arrays.about
    return Guesses(about["model"], tuple(about["ids"]), tuple(about["labels"]), arrays.mapped("probabilities"))


@dataclass(frozen=True, slots=True)
class PredictionStage:
    graph: Graph
    index: Index
    writer: LabelWriter
    models: ModelVersions
    pool: WorkerPool
    settings: Settings
    predicted: Callable[[], Awaitable[None]]  # called when the library is predicted
    arrived: Callable[[Sequence[int]], Awaitable[None]]  # called with photos that came after the library was predicted

    async def run(self, job: Job[PredictArguments], progress: Progress) -> str | None:
        """Returns the closing sentence. Raises Cancelled, and the errors of the worker."""
        active = await self.models.active(ModelKind.TAGS)
        if active is None:
            return None
        model, file = active
        only_new = not job.arguments.everything and await due.is_wanted(self.graph, due.PREDICTIONS, model.id)
        await due.want(self.graph, due.PREDICTIONS, model.id, again=job.arguments.everything)
        if not await due.count(self.graph, due.PREDICTIONS):
            await self.predicted()
            return None
        guesses = await self._guesses(model, file, progress)
        count = await self._write(model, guesses, progress, only_new)
        await asyncio.to_thread(self._forget_others, model)
        await self.predicted()
        return f"Version {model.version} predicted the tags of {count:,} photos."

    async def _guesses(self, model: Model, file: Path, progress: Progress) -> Guesses:
        path = guesses_of(self.settings, model.id)
        order = PredictOrder(kept_neighbours(self.settings), file, model.id)
        await progress.step(0, None, MESSAGE)
        await with_progress(keep_guesses(self.pool, order, path), progress, MESSAGE)
        try:
            return await asyncio.to_thread(read_guesses, path)
        except Damaged as error:
            raise RuntimeError("what was written a moment ago cannot be read") from error

    async def _write(self, model: Model, guesses: Guesses, progress: Progress, only_new: bool) -> int:
        """Writes the predictions of the photos that are due. Photos without features wait until they are described.
        Returns the number of written photos."""
        place = {id_: at for at, id_ in enumerate(guesses.ids)}
        now = await merged.merged_into(self.graph)
        floors = np.array([self._floor(model, label) for label in guesses.labels], np.float32)
        total, count = await due.count(self.graph, due.PREDICTIONS), 0
        async for photos in due.pages(self.graph, due.PREDICTIONS, BATCH_SIZE):
            await progress.step(count, total, MESSAGE)
            described = [photo for photo in photos if photo.id in place]
            barred = barred_by_folders(self.index.search, (now.get(label, label) for label in guesses.labels))
            predicted = [
                Predicted(photo.number, kept_predictions(guesses, place[photo.id], floors, now, barred(photo.number)))
                for photo in described
            ]
            waiting = [photo.number for photo in photos if photo.id not in place]

            async def work(
                tx: LabelTransaction, predicted: Sequence[Predicted] = predicted, waiting: Sequence[int] = waiting
            ) -> None:
                await predictions.put(tx, model.id, predicted)
                await due.failed(tx, due.PREDICTIONS, waiting)

            await self.writer.commit(work)
            await self.writer.follow()
            if only_new:
                await self.arrived([photo.number for photo in described])
            count += len(described)
        await progress.step(count, count, MESSAGE)
        return count

    def _floor(self, model: Model, label: str) -> float:
        of_model = next((each.threshold for each in model.per_label if each.label_id == label), None)
        row = self.index.search.tags.get(label)
        now = row.threshold if row is not None else None
        return min(each for each in (MIN_STORED_PROBABILITY, of_model, now) if each is not None)

    def _forget_others(self, model: Model) -> None:
        current = guesses_of(self.settings, model.id)
        for path in current.parent.glob("probabilities-*"):
            if path != current:
                path.unlink(missing_ok=True)


def barred_by_folders(search: SearchIndex, tag_ids: Iterable[str]) -> Callable[[int], set[str]]:
    """Returns a function that tells which of the tags are excluded by the folders of a photo, by its number."""
    inheritance = search.sets.tags.inheritance
    below = {tag_id: photos for tag_id in set(tag_ids) if (photos := inheritance.barred(tag_id))}
    return lambda number: {tag_id for tag_id, photos in below.items() if number in photos}


def kept_predictions(
    guesses: Guesses, photo: int, floors: Floats, now: Mapping[str, str], barred: Collection[str] = ()
) -> tuple[tuple[str, float], ...]:
    """Returns the most probable tag, and the tags with a probability of at least their floor, of the photo at that
    position. ``now`` maps tags that were merged since the training to those that remain. Tags that are ``barred``,
    because a folder above the photo excludes them, are left out."""
    row = guesses.probabilities[photo].astype(np.float32)
    best = np.argsort(-row, kind="stable")[:MAX_PREDICTIONS].tolist()
    found: dict[str, float] = {}
    for n, at in enumerate(best):
        tag_id = now.get(guesses.labels[at], guesses.labels[at])
        if tag_id not in barred and (n == 0 or row[at] >= floors[at]):
            found.setdefault(tag_id, float(row[at]))
    return tuple(found.items())


async def keep_guesses(pool: WorkerPool, order: PredictOrder, path: Path) -> None:
    """Predicts, and writes the file of probabilities while it arrives: of a million photos and a hundred tags it has
    400 MB. Raises the errors of the worker."""
    async with pool.stream(PREDICT, order) as chunks:
        with written_whole(path) as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())  # otherwise closing would wait outside of a thread
