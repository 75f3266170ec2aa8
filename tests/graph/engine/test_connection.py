"""What every query can rely on, on both engines."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, datetime
from typing import Any, LiteralString

import pytest
from neo4j.exceptions import ServiceUnavailable
from pydantic import SecretStr

from photos_graph.errors import BadSettings, Conflict, EngineUnavailable, PhotosGraphError
from photos_graph.graph.engine.connection import TURN, Graph, Transaction
from photos_graph.graph.engine.dialect import is_too_old
from photos_graph.graph.engine.opening import connect
from photos_graph.settings import GraphSettings, Settings
from tests.kit.engines import free_port

pytestmark = pytest.mark.anyio

COUNT = "MERGE (m:Meta {name: $name}) SET m.value = coalesce(m.value, 0) + 1 RETURN m.value AS value"


async def test_the_dialect_is_that_of_the_server(graph: Graph, engine_name: str) -> None:
    assert graph.dialect.name == engine_name


async def test_values_come_back_as_they_were_sent(graph: Graph) -> None:
    sent = {
        "text": "é",
        "whole": 2**62,
        "real": 1.5,
        "nothing": None,
        "yes": True,
        "raw": b"\x00\xff",
        "list": [1, 2],
        "map": {"a": [None, "b"]},
        "when": datetime(2020, 2, 29, 23, 59, 59, 123456),
    }
    rows = await graph.read("RETURN $sent AS sent", sent=sent)
    assert rows == [{"sent": sent}]


async def test_nodes_and_dates_come_back_as_plain_values(graph: Graph) -> None:
    rows = await graph.write(
        "CREATE (n:Thing {x: 1, at: $at}) RETURN n, [n] AS list, date('2020-01-02') AS day", at=datetime(2020, 1, 2)
    )
    thing = {"x": 1, "at": datetime(2020, 1, 2)}
    assert rows == [{"n": thing, "list": [thing], "day": date(2020, 1, 2)}]


async def test_a_parameter_may_be_called_query(graph: Graph) -> None:
    assert await graph.read("RETURN $query AS x", query=1) == [{"x": 1}]


async def test_queries_are_counted(graph: Graph) -> None:
    before = graph.queries
    await graph.read("RETURN 1 AS one")
    await graph.write("CREATE (:Thing)")
    assert graph.queries == before + 2


async def test_a_long_answer_gives_other_tasks_their_turns(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = 0
    unpacked: list[int] = []  # the turn in which each row was unpacked

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr("photos_graph.graph.engine.connection.plain", lambda value: unpacked.append(turns) or value)
    other = asyncio.create_task(take_turns())
    rows = await graph.read("UNWIND range(1, 9900) AS number RETURN number")
    other.cancel()
    assert [row["number"] for row in rows] == list(range(1, 9901))
    assert len(unpacked) == 9900 and max(Counter(unpacked).values()) <= TURN


async def test_a_read_is_tried_again_when_the_connection_is_lost(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    run, tries = Transaction.run, list[str]()

    async def lost_once(self: Transaction, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        tries.append(query)
        if len(tries) == 1:
            raise ServiceUnavailable("The connection was lost.")
        return await run(self, query, **parameters)

    monkeypatch.setattr(Transaction, "run", lost_once)
    assert await graph.read("RETURN 1 AS one") == [{"one": 1}]
    assert len(tries) == 2


async def test_a_transaction_that_fails_leaves_nothing(graph: Graph) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("CREATE (:Thing)")
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        await graph.transaction(work)
    assert await graph.read("MATCH (n:Thing) RETURN count(n) AS n") == [{"n": 0}]


async def test_a_transaction_sees_its_own_writes_and_returns_its_result(graph: Graph) -> None:
    async def work(transaction: Transaction) -> int:
        await transaction.run("CREATE (:Thing {x: 1})")
        rows = await transaction.run("MATCH (n:Thing) RETURN n.x AS x")
        return int(rows[0]["x"])

    assert await graph.transaction(work) == 1


async def test_a_transaction_inside_a_transaction_is_refused(graph: Graph) -> None:
    async def work(transaction: Transaction) -> None:
        await graph.write("CREATE (:Thing)")

    with pytest.raises(RuntimeError, match="inside"):
        await graph.transaction(work)


async def test_writers_of_one_counter_lose_nothing(graph: Graph) -> None:
    rows = await asyncio.gather(*(graph.write(COUNT, name="c") for _ in range(20)))
    assert sorted(row[0]["value"] for row in rows) == list(range(1, 21))


async def test_writers_of_two_processes_lose_nothing(graph: Graph, settings: Settings) -> None:
    other = await connect(settings)  # its writes do not take turns with those of the first
    try:
        rows = await asyncio.gather(*(who.write(COUNT, name="c") for who in [graph, other] * 10))
    finally:
        await other.close()
    assert sorted(row[0]["value"] for row in rows) == list(range(1, 21))


async def test_a_key_that_is_taken_is_a_conflict(graph: Graph) -> None:
    await graph.write("CREATE (:Folder {key: 'a'})")
    with pytest.raises(Conflict):
        await graph.write("CREATE (:Folder {key: 'a'})")


async def test_a_key_is_taken_by_a_node_with_more_labels_too(graph: Graph) -> None:
    await graph.write("CREATE (:Folder:Root {key: 'a'})")
    with pytest.raises(Conflict):
        await graph.write("CREATE (:Folder {key: 'a'})")


async def test_a_query_with_a_mistake_raises_no_error_of_the_driver(graph: Graph) -> None:
    with pytest.raises(PhotosGraphError, match="refused"):
        await graph.read("this is no Cypher")


async def test_a_wrong_password_says_what_to_set(settings: Settings) -> None:
    settings.graph.password = SecretStr("wrong")
    with pytest.raises(BadSettings, match="PHOTOS_GRAPH__PASSWORD"):
        await connect(settings)


async def test_a_database_that_is_not_there_says_what_to_set(settings: Settings) -> None:
    settings.graph.database = "nowhere"
    with pytest.raises(BadSettings, match="PHOTOS_GRAPH__DATABASE"):
        await connect(settings)


async def test_a_server_that_is_not_there_says_where_it_was_looked_for() -> None:
    uri = f"bolt://127.0.0.1:{free_port()}"
    with pytest.raises(EngineUnavailable, match=uri):
        await connect(Settings(graph=GraphSettings(uri=uri, connect_seconds=0.3)))


@pytest.mark.parametrize("uri", ["http://127.0.0.1", "nonsense", "bolt://", "bolt://nowhere.invalid"])
async def test_an_address_that_is_none_says_what_to_set(uri: str) -> None:
    with pytest.raises((BadSettings, EngineUnavailable), match="PHOTOS_GRAPH__URI"):
        await connect(Settings(graph=GraphSettings(uri=uri, connect_seconds=0.3)))


@pytest.mark.parametrize(
    ("agent", "too_old"),
    [
        ("Neo4j/4.4.39", True),
        ("Neo4j/5.22.0", True),
        ("Neo4j/5.23.0", False),
        ("Neo4j/2026.08.1", False),
        ("A/1.2", False),
    ],
)
def test_a_server_that_does_not_know_our_cypher_is_told_by_its_version(agent: str, too_old: bool) -> None:
    assert is_too_old(agent) is too_old
