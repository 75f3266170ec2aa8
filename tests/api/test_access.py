"""Tokens and sessions on a real engine, through GraphQL."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.services.access import opened_access
from photos_graph.settings import Settings
from tests.kit.graphql import Ask, code, data
from tests.kit.sockets import SocketClient, open_socket

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

CREATE = """mutation($name: String!, $allows: Role!) {
  createAccessToken(name: $name, role: $allows) { secret token { id name role expiresAt usedAt isConfigured } }
}"""
REVOKE = "mutation($id: ID!) { revokeAccessToken(id: $id) { id revokedAt } }"
TOKENS = "{ accessTokens { id name role revokedAt isConfigured } }"
SESSIONS = "{ sessions { id device address origin isCurrent token { name } } }"
PICTURE = "{ photos(first: 1) { nodes { thumbnail(size: SMALL) } } }"


async def subscribed(socket: SocketClient, id: str) -> object:
    """Returns the errors of a question over a socket, or None."""
    await socket.send({"id": id, "type": "subscribe", "payload": {"query": PICTURE}})
    while (message := await socket.receive())["type"] == "complete":
        pass
    payload = message["payload"]
    return payload if isinstance(payload, list) else payload.get("errors")


async def test_a_token_ends_with_its_sessions_pictures_and_sockets(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, library: str
) -> None:
    made = data(await ask(CREATE, name="Tablet", allows="VIEWER"))["createAccessToken"]
    token = made["token"]
    assert (token["name"], token["role"], token["expiresAt"], token["isConfigured"]) == (
        "Tablet",
        "VIEWER",
        None,
        False,
    )
    assert code(await ask(CREATE, name="Tablet", allows="OWNER")) == "CONFLICT"
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    del client.headers["Authorization"]
    found = (await client.post("/graphql", json={"query": PICTURE}, headers=bearer)).json()
    picture = found["data"]["photos"]["nodes"][0]["thumbnail"]
    assert (await client.get(picture)).status_code == 200
    await client.post("/login", data={"token": made["secret"]}, headers={"User-Agent": "Tablet/1 \x7f"})
    origin = {"Origin": str(client.base_url).rstrip("/")}
    assert (await client.post("/graphql", json={"query": PICTURE}, headers=origin)).status_code == 200
    [session] = data(await ask(SESSIONS))["sessions"]
    assert (session["device"], session["isCurrent"], session["token"]["name"]) == ("Tablet/1 ", False, "Tablet")
    socket_headers = {"authorization": f"Bearer {made['secret']}"}
    async with open_socket(app, socket_headers) as socket:
        assert await subscribed(socket, "1") is None
        assert data(await ask(REVOKE, id=token["id"]))["revokeAccessToken"]["revokedAt"] is not None
        assert "UNAUTHENTICATED" in str(await subscribed(socket, "2"))
    assert (await client.post("/graphql", json={"query": PICTURE}, headers=bearer)).status_code == 401
    assert (await client.post("/graphql", json={"query": PICTURE}, headers=origin)).status_code == 401
    assert (await client.get(picture)).status_code == 401
    assert data(await ask(SESSIONS))["sessions"] == []
    known = {each["name"]: each for each in data(await ask(TOKENS))["accessTokens"]}
    assert known.keys() == {"owner", "editor", "viewer", "Tablet"} and known["Tablet"]["revokedAt"] is not None
    assert code(await ask(REVOKE, id=known["owner"]["id"])) == "BAD_INPUT"


async def test_only_an_owner_sees_and_ends_what_lets_others_in(
    client: httpx.AsyncClient, ask: Ask, library: str
) -> None:
    token = data(await ask(CREATE, name="Tablet", allows="EDITOR"))["createAccessToken"]["token"]["id"]
    [owner, *_] = data(await ask(TOKENS))["accessTokens"]
    for role in ("viewer", "editor"):
        for document in (TOKENS, SESSIONS):
            assert code(await ask(document, role)) == "FORBIDDEN"
        assert code(await ask(REVOKE, role, id=token)) == "FORBIDDEN"
        assert data(await ask("query($i: ID!) { node(id: $i) { id } }", role, i=owner["id"]))["node"] is None
    assert data(await ask("query($i: ID!) { node(id: $i) { id } }", i=token))["node"] == {"id": token}


async def test_what_another_process_changes_is_noticed(
    client: httpx.AsyncClient, ask: Ask, library: str, app: Starlette
) -> None:
    settings: Settings = app.state.services.settings
    async with opened_access(settings) as other:
        token, secret = await other.create_token("from the command line", next(iter(other.tokens())).role)
        bearer = {"Authorization": f"Bearer {secret}"}
        while (await client.post("/graphql", json={"query": TOKENS}, headers=bearer)).status_code != 200:
            await asyncio.sleep(0.2)
        session = await other.open_session(secret, "192.0.2.1", "elsewhere")
        await other.revoke_token(token.id)
        while (await client.post("/graphql", json={"query": TOKENS}, headers=bearer)).status_code == 200:
            await asyncio.sleep(0.2)
        assert session and other.sessions() == []


async def test_a_token_may_expire_at_any_time_that_is_one(ask: Ask) -> None:
    make = 'mutation ($at: DateTime) { createAccessToken(name: "Tablet", role: VIEWER, expiresAt: $at) { secret } }'
    for at in ("0001-01-01T00:00:00", "2001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"):
        assert code(await ask(make, at=at)) == "BAD_INPUT", at
    data(await ask(make, at="9999-12-31T23:59:59"))
