"""Requests to match faces again after their labels or vectors changed. They are stored, so that a crash loses none."""

from __future__ import annotations

from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction

NOTE: LiteralString = "MERGE (m:Meta {name: 'faceNews'}) SET m.value = true"
WAITS: LiteralString = "MATCH (m:Meta {name: 'faceNews'}) RETURN m.value AS waits"
# The node is not deleted, so that writers of requests lock it and readers wait for them.
TAKE: LiteralString = """
MERGE (m:Meta {name: 'faceNews'})
WITH m, m.taker AS before
SET m.value = false, m.taker = $taker
RETURN before
"""


async def note(tx: LabelTransaction) -> None:
    """Requests that faces are matched again, in the transaction that makes it necessary."""
    await tx.run(NOTE)


async def waits(graph: Graph) -> bool:
    rows = await graph.read(WAITS)
    return bool(rows) and bool(rows[0]["waits"])


async def take(graph: Graph, taker: str) -> str | None:
    """Withdraws the request. Faces that are read from now on include the changes that led to it. Returns who took a
    request last."""
    [row] = await graph.write(TAKE, taker=taker)
    before: str | None = row["before"]
    return before
