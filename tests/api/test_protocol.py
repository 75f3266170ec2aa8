"""GraphQL over HTTP and over WebSocket, to the letter, without a server between."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.settings import Settings, WebSettings
from resolvers.asgi import create_app
from tests.kit.engines import RunningEngine
from tests.kit.graphql import TOKENS, code
from tests.kit.server import in_process
from tests.kit.sockets import SocketClient, open_socket

JSON = {"Content-Type": "application/json"}
GRAPHQL_JSON = "application/graphql-response+json"
ELSEWHERE = "https://app.example"
VIEWER = "{ viewer { name } }"
TWO = 'query a { viewer { name } } mutation b { createTag(name: "made") { id } }'

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def app(
    engine_name: str, start_engine: Callable[[str], RunningEngine], tmp_path_factory: pytest.TempPathFactory
) -> Starlette:
    engine, home = start_engine(engine_name), tmp_path_factory.mktemp("protocol")
    engine.clean()
    documents = home / "documents.json"
    documents.write_text(json.dumps({"viewer": VIEWER}))
    return create_app(
        Settings(
            data_dir=home / "data",
            graph=engine.settings,
            token=SecretStr(TOKENS["owner"]),
            web=WebSettings(documents=documents, origins=(ELSEWHERE,)),
        )
    )


@pytest.fixture(scope="module")
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with in_process(app) as client:
        client.headers["Authorization"] = f"Bearer {TOKENS['owner']}"
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.05)
        yield client


async def post(client: httpx.AsyncClient, body: object, accept: str = GRAPHQL_JSON) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": TWO}, "has several operations"),
        ({"query": TWO, "operationName": "c"}, "Unknown operation"),
        ({"query": "fragment F on Photo { id }"}, "operation"),
        ({"query": "query($n: Int!) { photos(first: $n) { totalCount } }", "variables": {"n": "x"}}, "$n"),
        ({"query": "query($n: Int!) { photos(first: $n) { totalCount } }"}, "$n"),
        ({"query": "subscription { jobs { id } }"}, "WebSocket"),
        ({"query": "{ nothing }"}, "nothing"),
        ({"query": "{"}, "Syntax Error"),
        ({"query": ""}, "needs a document"),
        ({"query": VIEWER, "variables": []}, "`variables`"),
        ({"query": VIEWER, "operationName": 1}, "`operationName`"),
        ({"query": VIEWER, "extensions": "x"}, "`extensions`"),
        ("text", "JSON object"),
        (1, "JSON object"),
        (None, "JSON object"),
    ],
)
async def test_what_is_not_executed_has_status_400_and_no_data(
    client: httpx.AsyncClient, body: object, message: str
) -> None:
    answer = await client.post("/graphql", content=json.dumps(body), headers=JSON | {"Accept": GRAPHQL_JSON})
    assert (answer.status_code, code(answer.json())) == (400, "BAD_INPUT")
    assert answer.headers["content-type"].startswith(GRAPHQL_JSON)
    assert message in answer.json()["errors"][0]["message"]
    assert "data" not in answer.json()


async def test_of_several_operations_none_runs_unless_it_is_named(client: httpx.AsyncClient) -> None:
    await post(client, {"query": TWO})
    named = await post(client, {"query": TWO, "operationName": "a"})
    tags = await post(client, {"query": "{ tags { totalCount } }"})
    assert named.json()["data"] == {"viewer": {"name": "owner"}}
    assert tags.json()["data"] == {"tags": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON};q=0.5", "application/json"),
        (f"{GRAPHQL_JSON}, application/json, text/event-stream, multipart/mixed", GRAPHQL_JSON),  # urql
    ],
)
async def test_the_answer_has_the_type_that_a_client_prefers(
    client: httpx.AsyncClient, accept: str, expected: str
) -> None:
    answer = await post(client, {"query": VIEWER}, accept)
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"


async def test_queries_are_asked_by_get_and_mutations_are_not(client: httpx.AsyncClient) -> None:
    asked = await client.get("/graphql", params={"query": "query($p: String) { tags(prefix: $p) { totalCount } }"})
    mutation = await client.get("/graphql", params={"query": 'mutation { createTag(name: "x") { id } }'})
    put, options = await client.put("/graphql"), await client.options("/graphql")
    assert asked.json() == {"data": {"tags": {"totalCount": 0}}}
    assert (mutation.status_code, put.status_code, options.status_code) == (405, 405, 204)
    for answer in (mutation, put, options):
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


async def test_a_body_of_another_type_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", content=VIEWER, headers={"Content-Type": "application/graphql"})
    assert (answer.status_code, code(answer.json())) == (415, "BAD_INPUT")


async def test_a_query_is_persisted_when_its_text_came_once(client: httpx.AsyncClient) -> None:
    query = "{ viewer { role } }"
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}}
    unknown = await post(client, {"extensions": persisted})
    sent = await post(client, {"query": query, "extensions": persisted})
    known = await client.get("/graphql", params={"extensions": json.dumps(persisted)})
    wrong = await post(client, {"query": VIEWER, "extensions": persisted})
    assert (unknown.status_code, code(unknown.json())) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert sent.json() == known.json() == {"data": {"viewer": {"role": "OWNER"}}}
    assert (wrong.status_code, code(wrong.json())) == (400, "BAD_INPUT")


async def test_a_trusted_document_is_named(client: httpx.AsyncClient) -> None:
    assert (await post(client, {"documentId": "viewer"})).json() == {"data": {"viewer": {"name": "owner"}}}
    assert code((await post(client, {"documentId": "nothing"})).json()) == "NOT_FOUND"


async def test_a_subscription_is_a_stream_of_events(client: httpx.AsyncClient) -> None:
    job = (await post(client, {"query": "mutation { scan { id } }"})).json()["data"]["scan"]["id"]
    watched = {"query": "subscription($j: ID!) { job(id: $j) { state } }", "variables": json.dumps({"j": job})}
    answer = await client.get("/graphql", params=watched, headers={"Accept": "text/event-stream"})
    events = [event.partition("\r\ndata: ") for event in answer.text.split("\r\n\r\n") if event]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert events[-1][0] == "event: complete"
    assert json.loads(events[-2][2])["data"]["job"]["state"] == "SUCCEEDED"


async def test_a_client_of_events_learns_errors_as_events(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": "subscription { nothing }"}, "text/event-stream")
    (told, complete) = [event.partition("\r\ndata: ") for event in answer.text.split("\r\n\r\n") if event]
    assert (answer.status_code, code(json.loads(told[2])), complete[0]) == (200, "BAD_INPUT", "event: complete")


async def subscribed(socket: SocketClient, payload: dict[str, Any]) -> dict[str, Any]:
    await socket.send({"id": "1", "type": "subscribe", "payload": payload})
    return await socket.receive()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"query": "{"}, "BAD_INPUT"),
        ({"query": "{ nothing }"}, "BAD_INPUT"),
        ({"query": TWO}, "BAD_INPUT"),
        ({"query": TWO, "operationName": "c"}, "BAD_INPUT"),
        ({"query": "query($n: Int!) { photos(first: $n) { totalCount } }"}, "BAD_INPUT"),
        ({}, "BAD_INPUT"),
        ({"documentId": "nothing"}, "NOT_FOUND"),
    ],
)
async def test_a_socket_tells_what_is_refused_and_stays_open(
    app: Starlette, client: httpx.AsyncClient, payload: dict[str, Any], expected: str
) -> None:
    async with open_socket(app) as socket:
        refused = await subscribed(socket, payload)
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", expected)
        assert (await subscribed(socket, {"documentId": "viewer"}))["type"] == "next"


async def test_another_window_follows_what_is_changed(app: Starlette, client: httpx.AsyncClient) -> None:
    watch = {"query": "subscription { changes { kind persons { name } deletedIds } }"}
    async with open_socket(app) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": watch})
        while socket.from_app.empty():  # until the subscription has begun
            made = await post(client, {"query": 'mutation { createPerson(name: "Anna") { id } }'})
        person = made.json()["data"]["createPerson"]["id"]
        await post(client, {"query": "mutation($p: ID!) { deletePerson(id: $p) }", "variables": {"p": person}})
        first = (await socket.receive())["payload"]["data"]["changes"]
        while (last := (await socket.receive())["payload"]["data"]["changes"])["kind"] != "DELETE_PERSON":
            pass
    assert (first["kind"], first["deletedIds"]) == ("CREATE_PERSON", [])
    assert (last["deletedIds"], last["persons"]) == ([person], [])


async def test_a_page_of_a_listed_origin_opens_a_socket_with_its_cookie(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    opened = await client.post("/session", headers={"Origin": ELSEWHERE})
    client.cookies.clear()
    page = {"origin": ELSEWHERE, "cookie": opened.headers["set-cookie"].partition(";")[0]}
    async with open_socket(app, page) as socket:
        answer = await subscribed(socket, {"query": VIEWER})
    assert answer["payload"] == {"data": {"viewer": {"name": "owner"}}}


@pytest.mark.parametrize(
    "message",
    [[], "text", 1, None, {}, {"type": 1}, {"type": "x" * 200}, {"type": "subscribe"}, {"type": "complete", "id": []}],
)
async def test_a_message_of_no_protocol_closes_its_socket(
    app: Starlette, client: httpx.AsyncClient, message: object
) -> None:
    async with open_socket(app) as socket:
        await socket.send(message)
        assert await socket.closed() == 4400
