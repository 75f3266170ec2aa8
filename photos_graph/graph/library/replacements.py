"""Replacements: another picture at the path of an older one. ``(:Replacement)`` has the id of the old photo.

A replacement is PENDING until its pictures have been compared, OPEN if a person must say whether they are the same, and
SETTLED once one photo has succeeded the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.windows import AFTER_ALL, BEFORE_ALL
from photos_graph.search.listing import Stretch

NOTE: LiteralString = """
UNWIND $rows AS row
MATCH (old:Photo {number: row.old}), (new:Photo {number: row.new}), (f:File {id: row.file})
MERGE (r:Replacement {id: old.id})
SET r.new = new.id, r.key = f.key, r.state = 'PENDING', r.at = timestamp()
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


OPEN: LiteralString = "UNWIND $ids AS id MATCH (r:Replacement {id: id}) SET r.state = 'OPEN'"
DROP: LiteralString = "UNWIND $ids AS id MATCH (r:Replacement {id: id}) DELETE r"


async def leave_open(graph: Graph, old_ids: Sequence[str]) -> None:
    """Lets people decide about the replacements of these photos."""
    if old_ids:
        await graph.write(OPEN, ids=list(old_ids))


async def drop(graph: Graph, old_ids: Sequence[str]) -> None:
    """Forgets the replacements of these photos, which are still in another file."""
    if old_ids:
        await graph.write(DROP, ids=list(old_ids))


SETTLE: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.photo})
MATCH (r:Replacement {id: p.id})
SET r.state = row.state
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


# A photo that is in a file again needs no decision, nor does one whose successor is gone.
_OPEN: LiteralString = """
MATCH (r:Replacement {state: 'OPEN'}) USING INDEX r:Replacement(state)
WHERE r.id > $after AND r.id < $before
WITH r
MATCH (old:Photo {id: r.id}), (new:Photo {id: r.new})
WHERE EXISTS { MATCH (new)<-[:OF]-(f:File) WHERE f.state <> 'MISSING' }
  AND NOT EXISTS { MATCH (old)<-[:OF]-(o:File) WHERE o.state <> 'MISSING' }
"""

_SHOWN: LiteralString = """
OPTIONAL MATCH (root:Root {id: split(r.key, '/')[0]})
RETURN r.id AS old, r.new AS new, r.key AS key, root.name AS root
"""
PAGE: LiteralString = _OPEN + "WITH r ORDER BY r.id LIMIT $limit" + _SHOWN + "ORDER BY old"
PAGE_FROM_END: LiteralString = _OPEN + "WITH r ORDER BY r.id DESC LIMIT $limit" + _SHOWN + "ORDER BY old DESC"


async def page(graph: Graph, stretch: Stretch) -> list[OpenReplacement]:
    """Returns a part of the replacements about which people decide, by the id of the old photo.

    The keys are (0, id)."""
    after = stretch.after[1] if stretch.after is not None else BEFORE_ALL
    before = stretch.before[1] if stretch.before is not None else AFTER_ALL
    query = PAGE_FROM_END if stretch.from_end else PAGE
    return [
        OpenReplacement(row["old"], row["new"], (row["root"] or "") + row["key"][row["key"].index("/") :])
        for row in await graph.read(query, after=after, before=before, limit=stretch.limit)
    ]


COUNT: LiteralString = _OPEN + "RETURN count(r) AS n"


async def count(graph: Graph) -> int:
    """Returns how many replacements people have to decide about."""
    return int((await graph.read(COUNT, after=BEFORE_ALL, before=AFTER_ALL))[0]["n"])
