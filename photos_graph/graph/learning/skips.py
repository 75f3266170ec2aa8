"""Questions that are not asked again until some time: ``(:Skipped {id, until})``, by the key of the question.

A person who cannot answer skips a question for a while. One who says that a photo does not show a class that is no tag
yet, so that there is nothing to exclude, has it skipped for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import Edit, Value

FOR_EVER = 2**62  # milliseconds since the epoch

PUT: LiteralString = "UNWIND $rows AS row MERGE (s:Skipped {id: row.id}) SET s.until = row.until"
TAKE_BACK: LiteralString = "UNWIND $keys AS key MATCH (s:Skipped {id: key}) DELETE s"
ALL: LiteralString = "MATCH (s:Skipped) WHERE s.until > $now RETURN collect([s.id, s.until]) AS skipped"
FORGET_OLD: LiteralString = "MATCH (s:Skipped) WHERE s.until <= $now DELETE s"
AMONG: LiteralString = """
UNWIND $keys AS key
MATCH (s:Skipped {id: key})
WHERE s.until > $now
RETURN collect([key, s.until]) AS skipped
"""


async def write(tx: Transaction, edits: Sequence[Edit], now_ms: int) -> None:
    """Skips the questions, which are the labels of the edits, until the time in the state after, or no longer. Those
    whose time is over are forgotten."""
    until = {edit.label_id or "": edit.after.value if isinstance(edit.after, Value) else None for edit in edits}
    if rows := [{"id": key, "until": at} for key, at in until.items() if at is not None]:
        await tx.run(PUT, rows=rows)
    if keys := [key for key, at in until.items() if at is None]:
        await tx.run(TAKE_BACK, keys=keys)
    await tx.run(FORGET_OLD, now=now_ms)


async def read(tx: Transaction, keys: Iterable[str], now_ms: int) -> dict[str, int]:
    """Returns those of the questions that are skipped, each with the end of that."""
    return _by_key(await tx.run(AMONG, keys=list(keys), now=now_ms))


async def skipped(graph: Graph, now_ms: int) -> dict[str, int]:
    """Returns all questions that are skipped, each with the end of that. Models ask thousands of questions, of which
    people skip few, so that looking each of them up would take longer."""
    return _by_key(await graph.read(ALL, now=now_ms))


def _by_key(rows: Sequence[Mapping[str, list[list[object]]]]) -> dict[str, int]:
    return {str(key): int(str(until)) for key, until in rows[0]["skipped"]}
