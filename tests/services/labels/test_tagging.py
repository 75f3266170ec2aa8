"""Tags that people put on photos."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import pytest

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.model.search import Ref
from photos_graph.services.labels import tagging
from photos_graph.settings import Settings
from tests.kit.planted import hold
from tests.kit.tagging import counts, ids, planted, quiet, refs
from tests.kit.tags import assertions_by_path, grown, tree_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with quiet(settings) as services:
        yield services


async def test_photos_are_tagged_once_and_unknown_names_are_created(services: Services) -> None:
    graph = await planted(services)
    first = await services.tagging.tag_photos(ids(0, 1, 1), refs("Places/Abruzzo", "Sea", "sea"), by="anna")
    assert counts(first) == (2, 2, True)
    assert counts(await services.tagging.tag_photos(ids(0, 1), refs("Abruzzo", "SEA"), by="ben")) == (2, 0, False)
    assert counts(await services.tagging.tag_photos(ids(0, 2), refs("Abruzzo"))) == (2, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places/Abruzzo": "MANUAL", "Sea": "MANUAL"}


async def test_nothing_is_changed_when_something_is_not_known(services: Services) -> None:
    graph = await planted(services)
    await grown(graph, "a/x", "b/x")
    for call, error in (
        (services.tagging.tag_photos(ids(0, 99), refs("Sea")), NotFound),
        (services.tagging.tag_photos(ids(0), [Ref(name="Sea"), Ref(id="nowhere")]), NotFound),
        (services.tagging.tag_photos(ids(0), refs("Sea", "x")), BadInput),
        (services.tagging.tag_photos(ids(0), refs("Sea", "a//b")), BadInput),
        (services.tagging.untag_photos(ids(0), refs("a", "Sea")), NotFound),
        (services.tagging.tag_photos(ids(0), refs(*map(str, range(tagging.MAX_TAGS + 1)))), BadInput),
    ):
        with pytest.raises(error):
            await call
    assert await assertions_by_path(graph, 0) == {}
    assert [row.name for row in (await tree_of(graph)).children(None)] == ["a", "b"]


async def test_tagging_takes_no_record_for_each_tag(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record takes Neo4j and its driver about as long as a small query."""
    await planted(services)
    run, records = Transaction.run, list[int]()

    async def counted(tx: Transaction, query: LiteralString, /, **parameters: object) -> list[dict[str, Any]]:
        rows = await run(tx, query, **parameters)
        records.append(len(rows))
        return rows

    more = "UNWIND range(1, 100) AS n CREATE (:Tag {id: 'm' + toString(n), name: 'm' + toString(n), key: toString(n)})"
    await services.graph.write(more)
    monkeypatch.setattr(Transaction, "run", counted)
    await services.tagging.tag_photos(ids(0), refs("a"))
    assert sum(records) < 100


async def test_too_many_pairs_are_refused(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    await planted(services)
    monkeypatch.setattr(tagging, "MAX_PAIRS", 3)
    with pytest.raises(BadInput, match="pairs"):
        await services.tagging.tag_photos(ids(0, 1), refs("a", "b"))


async def test_what_a_file_said_a_person_may_say_too(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Sea")
    await graph.write(
        "MATCH (p:Photo {number: 0}), (t:Tag {id: $id}) CREATE (p)-[:TAGGED {at: 1, by: '', via: 'IMPORTED'}]->(t)",
        id=made["Sea"],
    )
    assert counts(await services.tagging.tag_photos(ids(0), refs("Sea"))) == (1, 1, True)
    assert await assertions_by_path(graph, 0) == {"Sea": "MANUAL"}


async def test_untagging_takes_off_the_tag_and_all_below_it(services: Services) -> None:
    graph = await planted(services)
    await services.tagging.tag_photos(ids(0, 1), refs("Places/Italy/Abruzzo", "Places", "Sea"))
    assert counts(await services.tagging.untag_photos(ids(0, 1, 2), refs("Italy"))) == (3, 2, True)
    assert await assertions_by_path(graph, 0) == {"Places": "MANUAL", "Sea": "MANUAL"}
    assert counts(await services.tagging.untag_photos(ids(0, 1, 2), refs("Italy"))) == (3, 0, False)


async def test_untagging_what_a_file_says_excludes_it(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Places/Sea", "Places")
    await graph.write(
        "MATCH (p:Photo {number: 0}), (t:Tag {id: $id}) CREATE (p)-[:TAGGED {at: 1, by: '', via: 'IMPORTED'}]->(t)",
        id=made["Places/Sea"],
    )
    assert counts(await services.tagging.untag_photos(ids(0), refs("Places"))) == (1, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places": "EXCLUDES"}
    assert counts(await services.tagging.tag_photos(ids(0), refs("Sea"))) == (1, 1, True)
    assert await assertions_by_path(graph, 0) == {"Places/Sea": "MANUAL"}


async def test_untagging_what_a_model_says_excludes_it(services: Services) -> None:
    graph = await planted(services)
    made = await grown(graph, "Sea")
    await graph.write("MATCH (t:Tag {id: $id}) SET t.threshold = 0.5", id=made["Sea"])
    for number, score in ((0, 0.5), (1, 0.4)):
        await graph.write(
            "MATCH (p:Photo {number: $n}), (t:Tag {id: $id}) CREATE (p)-[:PREDICTED {score: $score, model: 'm'}]->(t)",
            n=number, id=made["Sea"], score=score,
        )  # fmt: skip
    assert counts(await services.tagging.untag_photos(ids(0, 1), refs("Sea"))) == (2, 1, True)
    assert [await assertions_by_path(graph, n) for n in (0, 1)] == [{"Sea": "EXCLUDES"}, {}]


async def test_as_many_queries_for_many_photos_as_for_few(services: Services) -> None:
    graph = await planted(services)
    await hold(graph, {"rome": range(7, 60)})
    await services.index.catch_up()
    spent = []
    for numbers, names in (((0, 1), ("a/b", "c/d")), (range(60), ("e/f/g", "h/i", "j/k", "l"))):
        before = graph.queries
        await services.tagging.tag_photos(ids(*numbers), refs(*names))
        await services.tagging.untag_photos(ids(*numbers), refs(*names))
        spent.append(graph.queries - before)
    assert spent[0] == spent[1] <= 46, spent


async def test_writers_at_once_lose_nothing(services: Services) -> None:
    graph = await planted(services)
    calls = [services.tagging.tag_photos(ids(n % 4), refs(f"Places/{n % 3}")) for n in range(12)]
    results = await asyncio.gather(*calls)
    assert sum(result.changed for result in results) == 12
    assert [row.name for row in (await tree_of(graph)).children(None)] == ["Places"]
    on_photos = [await assertions_by_path(graph, n) for n in range(4)]
    assert all(len(said) == 3 for said in on_photos), on_photos
