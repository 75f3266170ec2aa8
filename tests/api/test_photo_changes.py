"""A second window follows what a scan finds."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tests.kit.graphql import Ask, scan
from tests.kit.sockets import open_socket

pytestmark = pytest.mark.anyio


async def test_another_window_follows_the_photos_of_a_scan(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, folder: Path
) -> None:
    watch = """subscription { photoChanges {
      addedCount deletedCount isComplete deletedIds added { name } query { library { photoCount } } } }"""
    seen: list[str] = []
    async with open_socket(app) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": watch}})
        await socket.send({"id": "2", "type": "subscribe", "payload": {"query": "{ viewer { name } }"}})
        assert (await socket.receive())["id"] == "2"  # so the first one has begun
        await ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(folder))
        await scan(ask)
        while len(seen) < 12:
            message = await socket.receive()
            if message["id"] == "1":
                event = message["payload"]["data"]["photoChanges"]
                seen += [photo["name"] for photo in event["added"]]
                assert (event["addedCount"], event["isComplete"]) == (len(event["added"]), True)
                assert event["query"]["library"]["photoCount"] >= len(seen)
                assert (event["deletedCount"], event["deletedIds"]) == (0, [])
    assert sorted(seen) == sorted(f"{number}.jpg" for number in range(1, 13))
