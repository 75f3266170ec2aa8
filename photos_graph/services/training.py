"""Training, in a worker process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from photos_graph.images.workers import Priority, WorkerPool
from photos_graph.services.training_child import MODEL
from photos_graph.settings import Settings

TARGET = "photos_graph.services.training_child:TASKS"  # what the children run


def training_pool(settings: Settings) -> WorkerPool:
    learn = settings.learn
    return WorkerPool(TARGET, 1, learn.memory_bytes, learn.train_seconds, 1, learn.idle_seconds)


async def train_tags(
    pool: WorkerPool, training_set: Path, graph: Path, settings: Settings, progress: Callable[[int, int], None]
) -> bytes:
    """The model, as ``registry`` keeps it, of files that ``dataset`` and ``neighbours`` saved.

    ``progress``: steps done, steps in all. Raises BadInput when no tag has enough examples, ModelUnavailable without
    TensorFlow, OverLimit when it takes too long or too much memory, KilledWorker.
    """
    argument = {
        "set": str(training_set),
        "graph": str(graph),
        "home": str(settings.models_dir),
        "threads": settings.learn.threads,
        "promised": settings.learn.precision,
        "seed": settings.learn.seed,
    }
    model = bytearray()
    async with pool.stream("train_tags", argument, Priority.BACKGROUND) as chunks:
        async for chunk in chunks:
            if chunk.startswith(MODEL):
                model += chunk[len(MODEL) :]
            else:
                progress(*json.loads(chunk[1:]))
    return bytes(model)
