"""Versions of trained models, with their metrics and which of them is active."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.learning import LabelMetrics, Model, ModelKind, ModelMetrics, ModelState

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
        per_label=tuple(LabelMetrics(**each) for each in json.loads(values["perLabel"])),
        reason=values["reason"],
        snapshot=values["snapshot"],
        file=values["file"],
    )


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
        per_label=json.dumps([asdict(each) for each in model.per_label]),
        reason=model.reason,
        snapshot=model.snapshot,
        file=model.file,
    )


RETIRE: LiteralString = "MATCH (m:Model {kind: $kind, state: 'ACTIVE'}) WHERE m.id <> $id SET m.state = 'RETIRED'"
ACTIVATE: LiteralString = "MATCH (m:Model {id: $id}) SET m.state = 'ACTIVE', m.reason = $reason"
SET_STATE: LiteralString = "MATCH (m:Model {id: $id}) SET m.state = $state, m.reason = $reason"

# Thresholds that a person chose stay.
SET_THRESHOLDS: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id}) WHERE t.thresholdBy IS NULL
SET t.threshold = row.threshold
RETURN t.id AS id
"""
OTHERS: LiteralString = """
MATCH (t:Tag) WHERE t.thresholdBy IS NULL AND t.threshold IS NOT NULL AND NOT t.id IN $ids
SET t.threshold = null
RETURN t.id AS id
"""


async def activate(tx: LabelTransaction, model: Model, reason: str) -> None:
    """Makes the model the active one of its kind, and gives tags its thresholds."""
    await tx.run(RETIRE, kind=model.kind.value, id=model.id)
    await tx.run(ACTIVATE, id=model.id, reason=reason)
    if model.kind is not ModelKind.TAGS:
        return
    rows: list[dict[str, object]] = [{"id": each.label_id, "threshold": each.threshold} for each in model.per_label]
    changed = await tx.run(SET_THRESHOLDS, rows=rows)
    changed += await tx.run(OTHERS, ids=[row["id"] for row in rows])
    tx.touch(tags=[row["id"] for row in changed])


async def set_state(tx: Transaction, model_id: str, state: ModelState, reason: str) -> None:
    await tx.run(SET_STATE, id=model_id, state=state.value, reason=reason)


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
