"""The feed of changes: what the search index of any process must read again, numbered in commit order.

A writer (see ``feed_entry``) raises the counter inside the transaction that changes the graph, so a number is seen only
with what it stands for, and the counter's lock puts commits in the order of their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString
from uuid import uuid4

from photos_graph.graph.engine.connection import Graph

KEPT = 20_000  # changes that a snapshot may lie behind before it is rebuilt


@dataclass(frozen=True, slots=True)
class Touched:
    seq: int
    photos: tuple[int, ...]  # numbers; all of them is read again, labels too
    folders: tuple[str, ...]  # ids; with their marks
    labelled: tuple[int, ...] = ()  # numbers of photos of which only tags, exclusions, faces or persons changed
    tags: tuple[str, ...] = ()  # ids
    persons: tuple[str, ...] = ()  # ids


HEAD: LiteralString = "MATCH (m:Meta {name: 'feed'}) RETURN m.value AS seq"


async def head(graph: Graph) -> int:
    rows = await graph.read(HEAD)
    return int(rows[0]["seq"]) if rows else 0


# One by one, for ArcadeDB finds a number by its index and looks for a range everywhere.
SINCE: LiteralString = """
UNWIND range($seq + 1, $last) AS seq
MATCH (t:Touched {seq: seq})
RETURN t.seq AS seq, t.photos AS photos, t.folders AS folders, t.labelled AS labelled, t.tags AS tags,
  t.persons AS persons
ORDER BY seq
"""


async def since(graph: Graph, seq: int, last: int) -> list[Touched]:
    """Changes after ``seq`` up to ``last`` in order; one that is missing was pruned."""
    rows = await graph.read(SINCE, seq=seq, last=last)
    kinds = ("photos", "folders", "labelled", "tags", "persons")
    return [Touched(row["seq"], *(tuple(row[kind] or ()) for kind in kinds)) for row in rows]


PRUNE: LiteralString = "MATCH (t:Touched) WHERE t.seq <= $seq WITH t LIMIT 5000 DELETE t RETURN count(*) AS gone"


async def prune(graph: Graph) -> None:
    limit = await head(graph) - KEPT
    while limit > 0 and (await graph.write(PRUNE, seq=limit))[0]["gone"]:
        pass


IDENTITY: LiteralString = """
MERGE (m:Meta {name: 'graph'}) SET m.value = coalesce(m.value, $made) RETURN m.value AS id
"""


async def identity(graph: Graph) -> str:
    """32 hex digits made once per graph, so that a snapshot of another graph is known for what it is."""
    return str((await graph.write(IDENTITY, made=uuid4().hex))[0]["id"])
