"""Versions of trained models, with their metrics and which of them is active."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, LiteralString

from pydantic import TypeAdapter

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import thresholds
from photos_graph.model.learning import (
    LabelMetrics,
    Model,
    ModelKind,
    ModelMetrics,
    ModelState,
    Trust,
)

_LABEL_METRICS = TypeAdapter(LabelMetrics)

BY_IDS: LiteralString = "UNWIND $ids AS id MATCH (m:Model {id: id}) RETURN m {.*} AS model"


async def models_by_id(graph: Graph, ids: Sequence[str]) -> dict[str, Model]:
    return {row["model"]["id"]: _model(row["model"]) for row in await graph.read(BY_IDS, ids=list(ids))}


ALL: LiteralString = "MATCH (m:Model) WHERE $kind IS NULL OR m.kind = $kind RETURN m {.*} AS model"


async def versions(graph: Graph, kind: ModelKind | None) -> list[Model]:
    """Returns the versions, newest first."""
    rows = await graph.read(ALL, kind=kind and kind.value)
    found = [_model(row["model"]) for row in rows]
    return sorted(found, key=lambda model: (model.trained_at, model.kind, model.version), reverse=True)


ACTIVE: LiteralString = "MATCH (m:Model {kind: $kind, state: 'ACTIVE'}) RETURN m.id AS id"


async def active_id(graph: Graph, kind: ModelKind) -> str | None:
    rows = await graph.read(ACTIVE, kind=kind.value)
    return rows[0]["id"] if rows else None


ACTIVE_MODEL: LiteralString = "MATCH (m:Model {kind: $kind, state: 'ACTIVE'}) RETURN m {.*} AS model"


async def active(graph: Graph, kind: ModelKind) -> Model | None:
    rows = await graph.read(ACTIVE_MODEL, kind=kind.value)
    return _model(rows[0]["model"]) if rows else None


async def active_in(tx: Transaction, kind: ModelKind) -> Model | None:
    """Returns the active version as the transaction sees it."""
    rows = await tx.run(ACTIVE_MODEL, kind=kind.value)
    return _model(rows[0]["model"]) if rows else None


def _model(values: Mapping[str, Any]) -> Model:
    """Converts a node to a model. ``trainedAt`` is in milliseconds since the epoch."""
    return Model(
        id=values["id"],
        kind=ModelKind(values["kind"]),
        version=values["version"],
        state=ModelState(values["state"]),
        trained_at=datetime.fromtimestamp(values["trainedAt"] / 1000, UTC),
        labels=values["labels"],
        examples=values["examples"],
        metrics=ModelMetrics(**json.loads(values["metrics"])),
        per_label=tuple(_label_metrics(each) for each in json.loads(values["perLabel"])),
        reason=values["reason"],
        snapshot=values["snapshot"],
        file=values["file"],
    )


def _label_metrics(values: dict[str, Any]) -> LabelMetrics:
    """Restores the metrics of a label. Those of older versions lack some."""
    return _LABEL_METRICS.validate_python({"expected_precision": values["precision"], **values})


def _packed(per_label: Iterable[LabelMetrics]) -> str:
    return json.dumps([asdict(each) for each in per_label])


CREATE: LiteralString = """
CREATE (:Model {id: $id, kind: $kind, version: $version, state: $state, trainedAt: $at, labels: $labels,
  examples: $examples, metrics: $metrics, perLabel: $per_label, reason: $reason, snapshot: $snapshot, file: $file})
"""


async def create(tx: Transaction, model: Model) -> None:
    await tx.run(
        CREATE,
        id=model.id,
        kind=model.kind.value,
        version=model.version,
        state=model.state.value,
        at=round(model.trained_at.timestamp() * 1000),
        labels=model.labels,
        examples=model.examples,
        metrics=json.dumps(asdict(model.metrics)),
        per_label=_packed(model.per_label),
        reason=model.reason,
        snapshot=model.snapshot,
        file=model.file,
    )


RETIRE: LiteralString = "MATCH (m:Model {kind: $kind, state: 'ACTIVE'}) WHERE m.id <> $id SET m.state = 'RETIRED'"
ACTIVATE: LiteralString = "MATCH (m:Model {id: $id}) SET m.state = 'ACTIVE', m.reason = $reason"
SET_STATE: LiteralString = "MATCH (m:Model {id: $id}) SET m.state = $state, m.reason = $reason"


async def activate(tx: LabelTransaction, model: Model, reason: str, counted: Trust) -> None:
    """Makes the model the active one of its kind, and gives tags its thresholds. See ``thresholds.give``."""
    await tx.run(RETIRE, kind=model.kind.value, id=model.id)
    await tx.run(ACTIVATE, id=model.id, reason=reason)
    if model.kind is ModelKind.TAGS:
        await thresholds.give(tx, model.per_label, counted)


async def set_state(tx: Transaction, model_id: str, state: ModelState, reason: str) -> None:
    await tx.run(SET_STATE, id=model_id, state=state.value, reason=reason)


SET_METRICS: LiteralString = "MATCH (m:Model {id: $id}) SET m.perLabel = $per_label"


async def set_metrics(tx: Transaction, model: Model) -> None:
    """Replaces the metrics of the labels of the model."""
    await tx.run(SET_METRICS, id=model.id, per_label=_packed(model.per_label))


THRESHOLD: LiteralString = """
MATCH (t:Tag {id: $id}) SET t.threshold = $threshold, t.thresholdBy = 'PERSON' RETURN t.id AS id
"""


async def set_threshold(tx: LabelTransaction, tag_id: str, threshold: float) -> bool:
    """Sets the threshold that a person chose. Returns False if there is no such tag."""
    found = await tx.run(THRESHOLD, id=tag_id, threshold=threshold)
    tx.touch(tags=[row["id"] for row in found])
    return bool(found)


CHOSEN: LiteralString = "MATCH (t:Tag) WHERE t.thresholdBy = 'PERSON' RETURN t.id AS id, t.threshold AS threshold"


async def chosen_thresholds(tx: Transaction) -> dict[str, float]:
    """Returns the thresholds that a person set, by tag id."""
    return {row["id"]: row["threshold"] for row in await tx.run(CHOSEN)}
