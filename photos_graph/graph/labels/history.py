"""The list of changes, by their numbers, and what becomes of the old ones.

Numbers have no gaps, except before the oldest change that is kept, so a page looks up as many numbers as it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.model.changes import ChangeRecord

BOUNDS: LiteralString = """
OPTIONAL MATCH (last:Meta {name: 'changes'})
OPTIONAL MATCH (pruned:Meta {name: 'changesPruned'})
RETURN coalesce(pruned.value, 0) AS pruned, coalesce(last.value, 0) AS last
"""


async def bounds(graph: Graph) -> tuple[int, int]:
    """Returns the numbers of the newest change that was pruned and of the newest one, or 0 for none."""
    row = (await graph.read(BOUNDS))[0]
    return int(row["pruned"]), int(row["last"])


PAGE: LiteralString = """
UNWIND range($first, $last, -1) AS number
MATCH (c:Change {number: number})
RETURN c.id AS id, number, c.kind AS kind, c.at AS at, c.by AS by, c.summary AS summary, c.changed AS changed,
  c.undone AS undone
ORDER BY number DESC
"""


async def page(graph: Graph, first: int, last: int) -> list[ChangeRecord]:
    """Returns the changes with the numbers from ``first`` down to ``last``, newest first."""
    rows = await graph.read(PAGE, first=first, last=last) if first >= last else []
    return [_record(row) for row in rows]


LAST_WRITTEN: LiteralString = "MATCH (m:Meta {name: 'changesWritten'}) RETURN m.value AS number"


async def last_written(graph: Graph) -> int:
    """Returns the number of the newest portion of a change, or 0 if none was written."""
    rows = await graph.read(LAST_WRITTEN)
    return int(rows[0]["number"]) if rows else 0


WRITTEN: LiteralString = """
UNWIND range($first, $last) AS written
MATCH (c:Change {written: written})
RETURN c.id AS id, c.number AS number, c.kind AS kind, c.at AS at, c.by AS by, c.summary AS summary,
  c.changed AS changed, c.undone AS undone
ORDER BY written
"""


async def written(graph: Graph, first: int, last: int) -> list[ChangeRecord]:
    """Returns the changes whose newest portions have the numbers from ``first`` up to ``last``, in this order."""
    return [_record(row) for row in await graph.read(WRITTEN, first=first, last=last)]


BY_ID: LiteralString = """
UNWIND $ids AS id MATCH (c:Change {id: id})
RETURN c.id AS id, c.number AS number, c.kind AS kind, c.at AS at, c.by AS by, c.summary AS summary,
  c.changed AS changed, c.undone AS undone
"""


async def by_id(graph: Graph, change_ids: Sequence[str]) -> dict[str, ChangeRecord]:
    """Returns the changes that are known, by id."""
    return {row["id"]: _record(row) for row in await graph.read(BY_ID, ids=list(change_ids))}


def _record(row: dict[str, Any]) -> ChangeRecord:
    return ChangeRecord(
        row["id"],
        row["number"],
        row["kind"],
        datetime.fromtimestamp(row["at"] / 1000, UTC),
        row["by"] or "",
        row["summary"] or "Changed labels.",  # of a change that an older version of the program recorded
        row["changed"] or 0,
        row["undone"],
    )


PRUNE_SIZE = 500  # changes in one transaction

PRUNE: LiteralString = """
MERGE (m:Meta {name: 'changesPruned'}) SET m.value = $last
WITH m
UNWIND range($first, $last) AS number
MATCH (c:Change {number: number})
OPTIONAL MATCH (part:Part)-[:OF]->(c)
DETACH DELETE part, c
"""


async def prune(graph: Graph, keep: int) -> None:
    """Deletes all but the newest ``keep`` changes. They can be undone no longer; the labels stay."""
    while True:
        pruned, last = await bounds(graph)
        if last - keep <= pruned:
            return
        await graph.write(PRUNE, first=pruned + 1, last=min(last - keep, pruned + PRUNE_SIZE))
