"""The schedules by which models are trained: ``(:Schedule {kind, cron, nextAt, corrections})``, one for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.model.learning import ModelKind, Schedule

ALL: LiteralString = """
MATCH (s:Schedule) RETURN s.kind AS kind, s.cron AS cron, s.nextAt AS nextAt, s.corrections AS corrections
"""


async def schedules(graph: Graph) -> dict[ModelKind, Schedule]:
    """Returns the schedule of every kind."""
    rows: dict[str, dict[str, Any]] = {row["kind"]: row for row in await graph.read(ALL)}
    return {kind: _schedule(kind, rows.get(kind.value, {})) for kind in ModelKind}


def _schedule(kind: ModelKind, row: Mapping[str, Any]) -> Schedule:
    next_ms = row.get("nextAt")
    next_at = None if next_ms is None else datetime.fromtimestamp(next_ms / 1000, UTC)
    return Schedule(kind, row.get("cron"), next_at, row.get("corrections") or 0)


PUT: LiteralString = "MERGE (s:Schedule {kind: $kind}) SET s.cron = $cron, s.nextAt = $next"


async def put(graph: Graph, kind: ModelKind, cron: str | None, next_ms: int | None) -> None:
    await graph.write(PUT, kind=kind.value, cron=cron, next=next_ms)


RESET: LiteralString = "MATCH (s:Schedule {kind: $kind}) SET s.corrections = 0"


async def learnt(graph: Graph, kind: ModelKind) -> None:
    """Resets the count of corrections, since a training that learns from all labels has begun."""
    await graph.write(RESET, kind=kind.value)


# The query writes before it reads, so that the second of two processes sees what the first one did.
CLAIM: LiteralString = """
MATCH (s:Schedule {kind: $kind})
SET s.lookedAt = $now
WITH s, s.nextAt IS NOT NULL AND s.nextAt <= $now AS due
WHERE due OR ($enough > 0 AND s.corrections >= $enough)
SET s.nextAt = CASE WHEN due THEN $next ELSE s.nextAt END,
  s.corrections = CASE WHEN $learn THEN 0 ELSE s.corrections END
RETURN due
"""


async def claim(tx: Transaction, kind: ModelKind, now_ms: int, next_ms: int | None, enough: int, learn: bool) -> bool:
    """Returns whether it is time to train. If several ask at once, only the first gets True.

    ``next_ms`` is the next time by the clock. ``enough`` corrections are also a reason; 0 means that they are not.
    Without ``learn``, the corrections stay counted.
    """
    return bool(await tx.run(CLAIM, kind=kind.value, now=now_ms, next=next_ms, enough=enough, learn=learn))
