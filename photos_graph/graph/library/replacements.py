"""Replacements: another picture at the path of an older one. ``(:Replacement)`` has the id of the old photo.

A replacement is PENDING until its pictures have been compared, OPEN if a person must say whether they are the same, and
SETTLED once one photo has succeeded the other. ``open`` is its id while it is OPEN, for an index of these alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Row, Transaction
from photos_graph.graph.engine.windows import AFTER_ALL, BEFORE_ALL, RankRegion, RankScale
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.search.listing import Stretch

NOTE: LiteralString = """
UNWIND $rows AS row
MATCH (old:Photo {number: row.old}), (new:Photo {number: row.new}), (f:File {id: row.file})
MERGE (r:Replacement {id: old.id})
SET r.new = new.id, r.key = f.key, r.state = 'PENDING', r.open = null, r.at = timestamp()
"""


async def note(tx: Transaction, rows: Sequence[tuple[int, int, str]]) -> None:
    """Notes which photo was replaced by which, by number, in which file."""
    if rows:
        await tx.run(NOTE, rows=[{"old": old, "new": new, "file": file_id} for old, new, file_id in rows])


@dataclass(frozen=True, slots=True)
class ReplacedPhoto:
    """A replacement whose pictures must be compared. If ``is_held``, another file still has the old picture."""

    old_id: str
    old_number: int
    new_id: str
    new_number: int
    is_held: bool


PENDING: LiteralString = """
MATCH (r:Replacement {state: 'PENDING'})
MATCH (old:Photo {id: r.id}), (new:Photo {id: r.new})
WITH r, old, new ORDER BY r.at, r.id LIMIT $limit
RETURN old.id AS oldId, old.number AS oldNumber, new.id AS newId, new.number AS newNumber,
  EXISTS { MATCH (old)<-[:OF]-(f:File) WHERE f.state <> 'MISSING' } AS held
ORDER BY r.at, oldId
"""


async def pending(graph: Graph, limit: int) -> list[ReplacedPhoto]:
    """Returns the first replacements that wait for a comparison, the earliest first."""
    return [
        ReplacedPhoto(row["oldId"], row["oldNumber"], row["newId"], row["newNumber"], row["held"])
        for row in await graph.read(PENDING, limit=limit)
    ]


OPEN: LiteralString = "UNWIND $ids AS id MATCH (r:Replacement {id: id}) SET r.state = 'OPEN', r.open = id"
DROP: LiteralString = "UNWIND $ids AS id MATCH (r:Replacement {id: id}) DELETE r"


async def leave_open(tx: LabelTransaction, old_ids: Sequence[str]) -> None:
    """Lets people decide about the replacements of these photos."""
    if old_ids:
        await tx.run(OPEN, ids=list(old_ids))


async def drop(tx: LabelTransaction, old_ids: Sequence[str]) -> None:
    """Forgets the replacements of these photos, which are still in another file."""
    if old_ids:
        await tx.run(DROP, ids=list(old_ids))


SETTLE: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.photo})
MATCH (r:Replacement {id: p.id})
SET r.state = row.state, r.open = CASE WHEN row.state = 'OPEN' THEN r.id ELSE null END
"""


async def settle(tx: Transaction, succeeded: Sequence[int], unsettled: Sequence[int]) -> None:
    """Settles the replacements of photos (by number) that were ``succeeded``, and opens those of the others."""
    rows = [{"photo": number, "state": "SETTLED"} for number in succeeded]
    rows += [{"photo": number, "state": "OPEN"} for number in unsettled]
    if rows:
        await tx.run(SETTLE, rows=rows)


@dataclass(frozen=True, slots=True)
class OpenReplacement:
    """The ids of two photos, and the path at which one replaced the other. ``key`` is that of the file."""

    old_id: str
    new_id: str
    path: str


# ArcadeDB does not use the index for the range if the query goes on to other nodes.
_RANGE: LiteralString = "MATCH (r:Replacement) WHERE r.open > $after AND r.open < $before RETURN r.open AS id "
IDS: LiteralString = _RANGE + "ORDER BY id LIMIT $limit"
IDS_FROM_END: LiteralString = _RANGE + "ORDER BY id DESC LIMIT $limit"

# A photo that is in a file again needs no decision, nor does one whose successor is gone.
_NEEDED: LiteralString = """
MATCH (old:Photo {id: r.id}), (new:Photo {id: r.new})
WHERE EXISTS { MATCH (new)<-[:OF]-(f:File) WHERE f.state <> 'MISSING' }
  AND NOT EXISTS { MATCH (old)<-[:OF]-(o:File) WHERE o.state <> 'MISSING' }
"""

SHOWN: LiteralString = (
    """
UNWIND $ids AS id
MATCH (r:Replacement {id: id})
WITH r
"""
    + _NEEDED
    + """
OPTIONAL MATCH (root:Root {id: split(r.key, '/')[0]})
RETURN r.id AS old, r.new AS new, r.key AS key, root.name AS root
"""
)


async def page(graph: Graph, stretch: Stretch) -> list[OpenReplacement]:
    """Returns a part of the replacements about which people decide, by the id of the old photo.

    The keys are (0, id)."""
    found: list[OpenReplacement] = []

    async def read(after: str, before: str, limit: int) -> list[str]:
        shown: list[str] = []
        while len(shown) < limit:
            query = IDS_FROM_END if stretch.from_end else IDS
            ids = [row["id"] for row in await graph.read(query, after=after, before=before, limit=limit)]
            rows = await graph.read(SHOWN, ids=ids) if ids else []
            rows = sorted(rows, key=itemgetter("old"), reverse=stretch.from_end)[: limit - len(shown)]
            found.extend(_open(row) for row in rows)
            shown += [row["old"] for row in rows]
            if len(ids) < limit:
                break
            after, before = (after, ids[-1]) if stretch.from_end else (ids[-1], before)
        return shown

    after = stretch.after[1] if stretch.after is not None else BEFORE_ALL
    before = stretch.before[1] if stretch.before is not None else AFTER_ALL
    regions = [RankRegion(0, 1, int((await graph.read(COUNT_ALL))[0]["n"]))]
    await RankScale(0).read(read, regions, after, before, stretch.limit, stretch.from_end)
    return found


def _open(row: Row) -> OpenReplacement:
    return OpenReplacement(row["old"], row["new"], (row["root"] or "") + row["key"][row["key"].index("/") :])


COUNT_ALL: LiteralString = "MATCH (r:Replacement) RETURN count(r) AS n"  # those that are open are counted one by one
COUNT: LiteralString = (
    "MATCH (r:Replacement {state: 'OPEN'}) USING INDEX r:Replacement(state) WITH r" + _NEEDED + "RETURN count(r) AS n"
)


async def count(graph: Graph) -> int:
    """Returns how many replacements people have to decide about, each of which is looked at."""
    return int((await graph.read(COUNT))[0]["n"])
