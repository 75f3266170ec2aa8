"""Calls the models for faces, which run in worker processes: for photos that are due, and for boxes in them that people
drew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.analysis import Found
from photos_graph.faces.sightings import Floats
from photos_graph.services.faces.detection_tasks import (
    DESCRIBE_FACES,
    FIND_FACES,
    DescribeFacesOrder,
    FaceModelOptions,
    FacesAnswer,
    FindFacesOrder,
)
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Pool

MAX_WAITING = 256  # calls in the queue


def model_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of processes, which start with the first picture and end after a period without one."""
    faces = settings.faces
    return WorkerPool(
        (FIND_FACES, DESCRIBE_FACES),
        faces.workers,
        faces.memory_bytes,
        faces.timeout_seconds,
        MAX_WAITING,
        faces.idle_seconds,
        settings.readable_by_models,
    )


async def find_faces(pool: Pool, picture: int, original: int | None, settings: Settings) -> Found:
    """Finds the faces of the picture that is open as ``picture``. If it has many small faces and ``original`` is given,
    finds the faces of that picture instead.

    Raises ModelUnavailable, KilledWorker, Busy and the other Unreadable errors.
    """
    order = FindFacesOrder(picture, original, settings.faces.min_pixels, _options(settings))
    return _found(*await pool.call(FIND_FACES, order), settings)


async def describe_faces(pool: Pool, picture: int, boxes: Floats, settings: Settings) -> Found:
    """Describes the faces in ``boxes`` (n, 4), which are shares of the picture, in their order. It is open as
    ``picture``.

    Raises what ``find_faces`` raises.
    """
    order = DescribeFacesOrder(picture, tuple(map(tuple, boxes.tolist())), _options(settings))
    return _found(*await pool.call(DESCRIBE_FACES, order), settings)


def _options(settings: Settings) -> FaceModelOptions:
    return FaceModelOptions(
        home=settings.models_dir,
        detector=settings.faces.detector,
        embedder=settings.faces.embedder,
        min_score=settings.faces.min_score,
        max_bytes=settings.images.max_bytes,
        max_pixels=settings.images.max_pixels,
    )


def _found(answer: FacesAnswer, chunks: Sequence[bytes], settings: Settings) -> Found:
    dimensions = catalogue.embedder(settings.faces.embedder).dimensions
    return Found(
        boxes=np.array(answer.boxes, np.float32).reshape(-1, 4),
        scores=np.array(answer.scores, np.float32),
        qualities=np.array(answer.qualities, np.float32),
        vectors=np.frombuffer(b"".join(chunks), np.float32).reshape(-1, dimensions),
        many_small=answer.many_small,
    )
