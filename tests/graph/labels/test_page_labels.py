from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import LiteralString

import pytest

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import page_labels
from photos_graph.graph.labels.page_labels import OwnTags
from photos_graph.graph.library import photos, vanished_files
from photos_graph.model.labels import PhotoTag, TagSource
from tests.kit.planted import METADATA, A, B, C, library, read
from tests.kit.writing import writer

pytestmark = pytest.mark.anyio

AT = datetime(2025, 6, 1, 12, 30, 0, 123000, UTC)
MS = int(AT.timestamp() * 1000)

TAGS: LiteralString = """
MATCH (a:Photo {id: $a}), (b:Photo {id: $b})
CREATE (t1:Tag {id: 't1', key: '1'}), (t2:Tag {id: 't2', key: '2', threshold: 0.5}), (t3:Tag {id: 't3', key: '3'})
CREATE (a)-[:TAGGED {via: 'MANUAL', at: $at}]->(t1), (a)-[:TAGGED {via: 'IMPORTED', at: $at}]->(t3)
CREATE (a)-[:PREDICTED {score: 0.5, model: 'm1'}]->(t2), (a)-[:PREDICTED {score: 0.9, model: 'm1'}]->(t3)
CREATE (b)-[:PREDICTED {score: 0.4, model: 'm1'}]->(t2), (b)-[:EXCLUDES {at: $at}]->(t1)
"""

FACES: LiteralString = """
MATCH (a:Photo {id: $a}), (b:Photo {id: $b})
CREATE (anna:Person {id: 'anna', key: '1'}), (bob:Person {id: 'bob', key: '2'}), (eva:Person {id: 'eva', key: '3'})
CREATE (a)-[:HAS_FACE]->(f1:Face {id: '1'}), (a)-[:HAS_FACE]->(f2:Face {id: '2'}), (a)-[:HAS_FACE]->(f3:Face {id: '3'})
CREATE (b)-[:HAS_FACE]->(f4:Face {id: '4', ignored: true}), (b)-[:HAS_FACE]->(f5:Face {id: '5'})
CREATE (f1)-[:IS]->(anna), (f1)-[:LOOKS_LIKE {applied: true}]->(eva)
CREATE (f2)-[:LOOKS_LIKE {applied: true}]->(bob), (f2)-[:LOOKS_LIKE {applied: false}]->(eva)
CREATE (f3)-[:LOOKS_LIKE {applied: true}]->(anna)
CREATE (f4)-[:LOOKS_LIKE {applied: true}]->(bob), (f5)-[:LOOKS_LIKE {applied: true}]->(eva)
"""


async def test_a_page_reads_what_was_put_on_its_photos_in_one_query(graph: Graph) -> None:
    await library(graph)
    plain = replace(METADATA, keywords=())
    reads = [read(number, content, plain) for number, content in [(0, "a"), (3, "a"), (4, "a"), (1, "b"), (2, "c")]]
    await photos.put_read(writer(graph), reads, [], "j1")
    await vanished_files.miss_files(writer(graph), ["f2"])
    await graph.write(TAGS, a=A, b=B, at=MS)
    before = graph.queries
    found = await page_labels.tags_of(graph, [A, B, C, "d" * 32])
    assert graph.queries == before + 1
    assert set(found[A].tags) == {
        PhotoTag("t1", TagSource.MANUAL, at=AT),
        PhotoTag("t3", TagSource.IMPORTED, at=AT),
        PhotoTag("t2", TagSource.PREDICTED, score=0.5, model_id="m1"),
    }
    assert (found[A].excluded, found[A].folders) == (frozenset(), ("b", "a"))
    assert found[B] == OwnTags(excluded=frozenset({"t1"}), folders=("b",))
    assert found[C] == OwnTags()
    assert len(found) == 3


async def test_a_face_is_whom_a_person_named_and_else_whom_a_model_takes_it_for(graph: Graph) -> None:
    await library(graph)
    await photos.put_read(writer(graph), [read(0, "a"), read(1, "b")], [], "j1")
    await graph.write(FACES, a=A, b=B)
    before = graph.queries
    found = await page_labels.persons_of(graph, [A, B, C])
    assert graph.queries == before + 1
    assert found == {A: {"anna": False, "bob": True}, B: {"eva": True}}
