"""Ratings and favourites: single values that people say of photos. A rating may be the file's own, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.changes import Change, Edit, Value, What, now_ms
from photos_graph.model import BulkResult

READ: dict[What, LiteralString] = {
    What.RATING: """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN p.rating AS value, p.ratedAt AS at, p.ratedBy AS by, collect(number) AS photos
""",
    What.FAVOURITE: """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN coalesce(p.favourite, false) AS value, p.favouriteAt AS at, p.favouriteBy AS by, collect(number) AS photos
""",
}

WRITE: dict[What, LiteralString] = {
    What.RATING: """
UNWIND $rows AS row
UNWIND row.photos AS number
MATCH (p:Photo {number: number})
SET p.rating = row.value, p.ratedAt = row.at, p.ratedBy = row.by
""",
    What.FAVOURITE: """
UNWIND $rows AS row
UNWIND row.photos AS number
MATCH (p:Photo {number: number})
SET p.favourite = row.value, p.favouriteAt = row.at, p.favouriteBy = row.by
""",
}


async def read(tx: Transaction, what: What, numbers: Sequence[int]) -> dict[int, Value]:
    """What each of these photos has; those that are not known are left out."""
    found: dict[int, Value] = {}
    for row in await tx.run(READ[what], numbers=list(numbers)):
        value = Value(row["value"], row["at"], row["by"])
        found |= dict.fromkeys(row["photos"], value)
    return found


async def write(tx: Transaction, what: What, shifts: Iterable[Edit]) -> None:
    rows = [
        {"photos": list(shift.photos), "value": shift.after.value, "at": shift.after.at_ms, "by": shift.after.by}
        for shift in shifts
        if isinstance(shift.after, Value)
    ]
    if rows:
        await tx.run(WRITE[what], rows=rows)


async def say(graph: Graph, what: What, numbers: Sequence[int], value: int | bool | None, by: str) -> BulkResult:
    """``changed`` counts photos that had another value, whoever said it."""
    said = Value(value, now_ms(), by)

    async def work(tx: Transaction) -> BulkResult:
        await changes.lock(tx)
        found = await read(tx, what, numbers)
        shifts = changes.grouped((n, now, said, None) for n, now in found.items() if _is_news(what, now, value))
        await write(tx, what, shifts)
        change_id = await changes.record(tx, Change(what.value, what, by, said.at_ms or 0, shifts))
        await touch(tx, photos=[number for shift in shifts for number in shift.photos])
        changed = sum(now.value != value for now in found.values())
        return BulkResult(len(found), changed, change_id)

    return await graph.transaction(work)


def _is_news(what: What, now: Value, value: int | bool | None) -> bool:
    """A person may say of a rating what the file said before, and it stays when the file's changes."""
    return now.value != value or (what is What.RATING and now.at_ms is None)
