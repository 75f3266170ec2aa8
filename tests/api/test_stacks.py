"""Stacks as clients see them."""

from __future__ import annotations

import pytest

from tests.kit.graphql import Ask, code, data, photo_ids

pytestmark = pytest.mark.anyio

STACK = "mutation($p: [ID!]!, $c: ID) { stackPhotos(photos: $p, cover: $c) { matched changed change } }"
UNSTACK = "mutation($p: [ID!]!) { unstackPhotos(photos: $p) { matched changed change } }"
UNDO = "mutation($c: ID!) { undo(change: $c) { changed } }"
LISTED = """query($s: Stacks!) {
  photos(stacks: $s, first: 500) { totalCount nodes { name stack { id kind cover { name } photos { name } } } }
  library { photoCount }
}"""


async def test_photos_are_stacked_listed_and_unstacked(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    made = data(await ask(STACK, p=[of["4.jpg"], of["5.jpg"], of["6.jpg"]], c=of["5.jpg"]))["stackPhotos"]
    assert (made["matched"], made["changed"]) == (3, 3)

    collapsed = data(await ask(LISTED, s="COLLAPSED"))
    assert collapsed["photos"]["totalCount"] == collapsed["library"]["photoCount"] == 10
    [stack] = [node["stack"] for node in collapsed["photos"]["nodes"] if node["stack"]]
    assert (stack["kind"], stack["cover"]) == ("MANUAL", {"name": "5.jpg"})
    assert [photo["name"] for photo in stack["photos"]] == ["5.jpg", "4.jpg", "6.jpg"]
    node = "query($i: ID!) { node(id: $i) { ... on Stack { kind photos { name } } } }"
    assert data(await ask(node, i=stack["id"]))["node"]["photos"] == stack["photos"]

    expanded = data(await ask(LISTED, s="EXPANDED"))["photos"]
    assert expanded["totalCount"] == 12
    assert sum(node["stack"] == stack for node in expanded["nodes"]) == 3

    assert data(await ask(UNSTACK, p=[of["5.jpg"]]))["unstackPhotos"]["changed"] == 1
    assert data(await ask("{ library { photoCount } }"))["library"]["photoCount"] == 11
    assert data(await ask(node, i=stack["id"]))["node"]["photos"] == [{"name": "4.jpg"}, {"name": "6.jpg"}]


async def test_stacking_is_undone(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    made = data(await ask(STACK, p=[of["4.jpg"], of["5.jpg"]]))["stackPhotos"]
    assert data(await ask(UNDO, c=made["change"]))["undo"]["changed"] == 2
    assert data(await ask("{ library { photoCount } }"))["library"]["photoCount"] == 12


async def test_one_photo_is_no_stack(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    assert code(await ask(STACK, p=[of["4.jpg"]])) == "BAD_INPUT"
    assert code(await ask(STACK, role="viewer", p=[of["4.jpg"], of["5.jpg"]])) == "FORBIDDEN"
