"""A library that a model of tags has predicted, without a disk, pictures or a training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from photos_graph.array_files import write_arrays
from photos_graph.bootstrap import Services
from photos_graph.graph.labels import predictions
from photos_graph.graph.labels.predictions import Predicted
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.learn.registry import packed
from photos_graph.model.learning import LabelMetrics, Model, ModelKind, ModelMetrics, ModelState
from photos_graph.model.search import Ref
from photos_graph.services.learning.neighbours_tasks import GUESSES
from photos_graph.services.learning.prediction import guesses_of
from photos_graph.services.learning.training_call import Trained
from photos_graph.services.learning.training_tasks import TrainingResult
from tests.kit.planted import photo_id, plant
from tests.kit.vectors import tag_model

STORED = 0.3  # lowest score that the graph keeps


async def library(services: Services, size: int, tagged: Mapping[str, range]) -> dict[str, str]:
    """Plants photos 0 to ``size``, of which people tagged some. Returns the ids of the tags by their names."""
    await plant(services.graph, {"a": "a"}, {"a": range(size)})
    await services.index.catch_up()
    for name, numbers in tagged.items():
        await services.tagging.tag_photos([photo_id(n) for n in numbers], [Ref(name=name)])
    tags = {name: services.tags.named(name) for name in tagged}
    return {name: tag.id for name, tag in tags.items() if tag is not None}


async def predicted(
    services: Services, name: str, size: int, scores: Mapping[str, Mapping[int, float]], threshold: float
) -> Model:
    """Makes a model active that gives these scores, by tag id and photo, and 0.1 to all others."""
    labels = list(scores)
    numbers = np.full((size, len(labels)), 0.1, np.float16)
    for at, label in enumerate(labels):
        for number, score in scores[label].items():
            numbers[number, at] = score
    metrics = tuple(
        LabelMetrics(label, "then", 10, 0.9, 0.5, threshold, expected_precision=0.94, sheet_threshold=threshold)
        for label in labels
    )
    held = ModelMetrics(0, 0.0, 0.0, 0.0, 0.0)
    result = TrainingResult("snapshot", 3, ModelState.ACTIVE, "a reason", 3, held, metrics, ())
    model = await services.models.keep(name, ModelKind.TAGS, Trained(packed(tag_model()), b"set", result))
    ids = services.index.search.photo_ids(range(size))
    _write(guesses_of(services.settings, model.id), model.id, ids, labels, numbers)
    given = [
        Predicted(n, tuple((labels[at], float(row[at])) for at in np.flatnonzero(row >= STORED).tolist()))
        for n, row in enumerate(numbers)
    ]

    async def work(tx: LabelTransaction) -> None:
        await predictions.put(tx, model.id, given)

    await services.writer.commit(work)
    await services.writer.follow()
    await services.promises.measure()
    return model


def _write(
    path: Path, model_id: str, ids: list[str], labels: list[str], numbers: np.typing.NDArray[np.float16]
) -> None:
    path.parent.mkdir(exist_ok=True)
    about = {"model": model_id, "ids": ids, "labels": labels}
    write_arrays(path, GUESSES, about, {"probabilities": numbers, "disagreement": np.zeros_like(numbers)})
