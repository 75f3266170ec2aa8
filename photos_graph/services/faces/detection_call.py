"""Faces of one picture, found in a worker process that holds the models while there is work."""

from __future__ import annotations

from typing import Any

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.analysis import Found
from photos_graph.faces.detection import Floats
from photos_graph.paths import encode_raw
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool
from photos_graph.workers.task import Task

FIND = Task("photos_graph.services.faces.detection_child:_find", dict[str, Any], dict[str, Any])
LOOK_AT = Task("photos_graph.services.faces.detection_child:_look_at", dict[str, Any], dict[str, Any])
TASKS = (
    FIND,
    LOOK_AT,
)
QUEUE = 256


def model_pool(settings: Settings) -> WorkerPool:
    """Processes that start with the first picture and end when there were none for a while."""
    faces = settings.faces
    return WorkerPool(TASKS, faces.workers, faces.memory_bytes, faces.timeout_seconds, QUEUE, faces.idle_seconds)


async def find_faces(pool: WorkerPool, path: bytes, original: bytes | None, settings: Settings) -> Found:
    """The faces of the picture at ``path``; of that at ``original``, where one is given and there are many small ones.

    Raises ModelUnavailable, KilledWorker, Busy and the other Unreadable errors.
    """
    more = {"original": None if original is None else encode_raw(original), "min_pixels": settings.faces.min_pixels}
    return await _call(pool, FIND, path, settings, more)


async def describe_faces(
    pool: WorkerPool, path: bytes, boxes: Floats, settings: Settings, priority: Priority = Priority.BACKGROUND
) -> Found:
    """The faces in ``boxes`` (n, 4) that somebody drew, as shares of the picture: each of them, in that order."""
    return await _call(pool, LOOK_AT, path, settings, {"boxes": boxes.tolist()}, priority)


async def _call(
    pool: WorkerPool,
    task: Task[Any, Any],
    path: bytes,
    settings: Settings,
    more: dict[str, Any],
    priority: Priority = Priority.BACKGROUND,
) -> Found:
    argument = {
        "path": encode_raw(path),
        "home": str(settings.models_dir),
        "detector": settings.faces.detector,
        "embedder": settings.faces.embedder,
        "min_score": settings.faces.min_score,
        "max_bytes": settings.images.max_bytes,
        "max_pixels": settings.images.max_pixels,
        **more,
    }
    result, chunks = await pool.call(task, argument, priority)
    dimensions = catalogue.embedder(settings.faces.embedder).dimensions
    return Found(
        boxes=np.array(result["boxes"], np.float32).reshape(-1, 4),
        scores=np.array(result["scores"], np.float32),
        qualities=np.array(result["qualities"], np.float32),
        vectors=np.frombuffer(b"".join(chunks), np.float32).reshape(-1, dimensions),
        many_small=result["many_small"],
    )
