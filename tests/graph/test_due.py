"""Due work, of every stage: what is due, in pages; who did the rest; what failed, and when that is due again."""

from __future__ import annotations

from typing import LiteralString

import pytest

from photos_graph.graph import due
from photos_graph.graph.due import Stage
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import failures
from photos_graph.graph.library.failures import ReadFailure
from tests.kit.planted import file_id, photo_id, plant

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("stage", due.STAGES, ids=lambda stage: stage.name)]

COUNT = 7
FORGET: LiteralString = "MATCH (p:Photo) SET p.{by} = null, p.{due} = null"
MISS: LiteralString = "UNWIND $ids AS id MATCH (f:File {id: id}) SET f.state = 'MISSING'"


@pytest.fixture
async def planted(graph: Graph, stage: Stage) -> Graph:
    """Photos 0 to 6 of which the stage knows nothing, as in a graph from before it was."""
    await plant(graph, {"a": "a"}, {"a": range(COUNT)})
    await graph.write(stage.query(FORGET))
    return graph


async def numbers(graph: Graph, stage: Stage) -> list[int]:
    return [photo.number async for page in due.pages(graph, stage, 3) for photo in page]


async def test_a_version_that_is_wanted_makes_the_photos_due_that_it_has_not_processed(
    planted: Graph, stage: Stage
) -> None:
    assert not await due.is_wanted(planted, stage, "A")
    assert await numbers(planted, stage) == []
    await due.want(planted, stage, "A")
    assert await due.is_wanted(planted, stage, "A") and not await due.is_wanted(planted, stage, "B")
    assert [photo.id async for page in due.pages(planted, stage, 9) for photo in page] == list(
        map(photo_id, range(COUNT))
    )
    await planted.transaction(lambda tx: due.done(tx, stage, [0, 2, 3], "A"))
    assert await numbers(planted, stage) == [1, 4, 5, 6]
    assert await due.count(planted, stage) == 4
    queries = planted.queries
    await due.want(planted, stage, "A")
    assert planted.queries == queries + 1, "the library is walked once"
    await due.want(planted, stage, "B")
    assert await numbers(planted, stage) == list(range(COUNT))


async def test_pages_reach_what_lies_far_apart(planted: Graph, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "READ_AHEAD", 2)
    monkeypatch.setattr(due, "BLOCK", 2)
    await due.want(planted, stage, 1)
    assert await numbers(planted, stage) == list(range(COUNT))
    await planted.transaction(lambda tx: due.done(tx, stage, [1, 2, 3, 4, 5], 1))
    assert await numbers(planted, stage) == [0, 6]


async def test_what_fails_waits_for_a_retry_or_another_version(planted: Graph, stage: Stage) -> None:
    await due.want(planted, stage, "A")
    noted = await failures.of_photos(planted, stage.name, {photo_id(2): "torn", photo_id(99): "nobody knows it"})
    assert noted == [ReadFailure(file_id(2, "a"), "Pictures/a/2.jpg", stage.name, "torn", partial=True)]

    async def fail(graph: Graph) -> None:
        await graph.transaction(lambda tx: due.failed(tx, stage, [2]))
        await graph.transaction(lambda tx: failures.put_failures(tx, noted, "j"))

    await fail(planted)
    await due.want(planted, stage, "A")
    assert await numbers(planted, stage) == [0, 1, 3, 4, 5, 6]
    assert await failures.count(planted) == 1
    await due.want(planted, stage, "B")
    assert 2 in await numbers(planted, stage)
    await planted.transaction(lambda tx: due.done(tx, stage, [2], "B"))
    assert await failures.count(planted) == 0


async def test_photos_without_a_file_wait_and_those_of_an_offline_root_are_not_here(
    planted: Graph, stage: Stage
) -> None:
    await due.want(planted, stage, "A")
    await planted.write(MISS, ids=[file_id(number, "a") for number in (1, 3)])
    assert await numbers(planted, stage) == [0, 2, 4, 5, 6]
    assert await due.count(planted, stage) == 5
    assert await due.any_online(planted, stage)
    await planted.write("MATCH (r:Root) SET r.state = 'OFFLINE'")
    assert not await due.any_online(planted, stage)
    assert await due.count(planted, stage) == 5


async def test_photos_are_made_due_by_number(planted: Graph, stage: Stage) -> None:
    await planted.transaction(lambda tx: due.make_due(tx, stage, [5, 1, 99]))
    assert await numbers(planted, stage) == [1, 5]
