"""The child's side of training: it reads files, trains, and hands the model back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from photos_graph.errors import BadInput
from photos_graph.images.child import Emit, Task
from photos_graph.learn import dataset, neighbours, tags
from photos_graph.learn.backbone import import_keras
from photos_graph.learn.registry import packed

PIECE = 1024 * 1024  # bytes of a model in one chunk
PROGRESS, MODEL = b"p", b"m"  # what a chunk begins with


def _train_tags(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """From the files ``set`` and ``graph``. Emits steps as they are done, then the model in pieces."""
    keras = import_keras(Path(argument["home"]), argument["threads"])
    learnt, graph = dataset.load(Path(argument["set"])), neighbours.load(Path(argument["graph"]))
    if not learnt.labels:
        raise BadInput("No tag has enough examples to learn from.")

    def progress(done: int, total: int) -> None:
        emit(PROGRESS + json.dumps([done, total]).encode())

    model = packed(tags.train(keras, learnt, graph, argument["promised"], argument["seed"], progress))
    for start in range(0, len(model), PIECE):
        emit(MODEL + model[start : start + PIECE])
    return {"snapshot": learnt.snapshot}


TASKS: dict[str, Task] = {"train_tags": _train_tags}
