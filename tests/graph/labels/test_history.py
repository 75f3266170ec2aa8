"""Changes are numbered, listed page by page, and the old ones are forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.migrations import migrate
from photos_graph.graph.labels import changes, history
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Change, Edit
from photos_graph.model.changes import ChangeRecord
from photos_graph.model.labels import LabelKind
from photos_graph.search.listing import cursor_of
from photos_graph.services import history as watched
from photos_graph.services.history import History
from tests.kit.planted import plant
from tests.kit.tags import grown
from tests.kit.waiting import until
from tests.kit.writing import NoReadModel, writer

pytestmark = pytest.mark.anyio

TAGGED = Assertion(AssertionKind.TAGGED, 5, "anna", "MANUAL")


def tagging(*photos: int, tag: str = "x") -> Change:
    return Change("TAG_PHOTOS", LabelKind.TAGS, "anna", 1_700_000_000_000, (Edit(None, TAGGED, tag, photos=photos),))


async def recorded(graph: Graph, *photos: int, tag: str = "x", id: str | None = None) -> str:
    """Records a change, or a further portion of the change ``id``."""
    change = tagging(*photos, tag=tag)
    change = change if id is None else replace(change, id=id)
    await writer(graph).commit(lambda tx: changes.record(tx, change))
    return change.id


async def page(graph: Graph, after: int | None = None, limit: int = 10) -> Sequence[ChangeRecord]:
    """Returns the changes whose numbers are below ``after``."""
    cursor = cursor_of((after, "")) if after is not None else None
    return (await History(graph, NoReadModel()).page(limit, cursor)).items


async def summaries(graph: Graph, after: int | None = None) -> list[str]:
    return [each.summary for each in await page(graph, after)]


async def test_changes_are_listed_newest_first_page_by_page(graph: Graph) -> None:
    assert await page(graph, limit=5) == []
    sea = (await grown(graph, "Sea"))["Sea"]
    ids = [await recorded(graph, *range(count), tag=sea) for count in (1, 2, 3)]
    found = await page(graph, limit=2)
    assert [(each.id, each.number, each.summary) for each in found] == [
        (ids[2], 3, "Tagged 3 photos with Sea."),
        (ids[1], 2, "Tagged 2 photos with Sea."),
    ]
    assert await summaries(graph, after=2) == ["Tagged 1 photo with Sea."]
    assert await summaries(graph, after=1) == await summaries(graph, after=-3) == []
    known = await history.by_id(graph, [ids[0], "nowhere", ids[2]])
    assert known.keys() == {ids[0], ids[2]}
    one = known[ids[0]]
    assert one == ChangeRecord(ids[0], 1, "TAG_PHOTOS", one.at, "anna", "Tagged 1 photo with Sea.", 1, False)
    assert one.at.timestamp() == 1_700_000_000


async def test_a_page_costs_two_queries_whatever_its_place(graph: Graph) -> None:
    for _ in range(6):
        await recorded(graph, 1)
    before = graph.queries
    await page(graph, limit=3)
    await page(graph, 3, 100)
    assert graph.queries == before + 4


async def test_old_changes_are_forgotten_and_the_others_stay(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant(graph, {"a": "a"}, {"a": [1]})
    monkeypatch.setattr(history, "PRUNE_SIZE", 2)
    for count in range(1, 8):
        await recorded(graph, *range(count))
    await history.prune(graph, keep=7)
    assert len(await summaries(graph)) == 7
    await history.prune(graph, keep=2)
    assert await summaries(graph) == ["Tagged 7 photos with 1 tag.", "Tagged 6 photos with 1 tag."]
    assert await summaries(graph, after=6) == []
    assert await graph.read("MATCH (p:Part) RETURN count(p) AS n") == [{"n": 2}]
    await recorded(graph, 1)
    assert [each.number for each in await page(graph)] == [8, 7, 6]
    await history.prune(graph, keep=0)
    assert await page(graph) == []
    assert await history.bounds(graph) == (8, 8)


async def test_changes_of_an_earlier_version_are_numbered_by_their_time(graph: Graph) -> None:
    await graph.write(
        """UNWIND [['late', 9], ['early', 3]] AS c
           CREATE (:Part {photos: [1, 2], folders: ['a'], before: '', after: ''})-[:OF]->
             (:Change {id: c[0], kind: 'TAG_PHOTOS', what: 'TAGS', by: 'anna', at: c[1], undone: false})"""
    )
    await graph.write("MATCH (m:Migration {number: 16}) DELETE m")
    await migrate(graph)
    await graph.write("MATCH (m:Migration {number: 16}) DELETE m")
    await migrate(graph)
    found = await page(graph)
    assert [(each.id, each.number, each.changed, each.summary) for each in found] == [
        ("late", 2, 2, "Changed labels."),
        ("early", 1, 2, "Changed labels."),
    ]
    await recorded(graph, 1)
    assert [each.number for each in await page(graph, limit=1)] == [3]


async def test_a_change_in_several_parts_takes_one_number(graph: Graph) -> None:
    change = Change("TAG_PHOTOS", LabelKind.TAGS, "anna", 1, (Edit(None, TAGGED, "x", photos=(1, 2)),))
    for _ in range(2):
        await writer(graph).commit(lambda tx: changes.record(tx, change))
    await recorded(graph, 1)
    assert [(each.number, each.changed) for each in await page(graph)] == [(2, 1), (1, 4)]


class Followed(NoReadModel):
    def __init__(self) -> None:
        self.times = 0

    async def catch_up(self) -> None:
        self.times += 1


async def looked(graph: Graph) -> None:
    """Waits until the watcher, which alone asks the graph now, knows what was in it: a query that begins now has ended
    when the next one begins. An earlier one may have been answered before the latest write."""
    begun = graph.queries
    await until(lambda: graph.queries >= begun + 2)


async def test_a_watcher_is_told_each_change_and_each_portion_of_it_once_the_index_has_it(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "POLL_SECONDS", 0)
    old, index = await recorded(graph, 1), Followed()
    changes = History(graph, index).watch()
    following = asyncio.ensure_future(anext(changes))
    await looked(graph)
    assert index.times == 0
    await recorded(graph, 2, 3, id=old)
    told = [await following]
    new = await recorded(graph, 4)
    told.append(await anext(changes))
    await recorded(graph, 5, 6, 7, id=new)
    told.append(await anext(changes))
    assert [(each.id, each.changed) for each in told] == [(old, 3), (new, 1), (new, 4)]
    assert index.times == 3
    await changes.aclose()


async def test_portions_are_found_by_number_however_long_before_the_change_began(graph: Graph) -> None:
    old = await recorded(graph, 1)
    assert await history.last_written(graph) == 1
    others = [await recorded(graph, number) for number in range(3)]
    await recorded(graph, 2, id=old)
    await recorded(graph, 3, id=others[1])
    assert await history.last_written(graph) == 6
    found = await history.written(graph, 2, 6)
    assert [(each.id, each.changed) for each in found] == [(others[0], 1), (others[2], 1), (old, 2), (others[1], 2)]
    assert [each.id for each in await history.written(graph, 5, 5)] == [old]
    assert await history.written(graph, 7, 6) == []


async def test_a_restored_backup_does_not_stop_a_watcher(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "POLL_SECONDS", 0)
    for number in range(3):
        await recorded(graph, number)
    changes = History(graph, NoReadModel()).watch()
    following = asyncio.ensure_future(anext(changes))
    await looked(graph)
    await graph.write("MATCH (c:Change) DETACH DELETE c")
    await graph.write("MATCH (m:Meta {name: 'changesWritten'}) SET m.value = 1")
    await looked(graph)
    again = await recorded(graph, 9)
    assert (await following).id == again
    await changes.aclose()
