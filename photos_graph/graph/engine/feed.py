"""The feed of changes, which tells every process which rows its search index must read again, in commit order.

A writer (see ``feed_entry``) increments the counter within the transaction that changes the graph. Therefore a number
becomes visible together with its change, and the lock of the counter makes the numbers follow the order of the commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import uuid4

from photos_graph.graph.engine.connection import Graph

KEPT = 20_000  # entries; an older snapshot is rebuilt


@dataclass(frozen=True, slots=True)
class Touched:
    """An entry of the feed: the rows that a transaction has changed."""

    seq: int
    photos: tuple[int, ...]  # numbers; these rows are read again with their labels
    folders: tuple[str, ...]  # ids; these rows are read again with their tags
    labelled: tuple[int, ...] = ()  # numbers of photos whose labels alone have changed
    tags: tuple[str, ...] = ()  # ids
    persons: tuple[str, ...] = ()  # ids
    albums: tuple[str, ...] = ()  # ids; with the albums of the photos above


HEAD: LiteralString = "MATCH (m:Meta {name: 'feed'}) RETURN m.value AS seq"


async def head(graph: Graph) -> int:
    """Returns the number of the newest entry, or 0 if there is none."""
    rows = await graph.read(HEAD)
    return int(rows[0]["seq"]) if rows else 0


# Each number is matched by itself, because ArcadeDB uses the index for a number but scans everything for a range.
SINCE: LiteralString = """
UNWIND range($seq + 1, $last) AS seq
MATCH (t:Touched {seq: seq})
RETURN t.seq AS seq, t.photos AS photos, t.folders AS folders, t.labelled AS labelled, t.tags AS tags,
  t.persons AS persons, t.albums AS albums
ORDER BY seq
"""


async def since(graph: Graph, seq: int, last: int) -> list[Touched]:
    """Returns the entries after ``seq`` up to ``last``, in order. Entries that are missing were pruned."""
    rows = await graph.read(SINCE, seq=seq, last=last)
    kinds = ("photos", "folders", "labelled", "tags", "persons", "albums")
    return [Touched(row["seq"], *(tuple(row[kind] or ()) for kind in kinds)) for row in rows]


PRUNE: LiteralString = "MATCH (t:Touched) WHERE t.seq <= $seq WITH t LIMIT 5000 DELETE t RETURN count(*) AS gone"


async def prune(graph: Graph) -> None:
    """Deletes the entries that no snapshot needs any longer."""
    limit = await head(graph) - KEPT
    while limit > 0 and (await graph.write(PRUNE, seq=limit))[0]["gone"]:
        pass


IDENTITY: LiteralString = """
MERGE (m:Meta {name: 'graph'}) SET m.value = coalesce(m.value, $made) RETURN m.value AS id
"""


async def identity(graph: Graph) -> str:
    """Returns 32 hexadecimal digits that identify the graph, so that a snapshot of another graph is recognised."""
    return str((await graph.write(IDENTITY, made=uuid4().hex))[0]["id"])
