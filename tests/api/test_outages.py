"""What clients get while the engine is away, and afterwards, over a line that the test cuts or holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine
from tests.kit.graphql import Ask
from tests.kit.line import Line, drawn_to
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]


@pytest.fixture
async def line(engine: RunningEngine) -> AsyncIterator[Line]:
    async with drawn_to(engine) as line:
        yield line


@pytest.fixture
def settings(settings: Settings, line: Line) -> Settings:
    graph = settings.graph.model_copy(update={"uri": line.endpoint.uri, "silence_seconds": 1.0})
    return settings.model_copy(update={"graph": graph})


async def ready(client: httpx.AsyncClient, status: int) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while (answer := await client.get("/readyz")).status_code != status:
            await asyncio.sleep(0.05)
    found: dict[str, Any] = answer.json()
    return found


def is_refused(answer: httpx.Response) -> bool:
    [error] = answer.json()["errors"]
    assert answer.status_code == 503, answer.text
    return bool(answer.headers["retry-after"]) and error["extensions"]["code"] == "UNAVAILABLE"


async def test_an_outage_is_told_at_once_and_the_service_goes_on_by_itself(
    client: httpx.AsyncClient, line: Line, ask: Ask, library: str
) -> None:
    first = (await ask("{ photos(first: 1) { nodes { id } } }"))["data"]["photos"]["nodes"][0]["id"]
    tag = "mutation ($p: [ID!]!, $t: String!) { tagPhotos(photos: $p, tags: [$t]) { changed change } }"
    for number, outage in enumerate((line.cut, line.hold)):
        await outage()
        said = await ready(client, 503)
        assert (said["status"], said["missing"]) == ("unavailable", ["graph"])
        assert "does not answer" in said["message"]
        for accept in ("application/json", "application/graphql-response+json", "text/event-stream"):
            headers = {"Accept": accept}
            query = "subscription { jobs { id } }" if "event" in accept else "{ jobs(first: 1) { nodes { id } } }"
            assert is_refused(await client.post("/graphql", json={"query": query}, headers=headers))
        variables = {"p": [first], "t": "Lost"}
        assert is_refused(await client.post("/graphql", json={"query": tag, "variables": variables}))
        counted = await ask("{ library { photoCount } }")
        assert counted["data"]["library"]["photoCount"] == 12, "the index knows it"
        line.release()
        await line.cut()
        await line.mend()
        await ready(client, 200)
        assert (await ask(tag, p=[first], t=f"Found {number}"))["data"]["tagPhotos"]["changed"] == 1
    assert [each["name"] for each in (await ask("{ tags(first: 9) { nodes { name } } }"))["data"]["tags"]["nodes"]] == [
        "Found 0",
        "Found 1",
    ]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_twenty_writers_are_told_the_truth(client: httpx.AsyncClient, line: Line, ask: Ask, library: str) -> None:
    nodes = (await ask("{ photos(first: 12) { nodes { id } } }"))["data"]["photos"]["nodes"]
    tag = "mutation ($p: [ID!]!, $t: String!) { tagPhotos(photos: $p, tags: [$t]) { changed } }"
    told: dict[str, dict[str, Any]] = {}

    async def write(writer: int) -> None:
        for turn in range(4):
            name = f"t{writer}x{turn}"
            body = {"query": tag, "variables": {"p": [nodes[writer % 12]["id"]], "t": name}}
            told[name] = (await client.post("/graphql", json=body)).json()

    writers = [asyncio.create_task(write(number)) for number in range(20)]
    while not all(task.done() for task in writers):
        await asyncio.sleep(0.3)
        await line.cut()
        await line.mend()
    await asyncio.gather(*writers)
    await ready(client, 200)
    outcomes = {}
    for name, answer in told.items():
        extensions = answer["errors"][0]["extensions"] if "errors" in answer else {"code": "DONE"}
        if extensions["code"] == "UNKNOWN_OUTCOME":
            asked = await ask("query ($id: ID!) { outcome(requestId: $id) }", id=extensions["requestId"])
            extensions = {"code": asked["data"]["outcome"]}
        outcomes[name] = extensions["code"]
    # A commit may have ended after its writer was told that nobody knows, but not after somebody asked.
    await ask(tag, p=[nodes[0]["id"]], t="last")
    stored = {each["name"] for each in (await ask("{ tags(first: 100) { nodes { name } } }"))["data"]["tags"]["nodes"]}
    assert {name for name, code in outcomes.items() if code == "DONE"} | {"last"} == stored
    assert set(outcomes.values()) <= {"DONE", "NOT_DONE", "UNAVAILABLE"}
