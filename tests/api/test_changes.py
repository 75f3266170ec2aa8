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


async def test_every_edit_of_tags_gives_its_change_which_undoes_it(ask: Ask, library: str) -> None:
    async def changed(call: str) -> tuple[str, str]:
        """The id of the tag, and the kind that the list gives for the change in the answer."""
        answer = data(await ask(f"mutation {{ it: {call} {{ id change }} }}", "editor"))["it"]
        (newest,) = (await changes(ask, 1))["nodes"]
        assert (newest["id"], newest["by"]) == (answer["change"], "editor")
        return answer["id"], newest["kind"]

    sea, kind = await changed('createTag(name: "Sea")')
    other, _ = await changed('createTag(name: "Other")')
    assert kind == "CREATE_TAG"
    assert await changed(f'renameTag(id: "{sea}", name: "Ocean")') == (sea, "RENAME_TAG")
    assert await changed(f'moveTag(id: "{sea}", parent: "{other}")') == (sea, "MOVE_TAG")
    assert await changed(f'setThreshold(tag: "{sea}", threshold: 0.75)') == (sea, "SET_THRESHOLD")
    assert await changed(f'mergeTags(from: ["{sea}"], into: "{other}")') == (other, "MERGE_TAGS")
    deleted = data(await ask("mutation($t: ID!) { deleteTag(id: $t) lastDeletion }", "editor", t=other))
    newest = (await changes(ask, 1))["nodes"][0]
    assert deleted == {"deleteTag": True, "lastDeletion": newest["id"]}
    assert (newest["kind"], newest["summary"]) == ("DELETE_TAG", "Deleted the tag Other from 0 photos.")
    again = data(await ask("mutation($t: ID!) { deleteTag(id: $t) lastDeletion }", t=other))
    assert again == {"deleteTag": False, "lastDeletion": None}
    for change in (await changes(ask, 7))["nodes"]:
        data(await ask(UNDO, c=change["id"]))
    assert data(await ask("{ tags { totalCount } }"))["tags"]["totalCount"] == 0


async def test_every_edit_of_persons_gives_its_change_which_undoes_it(ask: Ask, library: str) -> None:
    made = data(await ask('mutation { createPerson(name: "Anna") { id change } }', "editor"))["createPerson"]
    calls = ['renamePerson(id: $p, name: "Ann")', "updatePerson(id: $p, isMe: true, hidden: true)"]
    found = [made["change"]]
    for call in calls:
        answer = data(await ask(f"mutation($p: ID!) {{ it: {call} {{ change }} }}", "editor", p=made["id"]))
        found.append(answer["it"]["change"])
    deleted = data(await ask("mutation($p: ID!) { deletePerson(id: $p) lastDeletion }", "editor", p=made["id"]))
    found.append(deleted["lastDeletion"])
    nodes = (await changes(ask, 4))["nodes"]
    assert [node["id"] for node in nodes] == found[::-1]
    assert [node["summary"] for node in nodes] == [
        "Deleted the person Ann.",
        "Updated Ann.",
        "Renamed Anna to Ann.",
        "Created the person Anna.",
    ]
    assert {node["by"] for node in nodes} == {"editor"}
    for change in found[:0:-1]:
        data(await ask(UNDO, c=change))
    person = data(await ask("query($p: ID!) { person(id: $p) { name isMe hidden change } }", p=made["id"]))["person"]
    assert person == {"name": "Anna", "isMe": False, "hidden": False, "change": None}
    data(await ask(UNDO, c=found[0]))
    assert data(await ask("query($p: ID!) { person(id: $p) { name } }", p=made["id"]))["person"] is None
