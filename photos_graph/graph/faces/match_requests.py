"""Whether something became known of faces since they were last matched: a kill in between loses no wish."""

from __future__ import annotations

from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction

NOTE: LiteralString = "MERGE (m:Meta {name: 'faceNews'}) SET m.value = true"
WAITS: LiteralString = "MATCH (m:Meta {name: 'faceNews'}) RETURN m.value AS waits"
# Not deleted, so that it is locked by those who note something, and waits for them.
TAKE: LiteralString = "MATCH (m:Meta {name: 'faceNews'}) SET m.value = false"


async def note(tx: Transaction) -> None:
    """In the transaction that writes it. The caller holds the lock of labels."""
    await tx.run(NOTE)


async def waits(graph: Graph) -> bool:
    rows = await graph.read(WAITS)
    return bool(rows) and bool(rows[0]["waits"])


async def take(graph: Graph) -> None:
    """What was noted is seen by whoever reads faces from now on."""
    await graph.write(TAKE)
