"""Counts the labels that people gave since the last training of a model. Enough of them start another training."""

from __future__ import annotations

from typing import LiteralString

from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.learning import ModelKind

COUNT: LiteralString = """
MERGE (s:Schedule {kind: $kind}) SET s.corrections = coalesce(s.corrections, 0) + $more
"""


async def count(tx: LabelTransaction, kind: ModelKind, more: int) -> None:
    """Adds the photos, folders or faces that this transaction labels."""
    await tx.run(COUNT, kind=kind.value, more=more)
