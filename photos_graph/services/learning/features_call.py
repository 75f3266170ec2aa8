"""Features of pictures, made in a worker process that holds the backbone while there is work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from photos_graph.learn.backbone import Floats
from photos_graph.paths import encode_raw
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool
from photos_graph.workers.task import Task

DESCRIBE = Task("photos_graph.services.learning.features_child:_describe", dict[str, Any], dict[str, Any])
CLASSIFY = Task("photos_graph.services.learning.features_child:_classify", dict[str, Any], dict[str, Any])
TASKS = (
    DESCRIBE,
    CLASSIFY,
)
QUEUE = 64
MOST = 64  # pictures in one call, all of which are in memory at once


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """``vectors`` (m, dimensions) of the m pictures that could be read, ``seen`` (m,) their places among those that
    were asked for; ``failed``: place to reason of the others.
    """

    seen: tuple[int, ...]
    vectors: Floats
    failed: dict[int, str]


def describing_pool(settings: Settings) -> WorkerPool:
    """A process that starts with the first picture and ends when there were none for a while."""
    learn = settings.learn
    return WorkerPool(TASKS, 1, learn.memory_bytes, learn.timeout_seconds, QUEUE, learn.idle_seconds)


async def describe(pool: WorkerPool, paths: Sequence[bytes], settings: Settings) -> PictureFeatures:
    """Of up to MOST pictures at ``paths``: renditions do. Raises ModelUnavailable, KilledWorker, OverLimit, Busy."""
    return await _call(pool, DESCRIBE, paths, settings)


async def classify(pool: WorkerPool, paths: Sequence[bytes], settings: Settings) -> PictureFeatures:
    """The same with the probabilities of ImageNet's 1,000 classes in place of features.

    Raises BadInput for a backbone that comes without them.
    """
    return await _call(pool, CLASSIFY, paths, settings)


async def _call(pool: WorkerPool, task: Task[Any, Any], paths: Sequence[bytes], settings: Settings) -> PictureFeatures:
    if len(paths) > MOST:
        raise ValueError(f"{len(paths)} pictures in one call, at most {MOST}")
    argument = {
        "paths": [encode_raw(path) for path in paths],
        "home": str(settings.models_dir),
        "backbone": settings.learn.backbone,
        "threads": settings.learn.threads,
        "max_bytes": settings.images.max_bytes,
        "max_pixels": settings.images.max_pixels,
    }
    result, chunks = await pool.call(task, argument, Priority.BACKGROUND)
    vectors = np.frombuffer(b"".join(chunks), np.float32).reshape(-1, result["dimensions"])
    return PictureFeatures(tuple(result["seen"]), vectors, {int(place): why for place, why in result["failed"].items()})
