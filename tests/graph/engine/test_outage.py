"""The engine goes away and comes back: seen through a line that the test can cut, on both engines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import pytest

from photos_graph.errors import Conflict, EngineUnavailable, NotFound, UnknownOutcome
from photos_graph.graph.engine.caller import MutationWrites, hurried, portion
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.outcomes import outcome, prune
from photos_graph.model.outcomes import MutationOutcome
from tests.kit.engines import RunningEngine
from tests.kit.line import Line, drawn_to
from tests.kit.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio

T = TypeVar("T")


@pytest.fixture
async def line(engine: RunningEngine) -> AsyncIterator[Line]:
    async with drawn_to(engine) as line:
        yield line


async def over(line: Line, patience: float, silence: float = 60) -> Graph:
    graph = Graph(lambda: line.endpoint, patience=patience, silence=silence)
    await graph.ready(10)
    return graph


async def test_a_query_waits_for_an_engine_that_comes_back(line: Line) -> None:
    graph = await over(line, patience=20)
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


async def test_many_writers_give_up_together(line: Line) -> None:
    graph = await over(line, patience=3)
    await line.cut()
    alone, ends = await given_up(graph, 1)
    together, more = await given_up(graph, 10)
    assert {type(end) for end in (*ends, *more)} == {EngineUnavailable}
    assert together < 5 * alone, "one after the other they would take ten times as long"
    await graph.close()


async def test_an_engine_that_stays_away_is_unavailable_and_then_back(line: Line) -> None:
    graph = await over(line, patience=0.3)
    await line.cut()
    with pytest.raises(EngineUnavailable, match="does not answer"):
        await graph.read("RETURN 1 AS one")
    await line.mend()
    assert await graph.read("RETURN 1 AS one") == [{"one": 1}]
    await graph.close()


@pytest.mark.parametrize("how", ["cut", "held"])
async def test_a_client_is_told_at_once_and_others_wait(line: Line, how: str) -> None:
    graph = await over(line, patience=PATIENCE, silence=0.5)
    if how == "cut":
        await line.cut()
    else:
        await line.hold()
    with pytest.raises(EngineUnavailable):
        await _for_a_client(graph.read("RETURN 1 AS one"))
    assert graph.trouble is not None
    waiting = asyncio.create_task(graph.read("RETURN 1 AS one"))
    with pytest.raises(EngineUnavailable):
        await _for_a_client(graph.write("CREATE (:Thing)"))
    line.release()
    await line.cut()
    await line.mend()
    assert await waiting == [{"one": 1}]
    await until(lambda: graph.trouble is None)
    assert await _for_a_client(graph.read("MATCH (n:Thing) RETURN count(n) AS n")) == [{"n": 0}]
    await graph.close()


async def _for_a_client(work: Coroutine[Any, Any, T]) -> T:
    with hurried():
        return await work


# The driver forgets a socket that it was about to open when its caller had no more patience.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_every_outcome_that_is_told_is_true(line: Line, graph: Graph) -> None:
    """Twenty writers write while the line is cut again and again."""
    over_line = await over(line, patience=PATIENCE)
    told: list[tuple[str, MutationWrites, bool | None]] = []

    async def write(name: str) -> None:
        mutation = MutationWrites()
        with hurried(), mutation.executed():
            try:
                await over_line.write("MERGE (n:Meta {name: $name}) SET n.value = 1", name=name)
                told.append((name, mutation, True))
            except UnknownOutcome:
                told.append((name, mutation, None))
            except EngineUnavailable:
                told.append((name, mutation, False))

    async def writer(number: int) -> None:
        for turn in range(6):
            await write(f"{number} {turn}")
            await until(lambda: over_line.trouble is None)

    writers = [asyncio.create_task(writer(number)) for number in range(20)]
    while not all(task.done() for task in writers):
        await asyncio.sleep(0.15)
        await line.cut()
        await line.mend()
    await asyncio.gather(*writers)
    names = {row["name"] for row in await graph.read("MATCH (n:Meta) RETURN n.name AS name")}
    assert len(told) == 120
    for name, mutation, is_done in told:
        assert mutation.begun is (is_done is not False)
        expected = MutationOutcome.DONE if name in names else MutationOutcome.NOT_DONE
        assert await outcome(graph, mutation.request_id) is expected
        assert is_done is None or is_done is (name in names)
    await over_line.close()


async def test_what_somebody_was_told_is_not_done_is_never_done(graph: Graph) -> None:
    mutation = MutationWrites()

    async def asked_for_meanwhile(tx: Transaction) -> None:
        await tx.run("CREATE (:Thing)")
        assert await outcome(other, mutation.request_id) is MutationOutcome.NOT_DONE

    other = Graph(graph._endpoint)
    await other.ready(10)
    with mutation.executed(), pytest.raises(Conflict, match="outcome was asked for"):
        await graph.transaction(asked_for_meanwhile)
    assert await graph.read("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 0}]
    await other.close()


async def test_outcomes_are_kept_for_a_week_and_then_said_to_be_forgotten(graph: Graph) -> None:
    begun = MutationWrites()
    with begun.executed(), portion(is_last=False):
        await graph.write("CREATE (:Thing)")
    assert await outcome(graph, begun.request_id) is MutationOutcome.PARTLY_DONE
    with begun.executed(), portion(is_last=True):
        await graph.write("CREATE (:Thing)")
    assert await outcome(graph, begun.request_id) is MutationOutcome.DONE
    await prune(graph)
    assert await outcome(graph, begun.request_id) is MutationOutcome.DONE
    await prune(graph, kept_ms=-1000)
    for unknown in (begun.request_id, "none"):
        with pytest.raises(NotFound):
            await outcome(graph, unknown)
