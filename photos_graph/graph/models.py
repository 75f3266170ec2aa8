"""Versions of what was learnt: which one said a thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import LiteralString

from photos_graph.graph.connection import Graph
from photos_graph.model import Model, ModelKind, ModelState

BY_IDS: LiteralString = """
UNWIND $ids AS id
MATCH (m:Model {id: id})
RETURN id, m.kind AS kind, m.version AS version, m.state AS state, m.trainedAt AS trainedAt
"""


async def models_by_id(graph: Graph, ids: Sequence[str]) -> dict[str, Model]:
    """``trainedAt`` is in milliseconds since the epoch."""
    return {
        row["id"]: Model(
            row["id"],
            ModelKind(row["kind"]),
            row["version"],
            ModelState(row["state"]),
            datetime.fromtimestamp(row["trainedAt"] / 1000, UTC),
        )
        for row in await graph.read(BY_IDS, ids=list(ids))
    }
