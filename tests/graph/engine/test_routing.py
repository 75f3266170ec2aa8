"""A cluster of Neo4j, which a single server can play: the driver asks it who reads and who writes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from photos_graph.graph.engine.connection import Graph
from tests.kit.engines import RunningEngine, routed

pytestmark = [pytest.mark.anyio, pytest.mark.neo4j]


@pytest.fixture
async def cluster(engine: RunningEngine) -> AsyncIterator[Graph]:
    endpoint = replace(engine.endpoint, uri=routed(engine.endpoint.uri))
    graph = Graph(lambda: endpoint)
    await graph.ready(900)
    yield graph
    await graph.close()


@pytest.fixture
def sent(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the driver sends and receives."""
    caplog.set_level(logging.DEBUG, logger="neo4j.io")
    return caplog


def begun(sent: pytest.LogCaptureFixture) -> list[str]:
    """How transactions began."""
    return [line for line in (record.getMessage() for record in sent.records) if "C: BEGIN" in line]


def ran(sent: pytest.LogCaptureFixture) -> list[str]:
    """How queries were sent."""
    return [line for line in (record.getMessage() for record in sent.records) if "C: RUN" in line]


async def test_the_start_asks_a_member_that_writes(cluster: Graph) -> None:
    assert cluster._bookmarks is not None
    assert await cluster._bookmarks.get_bookmarks()


async def test_a_read_goes_to_who_reads_and_waits_for_what_was_written(
    cluster: Graph, sent: pytest.LogCaptureFixture
) -> None:
    await cluster.write("CREATE (:Thing {x: 1})")
    assert cluster._bookmarks is not None
    [written] = await cluster._bookmarks.get_bookmarks()
    sent.clear()
    assert await cluster.read("MATCH (t:Thing) RETURN t.x AS x") == [{"x": 1}]
    [line] = [line for line in ran(sent) if "MATCH (t:Thing)" in line]  # the pulse may ask meanwhile
    assert "'mode': 'r'" in line and written in line
    assert not begun(sent), "a single query needs no transaction around it"


async def test_a_long_answer_waits_as_well(cluster: Graph, sent: pytest.LogCaptureFixture) -> None:
    await cluster.write("CREATE (:Thing {x: 1})")
    assert cluster._bookmarks is not None
    [written] = await cluster._bookmarks.get_bookmarks()
    sent.clear()
    pages = [page async for page in cluster.pages("MATCH (t:Thing) RETURN t.x AS x", 10)]
    assert pages == [[{"x": 1}]]
    assert any(written in line for line in ran(sent))


async def test_one_server_is_asked_without(graph: Graph, sent: pytest.LogCaptureFixture) -> None:
    await graph.write("CREATE (:Thing {x: 1})")
    await graph.read("MATCH (t:Thing) RETURN t.x AS x")
    assert graph._bookmarks is None and not any("bookmarks" in line for line in begun(sent) + ran(sent))
