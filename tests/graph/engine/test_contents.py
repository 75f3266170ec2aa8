"""The contents of a graph, read whole and written into an empty one."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from photos_graph.graph.engine import contents
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.contents import NodeRecord
from tests.kit import visited
from tests.kit.cypher import constants
from tests.kit.engines import RunningEngine
from tests.kit.graph_contents import comparable, whole

pytestmark = pytest.mark.anyio

OTHERS = """
CREATE (:Model {id: 'm', kind: 'TAGS', perLabel: '{}'}), (:Schedule {kind: 'TAGS', corrections: 3}),
  (:RemovedRoot {path: 'a', marks: 'b'}), (v:PictureVector {id: 'v', vector: 'AAAA'})
CREATE (:Job {id: 'promised', kind: 'FINISH_CHANGE', state: 'QUEUED'}), (:AccessToken {id: 'token'})
WITH v MATCH (p:Photo {id: 'x1'})
CREATE (p)-[:PICTURED_BY]->(v)
SET p.takenAt = $taken, p.born = $born, p.creators = ['Ann', 'Bob'], p.iso = 100, p.aperture = 2.8, p.favourite = true
WITH p MATCH (x1:Place {id: 'x1'}), (x2:Place {id: 'x2'}), (t1:Tag {id: 'x1'}), (t2:Tag {id: 'x2'}),
  (failure:Failure {id: 'x1'}), (d:Folder {id: 'x1'})
CREATE (x1)-[:WITHIN]->(x2), (t1)-[:CHILD_OF]->(t2), (failure)-[:ABOUT]->(d), (d)-[:EXCLUDES {at: 1}]->(t1)
"""


async def test_what_is_read_can_be_written_into_an_empty_graph(
    graph: Graph, engine: RunningEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "PAGE_SIZE", 30)
    visited.fill(engine, visited.SMALL)
    await graph.write(OTHERS, taken=datetime(2019, 8, 15, 12, 30, 0, 5000), born=date(1990, 2, 28))
    before = await whole(graph)
    roots, compared = await contents.removed_roots(graph), await comparable(graph)
    assert {label for label, found in before.items() if found} == set(contents.NODES)
    assert [record.key for record in before["Job"]] == ["promised"]
    connected = {
        (label, each.type, each.label)
        for label, found in before.items()
        for record in found
        for each in record.relationships
    }
    assert connected == set(contents.RELATIONSHIPS)
    assert sum(len(record.parts) for record in before["Change"]) == visited.SMALL
    assert await contents.count(graph, "Photo") == visited.SMALL

    await contents.clear(graph)
    assert await contents.is_empty(graph)
    for label in contents.NODES:
        await contents.create(graph, label, before[label])
    for label in contents.NODES:
        assert await contents.connect(graph, label, before[label]) == 0
    await contents.create_removed_roots(graph, roots)
    await contents.complete(graph)
    assert not await contents.is_empty(graph)
    assert await comparable(graph) == compared
    [photo] = await graph.read("MATCH (p:Photo {id: 'x1'}) RETURN p.takenAt AS taken, p.born AS born, p.iso AS iso")
    assert photo == {"taken": datetime(2019, 8, 15, 12, 30, 0, 5000), "born": date(1990, 2, 28), "iso": 100}


async def test_what_belongs_to_nothing_is_deleted_and_clusters_are_counted(graph: Graph) -> None:
    await graph.write(
        "CREATE (:Cluster {id: 'c', size: 3}), (:Cluster {id: 'd', size: 3}), (:Cluster {id: 'e', size: 0})"
    )
    await graph.write("CREATE (:Face {id: 'alone'}), (:File {id: 'alone'}), (:Folder {id: 'alone'})")
    await graph.write("CREATE (:Folder:Root {id: 'root'})<-[:IN]-(:File {id: 'f'})-[:OF]->(:Photo {id: 'p'})")
    await contents.complete(graph)
    rows = await graph.read("MATCH (n:Folder|File|Photo|Face) RETURN n.id AS id ORDER BY id")
    assert [row["id"] for row in rows] == ["f", "p", "root"]
    assert await graph.read("MATCH (s:ClusterSize) RETURN s.size AS size, s.clusters AS n") == [{"size": 3, "n": 2}]


async def test_relationships_to_what_is_gone_are_counted(graph: Graph) -> None:
    gone = contents.Relationship("TAGGED", "Tag", "gone", {"at": 1})
    record = NodeRecord("p", {"id": "p", "number": 1}, relationships=(gone,))
    await contents.create(graph, "Photo", [record])
    assert await contents.connect(graph, "Photo", [record]) == 1


def test_the_lists_name_all_that_queries_do() -> None:
    labels: set[str] = set()
    types: set[str] = set()
    for name, query in constants():
        if "migrations" not in name and not name.startswith(contents.__name__):
            labels.update(re.findall(r"[(|]\w*:([A-Z][A-Za-z]+)", query))
            for group in re.findall(r"\[\w*:([A-Z_|]+)", query):
                types.update(group.split("|"))
    kept = {*contents.NODES, *contents.LABELS_LEFT_OUT, contents.PARTS, contents.REMOVED_ROOTS, "Root"}
    assert labels <= kept
    assert types <= {each for _, each, _ in (*contents.RELATIONSHIPS, *contents.LEFT_OUT)}
