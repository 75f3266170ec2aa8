"""Calls the backbone, which runs in a worker process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from photos_graph.learn.backbone import Floats
from photos_graph.services.learning.features_tasks import (
    CLASSIFY_PICTURES,
    DESCRIBE_PICTURES,
    FeaturesAnswer,
    FeaturesOrder,
)
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Pool
from photos_graph.workers.task import Task

MAX_WAITING = 64  # calls in the queue
BATCH_SIZE = 64  # pictures in one call, all of which are in memory at once


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """The results for a batch of pictures. ``vectors`` (m, dimensions) belong to the m pictures that could be read, and
    ``seen`` (m,) has their positions in the batch. ``failed`` maps the positions of the others to the reasons."""

    seen: tuple[int, ...]
    vectors: Floats
    failed: dict[int, str]


def describing_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which starts with the first picture and ends after a period without one."""
    learn = settings.learn
    tasks = (DESCRIBE_PICTURES, CLASSIFY_PICTURES)
    folders = settings.readable_by_models
    return WorkerPool(tasks, 1, learn.memory_bytes, learn.timeout_seconds, MAX_WAITING, learn.idle_seconds, folders)


async def describe(pool: Pool, files: Sequence[int], settings: Settings) -> PictureFeatures:
    """Describes up to BATCH_SIZE pictures, which may be renditions, by their descriptors.

    Raises ModelUnavailable, KilledWorker, OverLimit and Busy.
    """
    return await _call(pool, DESCRIBE_PICTURES, files, settings)


async def classify(pool: Pool, files: Sequence[int], settings: Settings) -> PictureFeatures:
    """Does what ``describe`` does, with the probabilities of ImageNet's 1,000 classes in place of features. Raises
    BadInput for a backbone without classes."""
    return await _call(pool, CLASSIFY_PICTURES, files, settings)


async def _call(
    pool: Pool, task: Task[FeaturesOrder, FeaturesAnswer], files: Sequence[int], settings: Settings
) -> PictureFeatures:
    if len(files) > BATCH_SIZE:
        raise ValueError(f"{len(files)} pictures in one call, at most {BATCH_SIZE}")
    order = FeaturesOrder(
        pictures=tuple(files),
        home=settings.models_dir,
        backbone=settings.learn.backbone,
        threads=settings.learn.threads,
        max_bytes=settings.images.max_bytes,
        max_pixels=settings.images.max_pixels,
    )
    answer, chunks = await pool.call(task, order)
    vectors = np.frombuffer(b"".join(chunks), np.float32).reshape(-1, answer.dimensions)
    return PictureFeatures(answer.seen, vectors, answer.failed)
