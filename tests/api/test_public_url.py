"""The addresses of pictures where a proxy passes on requests from another address, with a real server behind it."""

from __future__ import annotations

import json

import httpx
import pytest

from photos_graph.settings import Settings
from tests.kit.graphql import Ask, data
from tests.kit.sockets import opened_socket

pytestmark = [pytest.mark.anyio, pytest.mark.http]

PUBLIC = "https://photos.example.org/family"
PICTURES = "{ photos(first: 1) { nodes { thumbnail(size: SMALL) original } } }"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.web.public_url = PUBLIC
    return settings


async def test_addresses_are_those_of_the_proxy_and_lead_to_the_pictures(
    ask: Ask, library: str, client: httpx.AsyncClient
) -> None:
    [photo] = data(await ask(PICTURES))["photos"]["nodes"]
    del client.headers["Authorization"]
    for address in photo.values():
        assert address.startswith(f"{PUBLIC}/")
        picture = await client.get(address.removeprefix(PUBLIC))
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    async with opened_socket(client) as socket:
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": PICTURES}}))
        answer = json.loads(await socket.recv())
    assert answer["payload"]["data"]["photos"]["nodes"][0]["original"].startswith(f"{PUBLIC}/")
