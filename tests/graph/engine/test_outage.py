"""The engine goes away and comes back: seen through a line that the test can cut, on both engines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from photos_graph.errors import EngineUnavailable
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.embedded import Endpoint
from tests.kit.engines import RunningEngine, free_port

pytestmark = pytest.mark.anyio


class Line:
    """Forwards a port of this machine to the engine until it is cut."""

    def __init__(self, engine: RunningEngine) -> None:
        self.port = free_port()
        self._target = urlsplit(engine.endpoint.uri)
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for pipe in self._pipes:
            pipe.transport.abort()
        await asyncio.gather(*self._tasks)
        self._pipes.clear()

    async def _accept(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._pipes |= {to_near, to_far}
        for reader, writer in ((near, to_far), (far, to_near)):
            task = asyncio.create_task(_copy(reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()


@pytest.fixture
async def line(engine: RunningEngine) -> AsyncIterator[Line]:
    line = Line(engine)
    await line.mend()
    yield line
    await line.cut()


async def over(line: Line, engine: RunningEngine, patience: float) -> Graph:
    there = engine.endpoint
    here = Endpoint(f"bolt://127.0.0.1:{line.port}", there.user, there.password, there.database)
    graph = Graph(lambda: here, patience=patience)
    await graph.ready(10)
    return graph


async def test_a_query_waits_for_an_engine_that_comes_back(line: Line, engine: RunningEngine) -> None:
    graph = await over(line, engine, patience=20)
    await line.cut()
    waiting = asyncio.create_task(graph.write("CREATE (n:Thing {x: 1}) RETURN n.x AS x"))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await line.mend()
    assert await waiting == [{"x": 1}]
    assert await graph.read("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 1}]
    await graph.close()


async def given_up(graph: Graph, count: int) -> tuple[float, list[object]]:
    """How long that many writers take to give up together, in seconds, and what they end with."""
    begun = time.monotonic()
    ends = await asyncio.gather(*(graph.write("CREATE (:Thing)") for _ in range(count)), return_exceptions=True)
    return time.monotonic() - begun, ends


async def test_many_writers_give_up_together(line: Line, engine: RunningEngine) -> None:
    graph = await over(line, engine, patience=3)
    await line.cut()
    alone, ends = await given_up(graph, 1)
    together, more = await given_up(graph, 10)
    assert {type(end) for end in (*ends, *more)} == {EngineUnavailable}
    assert together < 5 * alone, "one after the other they would take ten times as long"
    await graph.close()


async def test_an_engine_that_stays_away_is_unavailable_and_then_back(line: Line, engine: RunningEngine) -> None:
    graph = await over(line, engine, patience=0.3)
    await line.cut()
    with pytest.raises(EngineUnavailable, match="does not answer"):
        await graph.read("RETURN 1 AS one")
    await line.mend()
    assert await graph.read("RETURN 1 AS one") == [{"one": 1}]
    await graph.close()
