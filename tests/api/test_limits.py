"""What the whole service takes from a client, over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from photos_graph.settings import Settings, WebSettings
from resolvers.asgi import create_app
from tests.kit.graphql import TOKENS, Ask, code
from tests.kit.sockets import SocketClient, open_socket

pytestmark = pytest.mark.anyio

GRAPHQL_JSON = "application/graphql-response+json"


@pytest.fixture
async def app(settings: Settings) -> Starlette:
    tokens = {role: SecretStr(token) for role, token in TOKENS.items()}
    web = WebSettings(max_values=2_000, max_document=5_000, init_seconds=0.3, waiting_sockets=2)
    return create_app(
        settings.model_copy(update={"token": tokens["owner"], "viewer_token": tokens["viewer"], "web": web})
    )


async def post(client: httpx.AsyncClient, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json", "Accept": GRAPHQL_JSON}
    return await client.post("/graphql", content=body, headers=headers)


async def opened(app: Starlette, address: str, *, denial: bool = True) -> tuple[SocketClient, asyncio.Task[None]]:
    """Opens a WebSocket that says nothing."""
    client = SocketClient()
    scope: dict[str, Any] = {
        "type": "websocket",
        "scheme": "ws",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "client": (address, 1),
        "headers": [(b"host", b"127.0.0.1")],
        "subprotocols": ["graphql-transport-ws"],
        "state": {},
        "extensions": {"websocket.http.response": {}} if denial else {},
    }
    await client.to_app.put({"type": "websocket.connect"})
    return client, asyncio.create_task(app(scope, client.to_app.get, client.from_app.put))  # type: ignore[arg-type]


async def test_what_is_too_much_is_refused_with_the_code_and_others_are_answered(
    client: httpx.AsyncClient, ask: Ask
) -> None:
    many = json.dumps({"query": "{ viewer { name } }", "variables": {"a": [0] * 2_001}}).encode()
    deep = b'{"query": "{ viewer { name } }", "variables": {"a": ' + b"[" * 300 + b"]" * 300 + b"}}"
    for body in (many, deep):
        refused = await post(client, body)
        assert (refused.status_code, code(refused.json())) == (413, "TOO_COMPLEX")
    assert code(await ask("{ viewer { name } } #" + "x" * 5_000)) == "TOO_COMPLEX"
    filters = "query($f: PhotoFilter) { photos(filter: $f) { totalCount } }"
    assert code(await ask(filters, f={"or": [{}] * 100})) == "TOO_COMPLEX"
    assert "errors" not in await ask(filters, f={"or": [{}] * 10})
    assert "errors" not in await ask("{ __schema { queryType { name } } }")
    assert (await post(client, '{"query": "{ viewer { name } }"}'.encode("utf-16"))).status_code == 400


async def test_a_mutation_that_a_viewer_may_not_run_is_refused_as_a_whole(ask: Ask) -> None:
    answer = await ask("mutation($i: [ID!]!) { tagPhotos(photos: $i, tags: []) { matched } }", "viewer", i=[{}] * 99)
    assert code(answer) == "FORBIDDEN" and answer.get("data") is None


async def test_a_message_with_too_many_values_closes_the_socket(client: httpx.AsyncClient, app: Starlette) -> None:
    async with open_socket(app) as socket:
        await socket.send({"type": "ping", "payload": {"a": [0] * 2_001}})
        assert await socket.closed() == 4400


async def test_a_socket_whose_client_does_not_say_who_it_is_is_closed(
    client: httpx.AsyncClient, app: Starlette
) -> None:
    socket, running = await opened(app, "192.0.2.1")
    assert (await socket.next())["type"] == "websocket.accept"
    assert await socket.closed() == 4408
    await socket.to_app.put({"type": "websocket.disconnect", "code": 4408})
    await running


async def test_few_sockets_of_an_address_may_wait_and_those_that_are_known_do_not_count(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    app = create_app(
        settings.model_copy(
            update={"token": SecretStr(TOKENS["owner"]), "web": WebSettings(init_seconds=600, waiting_sockets=2)}
        )
    )
    async with app.router.lifespan_context(app):
        while getattr(app.state, "services", None) is None:
            await asyncio.sleep(0.01)
        first, *others = [await opened(app, "192.0.2.1") for _ in range(2)]
        for socket, _ in (first, *others):
            assert (await socket.next())["type"] == "websocket.accept"
        refused, ended = await opened(app, "192.0.2.1")
        answer = await refused.next()
        assert (answer["type"], answer["status"]) == ("websocket.http.response.start", 503)
        assert (b"retry-after", b"5") in answer["headers"]
        await ended
        closed, ended = await opened(app, "192.0.2.1", denial=False)
        assert (await closed.next())["type"] == "websocket.close"
        await ended
        elsewhere = await opened(app, "192.0.2.2")
        assert (await elsewhere[0].next())["type"] == "websocket.accept"
        await first[0].send({"type": "connection_init", "payload": {"Authorization": f"Bearer {TOKENS['owner']}"}})
        assert (await first[0].receive())["type"] == "connection_ack"
        again = await opened(app, "192.0.2.1")
        assert (await again[0].next())["type"] == "websocket.accept", "the first is known and waits no longer"
        for socket, running in (first, *others, elsewhere, again):
            await socket.to_app.put({"type": "websocket.disconnect", "code": 1000})
            await running
        last = await opened(app, "192.0.2.1")
        assert (await last[0].next())["type"] == "websocket.accept", "those that are closed wait no longer"
        await last[0].to_app.put({"type": "websocket.disconnect", "code": 1000})
        await last[1]
