"""A WebSocket of graphql-transport-ws: to an application in this process, or to a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets
from starlette.types import ASGIApp, Message

from tests.kit.graphql import TOKENS
from tests.kit.waiting import PATIENCE


@dataclass
class SocketClient:
    """Sends and receives messages as a server would hand them to the application."""

    to_app: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    from_app: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    async def send(self, message: object) -> None:
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        await self.to_app.put({"type": "websocket.receive", "text": text})

    async def next(self) -> Message:
        """Returns the next message of the application, as it hands it to a server."""
        return await asyncio.wait_for(self.from_app.get(), PATIENCE)

    async def receive(self) -> dict[str, Any]:
        message = await self.next()
        assert message["type"] == "websocket.send", message
        found: dict[str, Any] = json.loads(message["text"])
        return found

    async def closed(self) -> int:
        """Returns the code by which the application closes the socket, after whatever it still sends."""
        while (message := await self.next())["type"] != "websocket.close":
            pass
        code: int = message["code"]
        return code


@asynccontextmanager
async def open_socket(app: ASGIApp, headers: Mapping[str, str] | None = None) -> AsyncIterator[SocketClient]:
    """Opens a socket with these headers, or with the token of the owner."""
    client = SocketClient()
    payload = {"Authorization": f"Bearer {TOKENS['owner']}"} if headers is None else {}
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *((k.encode(), v.encode()) for k, v in (headers or {}).items())],
        "subprotocols": ["graphql-transport-ws"],
        "state": {},
    }
    await client.to_app.put({"type": "websocket.connect"})
    running = asyncio.create_task(app(scope, client.to_app.get, client.from_app.put))  # type: ignore[arg-type]
    assert (await asyncio.wait_for(client.from_app.get(), PATIENCE))["type"] == "websocket.accept"
    await client.send({"type": "connection_init", "payload": payload})
    assert (await client.receive())["type"] == "connection_ack"
    try:
        yield client
    finally:
        await client.to_app.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(running, PATIENCE)


def connect_to(client: httpx.AsyncClient) -> websockets.connect:
    """Opens a socket to a real server, which does not know the client yet."""
    url = str(client.base_url).replace("http://", "ws://").rstrip("/") + "/graphql"
    protocol = websockets.Subprotocol("graphql-transport-ws")
    return websockets.connect(url, subprotocols=[protocol], open_timeout=PATIENCE, ping_timeout=PATIENCE)


@asynccontextmanager
async def opened_socket(client: httpx.AsyncClient) -> AsyncIterator[websockets.ClientConnection]:
    """Opens a socket to a real server with the token of the owner."""
    async with connect_to(client) as ws:
        payload = {"Authorization": f"Bearer {TOKENS['owner']}"}
        await ws.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await ws.recv())["type"] == "connection_ack"
        yield ws
