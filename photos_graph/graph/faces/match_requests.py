"""Whether faces are to be matched again, since their labels or vectors changed: a kill in between loses no request."""

from __future__ import annotations

from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction

NOTE: LiteralString = "MERGE (m:Meta {name: 'faceNews'}) SET m.value = true"
WAITS: LiteralString = "MATCH (m:Meta {name: 'faceNews'}) RETURN m.value AS waits"
# Not deleted, so that it is locked by those who note a request, and waits for them.
TAKE: LiteralString = "MATCH (m:Meta {name: 'faceNews'}) SET m.value = false"


async def note(tx: LabelTransaction) -> None:
    """Asks for faces to be matched again, in the transaction that gives the reason."""
    await tx.run(NOTE)


async def waits(graph: Graph) -> bool:
    rows = await graph.read(WAITS)
    return bool(rows) and bool(rows[0]["waits"])


async def take(graph: Graph) -> None:
    """Withdraws the request: faces that are read from now on show what it was about."""
    await graph.write(TAKE)
