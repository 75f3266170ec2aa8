"""The thresholds and the trust that the active model gives to tags: ``Tag.threshold`` and ``Tag.trust``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.learning import LabelMetrics, Trust

# Thresholds that a person chose stay.
GIVE: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.id})
SET t.trust = row.trust, t.threshold = CASE WHEN t.thresholdBy IS NULL THEN row.threshold ELSE t.threshold END
RETURN t.id AS id
"""
TAKE_FROM_OTHERS: LiteralString = """
MATCH (t:Tag) WHERE t.trust IS NOT NULL OR (t.thresholdBy IS NULL AND t.threshold IS NOT NULL)
WITH t WHERE NOT t.id IN $ids
SET t.trust = null, t.threshold = CASE WHEN t.thresholdBy IS NULL THEN null ELSE t.threshold END
RETURN t.id AS id
"""


async def give(tx: LabelTransaction, per_label: Iterable[LabelMetrics], counted: Trust, *, others: bool = True) -> None:
    """Gives tags the thresholds and the trust of a model. A tag that is trusted less than ``counted`` gets no
    threshold, so that it is only suggested. With ``others``, tags that the model does not know lose theirs."""
    rows: list[dict[str, object]] = [
        {
            "id": each.label_id,
            "threshold": None if (counted, each.trust) == (Trust.PROVEN, Trust.PROVISIONAL) else each.threshold,
            "trust": each.trust.value,
        }
        for each in per_label
    ]
    changed = await tx.run(GIVE, rows=rows)
    if others:
        changed += await tx.run(TAKE_FROM_OTHERS, ids=[row["id"] for row in rows])
    tx.touch(tags=[row["id"] for row in changed])


GIVE_BACK: LiteralString = """
MATCH (t:Tag {id: $id}) SET t.threshold = null, t.thresholdBy = null RETURN t.id AS id
"""


async def give_back(tx: LabelTransaction, tag_id: str) -> bool:
    """Takes back the threshold that a person chose, so that the models choose it. Returns False if there is no such
    tag. ``give`` belongs after it."""
    found = await tx.run(GIVE_BACK, id=tag_id)
    tx.touch(tags=[row["id"] for row in found])
    return bool(found)


COUNTED: LiteralString = "MATCH (m:Meta {name: 'countedTrust'}) RETURN m.value AS value"
SET_COUNTED: LiteralString = "MERGE (m:Meta {name: 'countedTrust'}) SET m.value = $value"


async def counted(tx: Transaction) -> Trust:
    """Returns the least trust of the tags whose predictions count, according to the thresholds in the graph."""
    rows = await tx.run(COUNTED)
    return Trust(rows[0]["value"]) if rows else Trust.PROVISIONAL


async def set_counted(tx: Transaction, trust: Trust) -> None:
    await tx.run(SET_COUNTED, value=trust.value)
