"""Training, in a worker process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photos_graph.model import LabelMetrics, ModelMetrics, ModelState
from photos_graph.services.learning.training_child import MODEL, PROGRESS, SNAPSHOT
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool
from photos_graph.workers.task import Task

TRAIN_TAGS = Task("photos_graph.services.learning.training_child:_train_tags", dict[str, Any], dict[str, Any])
LEARN_TAGS = Task("photos_graph.services.learning.training_child:_learn_tags", dict[str, Any], dict[str, Any])
LEARN_PERSONS = Task("photos_graph.services.learning.training_child:_learn_persons", dict[str, Any], dict[str, Any])
TASKS = (
    TRAIN_TAGS,
    LEARN_TAGS,
    LEARN_PERSONS,
)

Steps = Callable[[int, int], None]  # steps done, steps in all


@dataclass(frozen=True, slots=True)
class Trained:
    """``model`` and ``snapshot``: files, as ``registry``, and ``dataset`` or ``named_faces`` write them. ``state`` is
    ACTIVE or REJECTED, for the ``reason``; ``left_out``: tags that were not learnt, and why."""

    model: bytes
    snapshot: bytes
    snapshot_id: str
    state: ModelState
    reason: str
    examples: int
    metrics: ModelMetrics
    per_label: tuple[LabelMetrics, ...]
    left_out: tuple[str, ...]


def training_pool(settings: Settings) -> WorkerPool:
    learn = settings.learn
    return WorkerPool(TASKS, 1, learn.memory_bytes, learn.train_seconds, 1, learn.idle_seconds)


async def train_tags(pool: WorkerPool, training_set: Path, graph: Path, settings: Settings, steps: Steps) -> bytes:
    """The model, as ``registry`` keeps it, of files that ``dataset`` and ``neighbours`` saved.

    Raises BadInput when no tag has enough examples, ModelUnavailable without TensorFlow, OverLimit when it takes too
    long or too much memory, KilledWorker.
    """
    argument = {"set": str(training_set), "graph": str(graph), **_how(settings)}
    _, parts = await _run(pool, TRAIN_TAGS, argument, steps)
    return bytes(parts[MODEL])


async def learn_tags(
    pool: WorkerPool, said: Path, graph: Path, active: Path | None, settings: Settings, steps: Steps
) -> Trained:
    """And judged, beside the active model. Raises what ``train_tags`` raises."""
    argument = {"said": str(said), "graph": str(graph), "active": active and str(active), **_how(settings)}
    return _trained(*await _run(pool, LEARN_TAGS, argument, steps))


async def learn_persons(
    pool: WorkerPool, faces: Path, active: Path | None, settings: Settings, steps: Steps
) -> Trained:
    """The same of persons. Raises BadInput when nobody has a name, OverLimit, KilledWorker."""
    argument = {
        "faces": str(faces),
        "active": active and str(active),
        "embedder": settings.faces.embedder,
        "promised": settings.learn.persons_precision,
    }
    return _trained(*await _run(pool, LEARN_PERSONS, argument, steps))


def _how(settings: Settings) -> dict[str, Any]:
    return {
        "home": str(settings.models_dir),
        "threads": settings.learn.threads,
        "promised": settings.learn.precision,
        "seed": settings.learn.seed,
    }


async def _run(
    pool: WorkerPool, task: Task[Any, Any], argument: dict[str, Any], steps: Steps
) -> tuple[dict[str, Any], dict[bytes, bytearray]]:
    parts = {MODEL: bytearray(), SNAPSHOT: bytearray()}
    async with pool.stream(task, argument, Priority.BACKGROUND) as chunks:
        async for chunk in chunks:
            if chunk.startswith(PROGRESS):
                steps(*json.loads(chunk[1:]))
            else:
                parts[chunk[:1]] += chunk[1:]
    return chunks.answer, parts


def _trained(result: dict[str, Any], parts: dict[bytes, bytearray]) -> Trained:
    return Trained(
        model=bytes(parts[MODEL]),
        snapshot=bytes(parts[SNAPSHOT]),
        snapshot_id=result["snapshot"],
        state=ModelState(result["state"]),
        reason=result["reason"],
        examples=result["examples"],
        metrics=ModelMetrics(**result["metrics"]),
        per_label=tuple(LabelMetrics(**each) for each in result["per_label"]),
        left_out=tuple(f"{each['name']}: {each['reason']}" for each in result["left_out"]),
    )
