"""Requests that a seed makes up: none of them fails unforeseen, none hangs, and every error has a code."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import graphql
import httpx
import pytest
from starlette.applications import Starlette

from resolvers.schema import print_sdl
from tests.kit.graphql import Ask, data, photo_ids
from tests.kit.random_requests import RandomRequests
from tests.kit.sockets import open_socket
from tests.kit.waiting import PATIENCE

# When a field fails, graphql-core leaves the resolvers that it has not awaited yet to the garbage collector, and the
# driver does so with a socket if it is cancelled while it connects.
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

COUNT = int(os.environ.get("PHOTOS_TEST_REQUESTS", "400"))  # 2,000 take a quarter of a minute
SEED = int(os.environ.get("PHOTOS_TEST_SEED", "18"))

# Roots would be read from any folder of this machine, and without one nothing else is found.
WITHOUT = ("addRoot", "removeRoot", "startRootRemoval")

CODES = frozenset({"BAD_INPUT", "NOT_FOUND", "CONFLICT", "UNAVAILABLE", "TOO_COMPLEX", "PERSISTED_QUERY_NOT_FOUND"})
TAG = 'mutation($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Sea", "Italy/2019"]) { change } }'


async def known_ids(ask: Ask, root: str) -> list[str]:
    photos = list((await photo_ids(ask)).values())
    tagged = data(await ask(TAG, p=photos[:3]))
    tags = data(await ask("{ tags { nodes { id } } jobs { nodes { id } } }"))
    person = data(await ask('mutation { createPerson(name: "Anna") { id } }'))["createPerson"]["id"]
    folder = data(await ask('{ folder(path: "Pictures/a") { id } }'))["folder"]["id"]
    others = [each["id"] for nodes in tags.values() for each in nodes["nodes"]]
    return [root, folder, person, tagged["tagPhotos"]["change"], *others, *photos[:4]]


def problems(answer: Any) -> list[Any]:
    """Returns the errors of an answer that have no code which a client can act upon."""
    errors = answer if isinstance(answer, list) else answer.get("errors", []) if isinstance(answer, dict) else [answer]
    return [each for each in errors if each.get("extensions", {}).get("code") not in CODES]


def test_a_seed_gives_the_same_request_in_every_process() -> None:
    names = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
    schema = graphql.build_schema("type Query { a: Int } input Many { " + " ".join(f"{n}: Int!" for n in names) + " }")
    values = [RandomRequests(schema, seed, [], ())._value(schema.type_map["Many"], 0) for seed in range(9)]
    assert sum(isinstance(value, dict) and list(value) == names for value in values) > 4


async def test_no_request_fails_unforeseen(client: httpx.AsyncClient, ask: Ask, library: str) -> None:
    made = RandomRequests(graphql.build_schema(print_sdl()), SEED, await known_ids(ask, library), WITHOUT)
    failed: list[object] = []
    for _ in range(COUNT):
        request = made.request()
        answer = await send(client, json.dumps(request).encode())
        if answer.status_code >= 500 or problems(answer.json()):
            failed.append((request, answer.status_code, answer.text[:300]))
    for _ in range(COUNT // 4):
        body = made.body()
        answer = await send(client, body)
        if answer.status_code >= 500 or problems(answer.json()):
            failed.append((body, answer.status_code, answer.text[:300]))
    assert failed == []


async def send(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    # In a task of its own, because a request that is cancelled would end the test.
    sending = asyncio.create_task(client.post("/graphql", content=body, headers=headers))
    done, _ = await asyncio.wait({sending}, timeout=PATIENCE)
    if not done or sending.cancelled():
        return httpx.Response(500, json={"errors": [{"message": "No answer came."}]})
    return sending.result()


async def test_no_message_fails_unforeseen(
    client: httpx.AsyncClient, app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    made = RandomRequests(graphql.build_schema(print_sdl()), SEED, (), WITHOUT)
    for _ in range(COUNT // 10):
        async with open_socket(app) as socket:
            await socket.send(made.message())
            await socket.send({"type": "ping"})
            while (message := await socket.next())["type"] == "websocket.send":
                told = json.loads(message["text"])
                if told["type"] == "pong":
                    break
                if told["type"] == "error":
                    assert problems(told["payload"]) == []
            else:
                assert 4400 <= message["code"] < 4500
    slow = ("resolvers.measuring", "photos_graph.graph.engine.slow")  # which a busy machine has
    assert [record for record in caplog.records if record.name not in slow] == []
