"""Scores that answers about similar photos moved: ``score`` of PREDICTED, beside ``own``, which the model gave.

``own`` is missing where nothing was moved. A model that predicts the photo again replaces both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.transaction import LabelTransaction


@dataclass(frozen=True, slots=True)
class Score:
    """The present score of a tag on a photo, and the ``own`` score of the model."""

    number: int
    tag_id: str
    present: float
    own: float


SCORES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:PREDICTED]->(t:Tag)
WHERE t.id IN $tags
RETURN collect([number, t.id, r.score, coalesce(r.own, r.score)]) AS scores
"""
MOVE: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number})-[r:PREDICTED]->(t:Tag)
WHERE t.id = row.tag
SET r.score = row.score, r.own = row.own
"""


async def scores_of(tx: Transaction, numbers: Iterable[int], tag_ids: Iterable[str]) -> list[Score]:
    """Returns the scores that a model gave these tags on these photos."""
    rows = await tx.run(SCORES, numbers=list(numbers), tags=sorted(tag_ids))
    return [Score(*values) for values in rows[0]["scores"]]


async def move(tx: LabelTransaction, scores: Sequence[tuple[Score, float]]) -> None:
    """Gives each of the predictions its new score. The model and its own score stay."""
    rows = [
        {"number": each.number, "tag": each.tag_id, "score": new, "own": each.own if new != each.own else None}
        for each, new in scores
    ]
    await tx.run(MOVE, rows=rows)
    tx.touch(labelled=[each.number for each, _ in scores])
