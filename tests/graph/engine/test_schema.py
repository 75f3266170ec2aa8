"""Migrations: once, in order, by two at a time, and never backwards."""

from __future__ import annotations

import asyncio
import hashlib
from typing import LiteralString

import pytest

from photos_graph.errors import BadSettings, Conflict
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.migrations import MIGRATIONS, TYPED_BY, migrate
from photos_graph.graph.engine.opening import connect
from photos_graph.settings import Settings

pytestmark = pytest.mark.anyio


# Of the statements of each migration. A migration that was released is never changed: graphs have had it as it was.
HASHES = {
    1: "ff2f477014ecd243",
    2: "3d0131c83af99e07",
    3: "821b0e853ec9f254",
    4: "36c2c6e10800c7d2",
    5: "e249834e500e7920",
    6: "3b7e73d864ade507",
    7: "89e0d46b1adeb41d",
    8: "c96ad018ada818b1",
    9: "4335a4b9f2e80a8e",
    10: "4f01413121130a12",
    12: "138c932f86801411",
    13: "0dbe1f702efc02ce",
    14: "1b28bcf050d3f685",
    15: "a5058b542a1de91d",
    16: "818d73d7a7a2069a",
    17: "efd9177029e2631e",
    18: "e3b0c44298fc1c14",
    19: "98cef3d5ba92dd33",
    20: "c4a4c7ecb1b775f8",
    21: "13aa853bda607a1c",
    22: "b52ab62046133b4a",
    23: "54b71d18f840c3e2",
    24: "9cf2a64aa732399f",
    25: "3a3e823b772f5b0e",
    26: "fd3ce1aeb9e99c30",
}


def test_no_migration_has_changed_since_it_was_released() -> None:
    texts = {number: "\n;\n".join(statements) for number, statements in MIGRATIONS.items()}
    assert {number: hashlib.sha256(text.encode()).hexdigest()[:16] for number, text in texts.items()} == HASHES


async def test_every_migration_is_recorded_with_its_time(graph: Graph) -> None:
    rows = await graph.read("MATCH (m:Migration) RETURN m.number AS number, m.at AS at ORDER BY number")
    assert [row["number"] for row in rows] == sorted(MIGRATIONS)
    assert all(row["at"].tzinfo is None for row in rows)


async def test_a_migrated_graph_is_left_alone(graph: Graph) -> None:
    before = graph.queries
    await migrate(graph)
    assert graph.queries == before + 1


async def test_a_migration_that_was_cut_short_is_run_again(graph: Graph) -> None:
    await graph.write("MATCH (m:Migration) DELETE m")
    await migrate(graph)
    assert await graph.read("MATCH (m:Migration) RETURN count(m) AS n") == [{"n": len(MIGRATIONS)}]


async def test_a_graph_from_before_numbers_had_types_indexes_them_again(graph: Graph) -> None:
    await graph.write("CREATE (:Photo {id: 'p', number: 3, facesDue: 3})")
    await graph.write("MATCH (m:Migration {number: $typed}) DELETE m", typed=TYPED_BY)
    await migrate(graph)
    found = "MATCH (p:Photo) WHERE p.number > 2 AND p.number < 4 RETURN p.id AS id"
    assert await graph.read(found) == [{"id": "p"}]
    with pytest.raises(Conflict):
        await graph.write("CREATE (:Photo {id: 'q', number: 3})")


async def test_two_that_start_at_once_migrate_once(graph: Graph, settings: Settings) -> None:
    await graph.write("MATCH (m:Migration) DELETE m")
    others = await asyncio.gather(*(connect(settings) for _ in range(3)))
    for other in others:
        await other.close()
    assert await graph.read("MATCH (m:Migration) RETURN count(m) AS n") == [{"n": len(MIGRATIONS)}]


async def test_two_services_that_start_at_once_create_one_index(graph: Graph) -> None:
    create: LiteralString = "CREATE INDEX of_two_services IF NOT EXISTS FOR (n:OfTwoServices) ON (n.name)"
    for _ in range(10):
        await asyncio.gather(*(graph.write(create) for _ in range(8)))
        await graph.write("DROP INDEX of_two_services IF EXISTS")


async def test_a_graph_of_a_newer_program_is_refused(graph: Graph, settings: Settings) -> None:
    newer = max(MIGRATIONS) + 1
    await graph.write("CREATE (:Migration {number: $newer})", newer=newer)
    try:
        with pytest.raises(BadSettings, match="newer version"):
            await connect(settings)
    finally:
        await graph.write("MATCH (m:Migration {number: $newer}) DELETE m", newer=newer)
