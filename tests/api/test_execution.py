"""Queries are executed level by level, with the answers that graphql-core gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from photos_graph.access.credentials import Access
from photos_graph.access.roles import Viewer
from photos_graph.access.signing import Keys
from photos_graph.bootstrap import Services, build
from photos_graph.model.access import Role
from photos_graph.model.search import PhotoOrder
from photos_graph.settings import FaceSettings, Settings
from photos_graph.web.graphiql import examples
from resolvers import ids
from resolvers.context import Context
from resolvers.execution import LevelExecutor
from resolvers.loaders import Loaders
from resolvers.waiting import FROM_LOADERS, finished_together
from tests.kit.faces import Found, find, introduce
from tests.kit.graphql import SCHEMA, execute
from tests.kit.library import scanned

pytestmark = pytest.mark.anyio

EVERYTHING = """query($n: Int = 7, $with: Boolean = true) {
  __typename
  library { photoCount roots { name } failures { totalCount nodes { path } } }
  first: photos(first: $n, orderBy: NAME_ASC) { ...Page }
  last: photos(last: 2, filter: { persons: { any: ["Anna"] } }) { ...Page facets { years { year count } } }
  timeline(by: DAY) { start count cover { name } }
  persons { nodes { name isMe photoCount faceCount cover { thumbnail photo { name } } faces(first: 2) { totalCount } } }
  faces(first: 3) { nodes { box { x y } quality source person { name } photo { name } } }
  folder(path: "Pictures") { name folders { nodes { name parent { name } } } }
  nothing: photo(id: "UGhvdG86bm90aGluZw==") { name }
  jobs(first: 2) { nodes { kind state } }
}
fragment Page on PhotoConnection {
  totalCount pageInfo { hasNextPage startCursor }
  edges { cursor matches { kind label via } node { ...Shown } }
}
fragment Shown on Photo {
  __typename id name width takenAt rating favourite takenPrecision location { latitude } statedByPeople
  thumbnail(size: LARGE) original places { name } tags { source tag { name } } persons { name }
  files @include(if: $with) { path state folder { path } } camera @skip(if: $with) { make } motion stack { kind }
}"""
UNUSUAL = [
    '{ photo(id: "rubbish") { name } viewer { name } }',
    "{ photos(first: -1) { totalCount } viewer { name } }",
    '{ node(id: "UGhvdG86bm90aGluZw==") { id } }',
    "{ __schema { queryType { name } } viewer { name } }",
    "{ nothing }",
]


@pytest.fixture(scope="module", autouse=True)
def _warm(warm_workers: None) -> None:
    """For the services, which are built here."""


@pytest.fixture
async def services(settings: Settings, folder: Path) -> AsyncIterator[Services]:
    async with build(settings) as services:
        await services.roots.add(str(folder))
        await scanned(services)
    alone = settings.model_copy(update={"faces": FaceSettings(enabled="off")})
    async with build(alone, run_jobs=False) as services:
        shown = services.browse.photos(None, PhotoOrder.NAME_ASC, first=6).ids
        await find(services.graph, *(Found(f"f{n}", id_) for n, id_ in enumerate(shown)))
        await introduce(services, "Anna", shown[:4])
        await introduce(services, "Bob", shown[3:], sure=False)
        yield services


async def _answer(services: Services, document: str) -> ExecutionResult:
    loaders = Loaders(services)
    return await SCHEMA.execute(document, context_value=Context(Access(Keys(b""), {}), _EDITOR, services, loaders))


_EDITOR = Viewer("editor", Role.EDITOR)


async def test_answers_are_those_of_graphql_core(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [EVERYTHING, *UNUSUAL, *(text for text in examples() if text.lstrip().startswith(("{", "query")))]
    ours = [await _answer(services, document) for document in documents]
    assert ours[0].errors is None
    monkeypatch.setattr(SCHEMA, "execution_context_class", StrawberryGraphQLCoreExecutionContext)
    theirs = [await _answer(services, document) for document in documents]
    for document, one, other in zip(documents, ours, theirs, strict=True):
        assert (one.data, one.errors) == (other.data, other.errors), document


async def test_what_is_usual_is_not_executed_by_graphql_core(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("graphql-core executes a field")

    monkeypatch.setattr(LevelExecutor, "execute_fields", refuse)
    result = await _answer(services, EVERYTHING)
    assert result.errors is None and result.data is not None
    assert len(result.data["first"]["edges"]) == 7


WATCH = "subscription { changes { id photos { rating faces { id } } } }"
RATE = "mutation($p: [ID!]!, $r: Int!) { ratePhotos(photos: $p, rating: $r) { change } }"


async def test_each_event_is_answered_afresh(services: Services) -> None:
    photo = services.browse.photos(None, PhotoOrder.NAME_ASC, first=1).ids
    context = Context(
        Access(Keys(b""), {}), _EDITOR, services, Loaders(services), nodes_left=2
    )  # as many as an event has
    events = await SCHEMA.stream(WATCH, context_value=context)
    first = asyncio.ensure_future(anext(events))
    stars = cycle((1, 2))
    while not first.done():  # until the subscription has begun
        await rate(services, photo, next(stars))
    event, last = await first, await rate(services, photo, 5)
    while not event.errors and event.data["changes"]["id"] != last:
        event = await anext(events)
    assert event.errors is None
    [shown] = event.data["changes"]["photos"]
    assert (shown["rating"], len(shown["faces"])) == (5, 2)
    await events.aclose()


async def rate(services: Services, photos: Sequence[str], rating: int) -> str:
    result = await execute(services, RATE, p=[ids.encode("Photo", each) for each in photos], r=rating)
    assert result.data is not None
    change: str = result.data["ratePhotos"]["change"]
    return change


def test_fields_that_wait_for_loaders_are_asynchronous() -> None:
    definitions = [type_.extensions.get("strawberry-definition") for type_ in SCHEMA._schema.type_map.values()]
    fields = [field for definition in definitions for field in getattr(definition, "fields", ())]
    waiting = [field for field in fields if FROM_LOADERS.items() <= field.metadata.items()]
    assert len(waiting) >= 18
    assert all(field.is_async for field in waiting)


async def test_coroutines_take_turns_and_are_ended_after_an_error() -> None:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[int] = loop.create_future()
    ended = []

    async def wait() -> int:
        try:
            return await future
        finally:
            ended.append("wait")

    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError("broken")

    loop.call_soon(future.set_result, 1)
    assert await finished_together([wait(), asyncio.sleep(0, 2), wait()]) == [1, 2, 1]
    future = loop.create_future()
    loop.call_soon(future.set_result, 1)
    with pytest.raises(ValueError, match="broken"):
        await finished_together([fail(), wait()])
    assert len(ended) == 3
