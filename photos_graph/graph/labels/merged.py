"""Tags that were merged into others. ``Tag.merged`` has their ids, so that models which learnt them predict the tag
that remains, and smart albums find its photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction

REMEMBER: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.into})
UNWIND row.gone AS id
OPTIONAL MATCH (gone:Tag {id: id})
WITH t, row, collect(gone.merged) AS earlier
SET t.merged = reduce(every = coalesce(t.merged, []) + row.gone, some IN earlier | every + some)
"""


async def remember(tx: LabelTransaction, onto: Mapping[str, str]) -> None:
    """Remembers that the tags, which still exist, are merged onto others, with all that was merged into them before."""
    rows = [{"into": into, "gone": [gone for gone in onto if onto[gone] == into]} for into in {*onto.values()}]
    await tx.run(REMEMBER, rows=rows)
    tx.touch(tags=onto.values())


INTO: LiteralString = "MATCH (t:Tag) RETURN t.id AS id, t.merged AS merged"


async def merged_into(graph: Graph) -> dict[str, str]:
    """Returns the ids of tags that remain, by the ids of those that were merged into them and did not come back."""
    rows = await graph.read(INTO)
    known = {row["id"] for row in rows}
    return {gone: row["id"] for row in rows for gone in row["merged"] or () if gone not in known}
