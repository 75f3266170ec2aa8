"""A viewer of some photos: pictures, and photos that get and lose the label that shows them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.settings import Settings
from tests.kit.graphql import Ask, code, data, photo_ids
from tests.kit.sockets import open_socket

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.web.viewer_originals = True
    return settings


CREATE = """mutation($scope: PhotoFilter) {
  createAccessToken(name: "Grandma", role: VIEWER, scope: $scope) { secret token { id scope } }
}"""
LIMIT = "mutation($id: ID!, $scope: PhotoFilter) { limitAccessToken(id: $id, scope: $scope) { id scope } }"
TAG = 'mutation($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Family"]) { change } }'
UNTAG = 'mutation($p: [ID!]!) { untagPhotos(photos: $p, tags: ["Family"]) { change } }'
PICTURES = "{ photos(first: 50) { totalCount nodes { id name thumbnail(size: SMALL) original } } }"


async def test_a_photo_is_shown_while_it_has_the_label(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, library: str
) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"], photos["4.jpg"]]))
    made = data(await ask(CREATE, scope={"tags": {"all": ["Family"]}}))["createAccessToken"]
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    del client.headers["Authorization"]

    async def seen(query: str = PICTURES, **variables: object) -> dict[str, Any]:
        asked = {"query": query, "variables": variables}
        found: dict[str, Any] = (await client.post("/graphql", json=asked, headers=bearer)).json()
        return found

    async def status(address: str) -> int:
        return (await client.get(address)).status_code

    found = data(await seen())["photos"]
    assert {node["name"] for node in found["nodes"]} == {"1.jpg", "4.jpg"} and found["totalCount"] == 2
    pictures = {node["name"]: (node["thumbnail"], node["original"]) for node in found["nodes"]}
    for address in (each for those in pictures.values() for each in those):
        answer = await client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    node = f'{{ node(id: "{photos["2.jpg"]}") {{ id }} photo(id: "{photos["2.jpg"]}") {{ id }} }}'
    assert data(await seen(node)) == {"node": None, "photo": None}

    data(await ask(UNTAG, p=[photos["1.jpg"]]))
    assert [await status(each) for each in pictures["1.jpg"]] == [404, 404]
    assert [await status(each) for each in pictures["4.jpg"]] == [200, 200]
    assert data(await seen())["photos"]["totalCount"] == 1
    data(await ask(TAG, p=[photos["2.jpg"]]))
    names = {node["name"] for node in data(await seen())["photos"]["nodes"]}
    assert names == {"2.jpg", "4.jpg"} and data(await seen(node))["photo"] is not None

    # The address of another one's token does not help, and neither does one's own for another photo.
    other = data(await ask(PICTURES, "viewer"))["photos"]["nodes"]
    assert all([await status(each["thumbnail"]) == 200 for each in other])
    own, foreign = pictures["4.jpg"][0], next(each["thumbnail"] for each in other if each["name"] == "5.jpg")
    assert await status(foreign.partition("?")[0] + "?" + own.partition("?")[2]) == 403

    id_ = made["token"]["id"]
    assert data(await ask(LIMIT, id=id_, scope={"folder": {"path": "Pictures/a"}}))["limitAccessToken"]["id"] == id_
    assert {node["name"] for node in data(await seen())["photos"]["nodes"]} == {"1.jpg", "2.jpg", "3.jpg"}
    assert [await status(each) for each in pictures["1.jpg"]] == [200, 200]
    assert [await status(each) for each in pictures["4.jpg"]] == [404, 404]
    assert data(await ask(LIMIT, id=id_, scope=None))["limitAccessToken"]["scope"] is None
    assert data(await seen())["photos"]["totalCount"] == 12


FACE = """mutation($p: ID!) { addFace(photo: $p, box: {x: 0.2, y: 0.2, width: 0.6, height: 0.6}) {
  id thumbnail } }"""
FACES = "{ faces { totalCount nodes { id thumbnail photo { name } } } }"


async def test_a_face_is_cut_out_of_photos_that_are_shown(client: httpx.AsyncClient, ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"]]))
    drawn = {name: data(await ask(FACE, p=photos[name]))["addFace"] for name in ("1.jpg", "2.jpg")}
    secret = data(await ask(CREATE, scope={"tags": {"all": ["Family"]}}))["createAccessToken"]["secret"]
    everything = {
        each["photo"]["name"]: each["thumbnail"] for each in data(await ask(FACES, "viewer"))["faces"]["nodes"]
    }
    bearer = {"Authorization": f"Bearer {secret}"}
    del client.headers["Authorization"]

    async def seen(query: str = FACES, **variables: object) -> dict[str, Any]:
        asked = {"query": query, "variables": variables}
        found = (await client.post("/graphql", json=asked, headers=bearer)).json()
        told: dict[str, Any] = data(found)
        return told

    async def status(address: str) -> int:
        return (await client.get(address)).status_code

    found = (await seen())["faces"]
    assert (found["totalCount"], [each["id"] for each in found["nodes"]]) == (1, [drawn["1.jpg"]["id"]])
    hidden = "query($id: ID!) { node(id: $id) { id ... on Face { thumbnail } } nodes(ids: [$id]) { id } }"
    assert await seen(hidden, id=drawn["2.jpg"]["id"]) == {"node": None, "nodes": [None]}
    own = found["nodes"][0]["thumbnail"]
    assert await status(own) == 200
    # The signature of an address holds for its photo alone, and that of another token shows what that one shows.
    assert await status(everything["2.jpg"].partition("?")[0] + "?" + own.partition("?")[2]) == 403
    assert [await status(each) for each in everything.values()] == [200, 200]

    data(await ask(TAG, p=[photos["2.jpg"]]))
    pictures = {each["photo"]["name"]: each["thumbnail"] for each in (await seen())["faces"]["nodes"]}
    assert [await status(pictures[name]) for name in ("1.jpg", "2.jpg")] == [200, 200]
    data(await ask(UNTAG, p=[photos["2.jpg"]]))
    assert [await status(pictures[name]) for name in ("1.jpg", "2.jpg")] == [200, 404]


async def test_a_window_follows_what_comes_into_the_scope_and_leaves_it(
    app: Starlette, client: httpx.AsyncClient, ask: Ask, library: str
) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"]]))
    made = data(await ask(CREATE, scope={"tags": {"all": ["Family"]}}))["createAccessToken"]
    watch = "subscription { photoChanges { deletedIds added { name } query { library { photoCount } } } }"
    async with open_socket(app, {"authorization": f"Bearer {made['secret']}"}) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": watch}})
        await socket.send({"id": "2", "type": "subscribe", "payload": {"query": "{ viewer { name } }"}})
        assert (await socket.receive())["id"] == "2"  # so the first one has begun
        while (await socket.receive())["type"] != "complete":
            pass
        data(await ask('mutation($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Sea"]) { change } }', p=[photos["5.jpg"]]))
        data(await ask(TAG, p=[photos["2.jpg"]]))
        event = (await socket.receive())["payload"]["data"]["photoChanges"]
        assert event == {"deletedIds": [], "added": [{"name": "2.jpg"}], "query": {"library": {"photoCount": 2}}}
        data(await ask(UNTAG, p=[photos["1.jpg"]]))
        event = (await socket.receive())["payload"]["data"]["photoChanges"]
        assert event == {"deletedIds": [photos["1.jpg"]], "added": [], "query": {"library": {"photoCount": 1}}}
        data(await ask(LIMIT, id=made["token"]["id"], scope={"folder": {"path": "Pictures/b"}}))
        data(await ask(TAG, p=[photos["6.jpg"]]))
        data(await ask(UNTAG, p=[photos["2.jpg"]]))
        ended = await socket.receive()
        assert "UNAUTHENTICATED" in str(ended), ended


async def test_a_scope_is_for_viewers_names_what_is_there_and_is_no_guess(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"]]))
    for scope, expected in (
        ({}, "BAD_INPUT"),
        ({"certainty": "CONFIRMED"}, "BAD_INPUT"),
        ({"looksLike": "dog"}, "BAD_INPUT"),
        ({"not": {"looksLike": "dog"}}, "BAD_INPUT"),
        ({"tags": {"none": ["Private"]}}, "NOT_FOUND"),
        ({"persons": {"all": ["Nobody"]}}, "NOT_FOUND"),
        ({"folder": {"path": "Elsewhere"}}, "NOT_FOUND"),
    ):
        assert code(await ask(CREATE, scope=scope)) == expected, scope
    asked = CREATE.replace("VIEWER", "EDITOR")
    assert code(await ask(asked, scope={"tags": {"all": ["Family"]}})) == "BAD_INPUT"
    for role in ("viewer", "editor"):
        assert code(await ask(CREATE, role, scope={"tags": {"all": ["Family"]}})) == "FORBIDDEN"
    tokens = data(await ask("{ accessTokens { id isConfigured } }"))["accessTokens"]
    configured = next(each["id"] for each in tokens if each["isConfigured"])
    assert code(await ask(LIMIT, id=configured, scope={"tags": {"all": ["Family"]}})) == "BAD_INPUT"


async def test_a_scope_follows_what_it_names(client: httpx.AsyncClient, ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"], photos["2.jpg"]]))
    made = data(await ask(CREATE, scope={"tags": {"none": ["Family"]}}))["createAccessToken"]

    async def count() -> int:
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        asked = {"query": "{ library { photoCount } }"}
        found = (await client.post("/graphql", json=asked, headers=bearer)).json()
        number: int = data(found)["library"]["photoCount"]
        return number

    assert await count() == 10
    tag = data(await ask('{ tag(name: "Family") { id } }'))["tag"]["id"]
    data(await ask('mutation($i: ID!) { renameTag(id: $i, name: "Relatives") { id } }', i=tag))
    assert await count() == 10
    other = data(await ask('mutation { createTag(name: "People") { id } }'))["createTag"]["id"]
    data(await ask("mutation($f: ID!, $i: ID!) { mergeTags(from: [$f], into: $i) { id } }", f=tag, i=other))
    assert await count() == 10
    data(await ask("mutation($i: ID!) { deleteTag(id: $i) }", i=other))
    assert await count() == 0, "without what it named, it shows nothing"
