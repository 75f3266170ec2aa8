"""The list of changes, and the change in each answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.graphql import Ask, code, data, photo_ids

pytestmark = pytest.mark.anyio

CHANGES = """query($n: Int, $a: String) { changes(first: $n, after: $a) { totalCount pageInfo { hasNextPage endCursor }
  nodes { id kind at by summary changed undone } } }"""
TAG = "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { change } }"
UNDO = "mutation($c: ID!) { undo(change: $c) { matched changed change } }"


async def changes(ask: Ask, first: int = 10, after: str | None = None) -> Any:
    return data(await ask(CHANGES, n=first, a=after))["changes"]


async def test_what_was_changed_is_listed_newest_first(ask: Ask, library: str) -> None:
    before = (await changes(ask))["totalCount"]
    photos = await photo_ids(ask)
    tagged = data(await ask(TAG, "editor", p=[photos["1.jpg"], photos["2.jpg"]], t=["Sea"]))["tagPhotos"]["change"]
    undone = data(await ask(UNDO, c=tagged))["undo"]["change"]
    page = await changes(ask, 1)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (before + 2, True)
    (newest,) = page["nodes"]
    assert (newest["id"], newest["kind"]) == (undone, "UNDO")
    assert newest["summary"] == "Undid: Tagged 2 photos with Sea."
    (next_one,) = (await changes(ask, 1, page["pageInfo"]["endCursor"]))["nodes"]
    at = next_one.pop("at")
    assert at.startswith("20")
    assert next_one == {
        "id": tagged,
        "kind": "TAG_PHOTOS",
        "by": "editor",
        "summary": "Tagged 2 photos with Sea.",
        "changed": 2,
        "undone": True,
    }
    node = data(await ask("query($i: ID!) { node(id: $i) { __typename id ... on ChangeRecord { kind } } }", i=tagged))
    assert node["node"] == {"__typename": "ChangeRecord", "id": tagged, "kind": "TAG_PHOTOS"}
    assert code(await ask(CHANGES, n=1, a="x")) == "BAD_INPUT"
