"""The child's side of training: it reads files, trains, judges, and hands the model back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.errors import BadInput
from photos_graph.faces import catalogue
from photos_graph.learn import dataset, gate, neighbours, persons, tags
from photos_graph.learn.backbone import import_keras
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.dataset import POSITIVE, TrainingSet
from photos_graph.learn.metrics import LabelScore
from photos_graph.learn.persons import NamedFaces, PersonModel
from photos_graph.learn.registry import Model, packed, unpacked
from photos_graph.learn.tags import TagModel
from photos_graph.services.learning import examples
from photos_graph.workers.task import Emit

PIECE = 1024 * 1024  # bytes in one chunk
PROGRESS, MODEL, SNAPSHOT = b"p", b"m", b"s"  # what a chunk begins with


def _train_tags(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """From the files ``set`` and ``graph``. Emits steps as they are done, then the model in pieces."""
    keras = import_keras(Path(argument["home"]), argument["threads"])
    learnt, graph = dataset.load(Path(argument["set"])), neighbours.load(Path(argument["graph"]))
    _check(learnt)
    _emit(MODEL, packed(tags.train(keras, learnt, graph, argument["promised"], argument["seed"], _steps(emit))), emit)
    return {"snapshot": learnt.snapshot}


def _learn_tags(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """From what was ``said`` and the ``graph``, beside the ``active`` model (files; None: there is none).

    Emits steps, the training set and the model; returns what is to be known of it.
    """
    graph = neighbours.load(Path(argument["graph"]))
    learnt = dataset.training_set(examples.in_order(examples.read(Path(argument["said"])), graph.ids), graph)
    _check(learnt)
    keras = import_keras(Path(argument["home"]), argument["threads"])
    model = tags.train(keras, learnt, graph, argument["promised"], argument["seed"], _steps(emit))
    active = _active(argument)
    verdict = gate.judge_tags(model, active if isinstance(active, TagModel) else None, learnt, graph)
    snapshot = io.BytesIO()
    dataset.write(learnt, snapshot)
    _emit(SNAPSHOT, snapshot.getvalue(), emit)
    _emit(MODEL, packed(model), emit)
    about = _about(model, model.per_label, dict(zip(learnt.labels, learnt.names, strict=True)))
    left_out = [asdict(each) for each in learnt.left_out if each.examples]
    count = int((learnt.truth == POSITIVE).any(axis=1).sum())
    return {**about, "examples": count, "left_out": left_out, "state": verdict.state, "reason": verdict.reason}


def _learn_persons(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """From the named ``faces``, as ``write_named`` packs them, beside the ``active`` model. Emits those and the new
    model."""
    file = Path(argument["faces"])
    faces, names = named_faces(file)
    embedder = catalogue.embedder(argument["embedder"])
    try:
        model = persons.train(faces, embedder, argument["promised"])
    except ValueError:
        raise BadInput("No face has a name yet. Name some faces, then train again.") from None
    active = _active(argument)
    _emit(SNAPSHOT, file.read_bytes(), emit)
    verdict = gate.judge_persons(model, active if isinstance(active, PersonModel) else None, faces, embedder)
    _emit(MODEL, packed(model), emit)
    about = _about(model, model.per_label, names)
    return {
        **about,
        "examples": int((faces.persons >= 0).sum()),
        "left_out": [],
        "state": verdict.state,
        "reason": verdict.reason,
    }


def named_faces(path: Path) -> tuple[NamedFaces, dict[str, str]]:
    with np.load(path, allow_pickle=False) as arrays:
        about = json.loads(arrays["about"].tobytes())
        never: dict[int, set[int]] = {}
        for face, person in arrays["not_persons"].tolist():
            never.setdefault(face, set()).add(person)
        faces = NamedFaces(
            about["ids"],
            about["labels"],
            about["photos"],
            arrays["vectors"],
            arrays["qualities"],
            arrays["persons"],
            never,
        )
    return faces, dict(zip(about["labels"], about["names"], strict=True))


def _check(learnt: TrainingSet) -> None:
    if learnt.labels:
        return
    fewest = sorted((each for each in learnt.left_out if each.examples), key=lambda each: -each.examples)[:5]
    why = " ".join(f"{each.name}: {each.reason}" for each in fewest)
    raise BadInput(f"No tag has enough examples to learn from. {why}".strip())


def _steps(emit: Emit) -> Callable[[int, int], None]:
    return lambda done, total: emit(PROGRESS + json.dumps([done, total]).encode())


def _active(argument: dict[str, Any]) -> Model | None:
    return unpacked(Path(argument["active"]).read_bytes()) if argument["active"] is not None else None


def _about(model: Model, per_label: tuple[LabelScore, ...], names: dict[str, str]) -> dict[str, Any]:
    scores = model.scores
    return {
        "snapshot": model.snapshot,
        "metrics": {
            "held_out": scores.held_out,
            "precision": scores.precision,
            "recall": scores.recall,
            "f1": scores.f1,
            "average_precision": scores.average_precision,
        },
        "per_label": [
            {
                "label_id": each.label,
                "name": names[each.label],
                "examples": each.examples,
                "precision": each.precision,
                "recall": each.recall,
                "threshold": each.threshold if each.threshold < NO_THRESHOLD else None,
            }
            for each in per_label
        ],
    }


def _emit(kind: bytes, content: bytes, emit: Emit) -> None:
    for start in range(0, len(content), PIECE):
        emit(kind + content[start : start + PIECE])
