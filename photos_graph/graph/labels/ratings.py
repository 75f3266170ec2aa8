"""Ratings and favourites: single values that people give to photos. They may also come from the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Change, Edit, Value, grouped, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult, LabelKind

READ: dict[LabelKind, LiteralString] = {
    LabelKind.RATING: """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN p.rating AS value, p.ratedAt AS at, p.ratedBy AS by, collect(number) AS photos
""",
    LabelKind.FAVOURITE: """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN coalesce(p.favourite, false) AS value, p.favouriteAt AS at, p.favouriteBy AS by, collect(number) AS photos
""",
}

WRITE: dict[LabelKind, LiteralString] = {
    LabelKind.RATING: """
UNWIND $rows AS row
UNWIND row.photos AS number
MATCH (p:Photo {number: number})
SET p.rating = row.value, p.ratedAt = row.at, p.ratedBy = row.by
""",
    LabelKind.FAVOURITE: """
UNWIND $rows AS row
UNWIND row.photos AS number
MATCH (p:Photo {number: number})
SET p.favourite = row.value, p.favouriteAt = row.at, p.favouriteBy = row.by
""",
}

# A photo that succeeded another has this in ``ratedBy`` or ``favouriteBy``, and no time, while it shows what the file
# of the other one stated, and its own file states nothing.
EARLIER_FILE: LiteralString = "earlier file"

# What the file of ``p`` states, or else that of an earlier picture stated.
FILE_RATING: LiteralString = (
    "coalesce(p.fileRating, CASE WHEN p.ratedAt IS NULL AND p.ratedBy = '" + EARLIER_FILE + "' THEN p.rating END)"
)
FILE_FAVOURITE: LiteralString = (
    "coalesce(p.fileFavourite, CASE WHEN p.favouriteAt IS NULL AND p.favouriteBy = '"
    + EARLIER_FILE
    + "' THEN p.favourite END)"
)

# A part of the query that writes what files say.
STATED_BY_FILE: LiteralString = (
    "p.rating = CASE WHEN p.ratedAt IS NULL THEN "
    + FILE_RATING
    + """ ELSE p.rating END,
  p.ratedBy = CASE WHEN p.ratedAt IS NULL AND p.fileRating IS NOT NULL THEN null ELSE p.ratedBy END,
  p.favourite = CASE WHEN p.favouriteAt IS NULL THEN coalesce("""
    + FILE_FAVOURITE
    + """, false) ELSE p.favourite END,
  p.favouriteBy = CASE WHEN p.favouriteAt IS NULL AND p.fileFavourite IS NOT NULL THEN null ELSE p.favouriteBy END"""
)

OF_FILES: dict[LabelKind, LiteralString] = {
    LabelKind.RATING: "UNWIND $numbers AS number MATCH (p:Photo {number: number}) RETURN collect([number, "
    + FILE_RATING
    + "]) AS photos",
    LabelKind.FAVOURITE: "UNWIND $numbers AS number MATCH (p:Photo {number: number}) RETURN collect([number, "
    + FILE_FAVOURITE
    + "]) AS photos",
}


async def of_files(tx: Transaction, kind: LabelKind, numbers: Sequence[int]) -> dict[int, int | bool]:
    """Returns the value that the file of each of these photos states, or that of an earlier picture stated. Photos
    without one are left out."""
    (row,) = await tx.run(OF_FILES[kind], numbers=list(numbers))
    return {number: value for number, value in row["photos"] if value is not None}


async def read(tx: Transaction, kind: LabelKind, numbers: Sequence[int]) -> dict[int, Value]:
    """Returns the value of each of these photos. Unknown photos are left out."""
    found: dict[int, Value] = {}
    for row in await tx.run(READ[kind], numbers=list(numbers)):
        value = Value(row["value"], row["at"], row["by"])
        found |= dict.fromkeys(row["photos"], value)
    return found


async def write(tx: LabelTransaction, kind: LabelKind, edits: Sequence[Edit]) -> None:
    rows = [
        {"photos": list(edit.photos), "value": edit.after.value, "at": edit.after.at_ms, "by": edit.after.by}
        for edit in edits
        if isinstance(edit.after, Value)
    ]
    tx.touch(photos=[number for edit in edits for number in edit.photos])
    if rows:
        await tx.run(WRITE[kind], rows=rows)


async def assert_value(
    tx: LabelTransaction, kind: LabelKind, numbers: Sequence[int], value: int | bool | None, by: str
) -> BulkResult:
    """Sets the value of the photos. ``changed`` of the result counts the photos that had another value, from a person
    or a file."""
    new = Value(value, now_ms(), by)
    found = await read(tx, kind, numbers)
    edits = grouped((n, now, new, None) for n, now in found.items() if _is_news(kind, now, value))
    await write(tx, kind, edits)
    change_id = tx.record(Change(kind.value, kind, by, new.at_ms or 0, edits))
    return BulkResult(len(found), sum(now.value != value for now in found.values()), change_id)


def _is_news(kind: LabelKind, now: Value, value: int | bool | None) -> bool:
    """Returns whether the value is new. A person may confirm the value from the file, which then stays when the file
    changes."""
    confirms = now.at_ms is None and (kind is LabelKind.RATING or value is True)
    return now.value != value or confirms
