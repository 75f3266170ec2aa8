"""Calls training, which runs in its own worker process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from photos_graph.model.learning import Model
from photos_graph.services.learning.training_tasks import (
    LEARN_PERSONS,
    LEARN_TAGS,
    TRAIN_TAGS,
    TRAINING_TASKS,
    LearnPersonsOrder,
    LearnTagsOrder,
    TagTrainingOptions,
    TrainingResult,
    TrainTagsOrder,
)
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, Steps, WorkerPool
from photos_graph.workers.task import Task

Order = TypeVar("Order")


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model. ``model`` and ``snapshot`` are the contents of the files that the registry stores."""

    model: bytes
    snapshot: bytes
    result: TrainingResult


def training_pool(settings: Settings) -> WorkerPool:
    learn = settings.learn
    folders = [settings.learn_dir]
    return WorkerPool(TRAINING_TASKS, 1, learn.memory_bytes, learn.train_seconds, 1, learn.idle_seconds, folders)


async def train_tags(pool: WorkerPool, training_set: Path, graph: Path, settings: Settings, on_step: Steps) -> bytes:
    """Trains a model of tags from files that ``dataset`` and ``neighbours`` saved. Returns the content of its file.

    Raises BadInput if no tag has enough examples, OverLimit if training takes too long or too much memory, and
    KilledWorker.
    """
    order = TrainTagsOrder(training_set, graph, _options(settings))
    _, chunks = await pool.call(TRAIN_TAGS, order, Priority.BACKGROUND, on_step)
    return b"".join(chunks)


async def learn_tags(
    pool: WorkerPool,
    examples: Path,
    graph: Path,
    active: tuple[Model, Path] | None,
    settings: Settings,
    on_step: Steps,
) -> Trained:
    """Trains a model of tags and compares it with the active one. Raises the same errors as ``train_tags``."""
    model, file = active if active is not None else (None, None)
    thresholds = {each.label_id: each.threshold for each in model.per_label} if model is not None else {}
    order = LearnTagsOrder(examples, graph, file, _options(settings), thresholds)
    return await _learn(pool, LEARN_TAGS, order, on_step)


async def learn_persons(
    pool: WorkerPool, faces: Path, active: Path | None, settings: Settings, on_step: Steps
) -> Trained:
    """Trains a model of persons and compares it with the active one. Raises BadInput if no face has a name, OverLimit
    and KilledWorker."""
    order = LearnPersonsOrder(faces, active, settings.faces.embedder, settings.learn.persons_precision)
    return await _learn(pool, LEARN_PERSONS, order, on_step)


def _options(settings: Settings) -> TagTrainingOptions:
    learn = settings.learn
    return TagTrainingOptions(learn.precision, learn.seed, learn.flood)


async def _learn(pool: WorkerPool, task: Task[Order, TrainingResult], order: Order, on_step: Steps) -> Trained:
    result, chunks = await pool.call(task, order, Priority.BACKGROUND, on_step)
    content = b"".join(chunks)
    return Trained(content[result.snapshot_bytes :], content[: result.snapshot_bytes], result)
