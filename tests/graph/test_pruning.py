"""What is old is deleted, and its room is used again, so that a graph does not grow by being used."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import pytest

from photos_graph.graph import jobs
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import history
from tests.kit.engines import RunningEngine

pytestmark = pytest.mark.anyio

EACH = 1_000
USED: LiteralString = """
MERGE (c:Meta {name: 'changes'}) SET c.value = coalesce(c.value, 0) + $each
MERGE (f:Meta {name: 'feed'}) SET f.value = coalesce(f.value, 0) + $each
WITH c.value - $each AS changes, f.value - $each AS entries
UNWIND range(1, $each) AS n
CREATE (c:Change {id: 'c' + (changes + n), number: changes + n, kind: 'TAGS', by: 'ann', at: n}),
  (:Part {photos: range(1, 50), folders: [], faces: [], before: '', after: $text})-[:OF]->(c),
  (:Job {id: 'j' + (changes + n), kind: 'SCAN', state: 'SUCCEEDED', createdAt: 1, finishedAt: 2, arguments: $text}),
  (:Touched {seq: entries + n, photos: range(1, 50), folders: []})
"""
NODES: LiteralString = "MATCH (n) RETURN count(n) AS n"


async def used(graph: Graph) -> int:
    """Makes 1,000 changes, jobs and entries of the feed, prunes, and returns how many nodes there are."""
    await graph.write(USED, each=EACH, text="x" * 500)
    await jobs.prune(graph, days=90)
    await feed.prune(graph)
    await history.prune(graph, keep=100)
    return int((await graph.read(NODES))[0]["n"])


def size(engine: RunningEngine) -> int:
    """Returns the bytes of the files of the embedded engine, or 0 for a server."""
    folder = Path(f"/proc/{engine.process.pid}/cwd/databases") if engine.process is not None else Path("nowhere")
    return sum(file.stat().st_size for file in folder.rglob("*") if file.suffix != ".wal")


async def test_a_graph_does_not_grow_with_changes_and_jobs(
    graph: Graph, engine: RunningEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "KEPT", 100)
    nodes, sizes = [], []
    for _ in range(6):
        nodes.append(await used(graph))
        sizes.append(size(engine))
    assert len(set(nodes)) == 1, nodes
    assert await graph.read("MATCH (n:Change|Job|Part|Touched) RETURN count(n) AS n") == [{"n": 300}]
    assert sizes[-1] <= sizes[1] * 1.05, sizes
