"""Implements ``training_tasks`` in a child process: reads files, trains a model, judges it, and returns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from photos_graph.errors import BadInput
from photos_graph.faces import catalogue
from photos_graph.learn import dataset, gate, neighbours, persons, tags
from photos_graph.learn.calibration import NO_THRESHOLD
from photos_graph.learn.dataset import POSITIVE, TrainingSet
from photos_graph.learn.gate import Verdict
from photos_graph.learn.metrics import LabelScore
from photos_graph.learn.named_faces_file import read_named_faces
from photos_graph.learn.neighbours import Neighbours
from photos_graph.learn.persons import PersonModel
from photos_graph.learn.registry import Model, packed, unpacked
from photos_graph.learn.tags import TagModel
from photos_graph.model.learning import LabelMetrics, ModelMetrics
from photos_graph.services.learning import examples
from photos_graph.services.learning.training_tasks import (
    LEARN_PERSONS,
    LEARN_TAGS,
    TRAIN_TAGS,
    LearnPersonsOrder,
    LearnTagsOrder,
    TagTrainingOptions,
    TrainingResult,
    TrainTagsOrder,
)
from photos_graph.workers.task import Emit, emit_in_chunks

FEW_EXAMPLES_SHOWN = 5  # tags in the message


@TRAIN_TAGS.implementation
def train_tags(order: TrainTagsOrder, emit: Emit) -> None:
    model = _trained(dataset.load(order.training_set), neighbours.load(order.graph), order.options, emit)
    emit_in_chunks(packed(model), emit)


@LEARN_TAGS.implementation
def learn_tags(order: LearnTagsOrder, emit: Emit) -> TrainingResult:
    graph = neighbours.load(order.graph)
    learnt = dataset.training_set(examples.in_order(examples.read(order.examples), graph.ids), graph)
    model = _trained(learnt, graph, order.options, emit)
    stored = _active(order.active)
    active = _with_thresholds(stored, order.thresholds) if isinstance(stored, TagModel) else None
    verdict = gate.judge_tags(model, active, learnt, graph)
    snapshot = dataset.packed(learnt)
    _emit_both(snapshot, model, emit)
    return _result(
        model,
        verdict.per_label,
        dict(zip(learnt.labels, learnt.names, strict=True)),
        verdict,
        snapshot_bytes=len(snapshot),
        examples=int((learnt.truth == POSITIVE).any(axis=1).sum()),
        left_out=tuple(f"{each.name}: {each.reason}" for each in learnt.left_out if each.examples),
    )


@LEARN_PERSONS.implementation
def learn_persons(order: LearnPersonsOrder, emit: Emit) -> TrainingResult:
    faces, names = read_named_faces(order.faces)
    embedder = catalogue.embedder(order.embedder)
    try:
        model = persons.train(faces, embedder, order.promised)
    except ValueError:
        raise BadInput("No face has a name yet. Name some faces, then train again.") from None
    active = _active(order.active)
    verdict = gate.judge_persons(model, active if isinstance(active, PersonModel) else None, faces, embedder)
    snapshot = order.faces.read_bytes()
    _emit_both(snapshot, model, emit)
    return _result(
        model,
        model.per_label,
        names,
        verdict,
        snapshot_bytes=len(snapshot),
        examples=int((faces.persons >= 0).sum()),
        left_out=(),
    )


def _trained(learnt: TrainingSet, graph: Neighbours, options: TagTrainingOptions, emit: Emit) -> TagModel:
    _check(learnt)
    return tags.train(learnt, graph, options.promised, options.seed, emit.step, options.flood)


def _check(learnt: TrainingSet) -> None:
    if learnt.labels:
        return
    fewest = sorted((each for each in learnt.left_out if each.examples), key=lambda each: -each.examples)
    why = " ".join(f"{each.name}: {each.reason}" for each in fewest[:FEW_EXAMPLES_SHOWN])
    raise BadInput(f"No tag has enough examples to learn from. {why}".strip())


def _active(path: Path | None) -> Model | None:
    return unpacked(path.read_bytes()) if path is not None else None


def _with_thresholds(active: TagModel, now: Mapping[str, float | None]) -> TagModel:
    """Returns the model with the thresholds that tags have now, which sheets and corrections may have changed since the
    training."""
    at_training = dict(zip(active.labels, active.thresholds.tolist(), strict=True))
    found = [now.get(label, at_training[label]) for label in active.labels]
    thresholds = np.array([NO_THRESHOLD if each is None else each for each in found], np.float32)
    return replace(active, thresholds=thresholds)


def _emit_both(snapshot: bytes, model: Model, emit: Emit) -> None:
    emit_in_chunks(snapshot, emit)
    emit_in_chunks(packed(model), emit)


def _result(
    model: Model,
    per_label: tuple[LabelScore, ...],
    names: dict[str, str],
    verdict: Verdict,
    *,
    snapshot_bytes: int,
    examples: int,
    left_out: tuple[str, ...],
) -> TrainingResult:
    scores = model.scores
    return TrainingResult(
        snapshot=model.snapshot,
        snapshot_bytes=snapshot_bytes,
        state=verdict.state,
        reason=verdict.reason,
        examples=examples,
        metrics=ModelMetrics(
            held_out=scores.held_out,
            precision=scores.precision,
            recall=scores.recall,
            f1=scores.f1,
            average_precision=scores.average_precision,
        ),
        per_label=tuple(
            LabelMetrics(
                label_id=each.label,
                name=names[each.label],
                examples=each.examples,
                precision=each.precision,
                recall=each.recall,
                threshold=each.threshold if each.threshold < NO_THRESHOLD else None,
                **each.in_library(),
            )
            for each in per_label
        ),
        left_out=left_out,
    )
