"""Tags through the API: their tree, photos and folders that get and lose them, and taking it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from resolvers import ids
from tests.kit.faces import predict
from tests.kit.graphql import Ask, code, data, folder_id, names, photo_ids, scan
from tests.kit.pictures import jpeg, put

pytestmark = pytest.mark.anyio

CREATE = "mutation($n: String!, $p: ID) { createTag(name: $n, parent: $p) { id name parent { id } } }"

RENAME = "mutation($t: ID!, $n: String!) { renameTag(id: $t, name: $n) { id name } }"

MOVE = "mutation($t: ID!, $p: ID) { moveTag(id: $t, parent: $p) { id parent { id } } }"

MERGE = "mutation($f: [ID!]!, $i: ID!) { mergeTags(from: $f, into: $i) { id photoCount children { name } } }"

DELETE = "mutation($t: ID!) { deleteTag(id: $t) }"

TAG = "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { matched changed change } }"

UNTAG = "mutation($p: [ID!]!, $t: [String!]!) { untagPhotos(photos: $p, tags: $t) { matched changed change } }"

TAG_FOLDER = """mutation($f: ID!, $t: [String!]!, $r: Boolean! = true, $d: Boolean! = false) {
  tagFolder(folder: $f, tags: $t, recursive: $r, dryRun: $d) { matched changed change } }"""

UNTAG_FOLDER = """mutation($f: ID!, $t: [String!]!, $d: Boolean! = false) {
  untagFolder(folder: $f, tags: $t, dryRun: $d) { matched changed change } }"""

BY_NAME = """mutation($r: ID, $d: Boolean! = true) { tagFoldersByName(root: $r, dryRun: $d) {
  folder { path } tag photoCount applied } }"""

UNDO = "mutation($c: ID!) { undo(change: $c) { matched changed change } }"

PHOTO = """query($p: ID!, $c: Certainty! = PREDICTED) { photo(id: $p) { tags(certainty: $c) {
  tag { name } source from { path } score model { kind version state trainedAt } at } } }"""

TAG_BY_NAME = (
    "query($n: String) { tag(name: $n) { id name path photoCount parent { name } children { name } threshold } }"
)


async def tag(ask: Ask, name: str) -> Any:
    return data(await ask(TAG_BY_NAME, n=name))["tag"]


async def sources(ask: Ask, photo: str, certainty: str = "PREDICTED") -> dict[str, str]:
    """Of the tags of a photo: by name."""
    tags = data(await ask(PHOTO, p=photo, c=certainty))["photo"]["tags"]
    return {each["tag"]["name"]: each["source"] for each in tags}


async def tagged(ask: Ask, name: str) -> set[str]:
    return await names(ask, {"tags": {"any": [name]}})


async def test_tags_lie_in_one_another_and_keep_their_ids(ask: Ask, library: str) -> None:
    places = data(await ask(CREATE, "editor", n="Places"))["createTag"]
    italy = data(await ask(CREATE, "editor", n=" Italy ", p=places["id"]))["createTag"]
    assert italy == {"id": italy["id"], "name": "Italy", "parent": {"id": places["id"]}}
    assert data(await ask(RENAME, "editor", t=italy["id"], n="Italia"))["renameTag"] == {
        "id": italy["id"],
        "name": "Italia",
    }
    assert data(await ask(MOVE, "editor", t=italy["id"]))["moveTag"] == {"id": italy["id"], "parent": None}
    assert data(await ask(MOVE, "editor", t=italy["id"], p=places["id"]))["moveTag"]["parent"] == {"id": places["id"]}
    assert [child["name"] for child in (await tag(ask, "Places"))["children"]] == ["Italia"]
    assert (await tag(ask, "places/italia"))["id"] == italy["id"]
    node = data(await ask("query($i: ID!) { node(id: $i) { __typename id ... on Tag { name } } }", i=italy["id"]))
    assert node["node"] == {"__typename": "Tag", "id": italy["id"], "name": "Italia"}
    assert data(await ask(DELETE, "editor", t=italy["id"]))["deleteTag"] is True
    assert data(await ask(DELETE, "editor", t=italy["id"]))["deleteTag"] is False
    assert await tag(ask, "Italia") is None


async def test_a_name_is_never_merged_silently(ask: Ask, library: str) -> None:
    sea, mare = [data(await ask(CREATE, n=name))["createTag"]["id"] for name in ("Sea", "Mare")]
    assert code(await ask(CREATE, n="SEA")) == "CONFLICT"
    assert code(await ask(RENAME, t=mare, n="sea")) == "CONFLICT"
    inner = data(await ask(CREATE, n="Sea", p=mare))["createTag"]["id"]
    assert code(await ask(MOVE, t=inner)) == "CONFLICT"
    assert code(await ask(MOVE, t=mare, p=inner)) == "BAD_INPUT"
    assert code(await ask(MERGE, f=[mare], i=inner)) == "BAD_INPUT"
    assert code(await ask(DELETE, t=mare)) == "CONFLICT"
    assert code(await ask(CREATE, n="a\nb")) == "BAD_INPUT"
    merged = data(await ask(MERGE, f=[inner], i=sea))["mergeTags"]
    assert merged == {"id": sea, "photoCount": 0, "children": []}
    assert await tag(ask, "Mare/Sea") is None


async def test_a_name_may_have_a_slash(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    assert data(await ask(CREATE, n="24/7"))["createTag"]["name"] == "24/7"
    data(await ask(TAG, p=[photos["1.jpg"]], t=[r"Music/AC\/DC", "24/7"]))
    assert await tag(ask, "7") is None and await tag(ask, "DC") is None
    found = await tag(ask, "Music/AC/DC")
    assert (found["name"], found["path"]) == ("AC/DC", r"Music/AC\/DC")
    assert (await tag(ask, found["path"]))["id"] == found["id"]
    assert await tagged(ask, r"Music/AC\/DC") == {"1.jpg"}


async def test_merged_tags_bring_their_photos_along(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"]], t=["Sea"]))
    data(await ask(TAG, p=[photos["2.jpg"]], t=["Mare/Adriatico"]))
    sea, mare = (await tag(ask, "Sea"))["id"], (await tag(ask, "Mare"))["id"]
    merged = data(await ask(MERGE, f=[mare], i=sea))["mergeTags"]
    assert merged == {"id": sea, "photoCount": 2, "children": [{"name": "Adriatico"}]}
    assert await tagged(ask, "Sea") == {"1.jpg", "2.jpg"}


async def test_tags_are_listed_by_name_page_by_page(ask: Ask, library: str) -> None:
    for name in ("Places", "Rome 10", "Rome 9", "rome 2", "École", "Zoo"):
        data(await ask(CREATE, n=name))
    parent = (await tag(ask, "Places"))["id"]
    data(await ask(CREATE, n="Rome", p=parent))
    query = """query($x: String, $p: ID, $n: Int, $a: String) { tags(prefix: $x, parent: $p, first: $n, after: $a) {
      totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor } } }"""
    assert [node["name"] for node in data(await ask(query, x="ROME"))["tags"]["nodes"]] == [
        "Rome",
        "rome 2",
        "Rome 9",
        "Rome 10",
    ]
    assert [node["name"] for node in data(await ask(query, x="eco"))["tags"]["nodes"]] == ["École"]
    assert [node["name"] for node in data(await ask(query, p=parent))["tags"]["nodes"]] == ["Rome"]
    seen, after = [], None
    while True:
        page = data(await ask(query, n=2, a=after))["tags"]
        assert page["totalCount"] == 7
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if len(seen) == 2:  # what goes away in between shifts nothing
            [last] = data(await ask("query($x: String) { tags(prefix: $x) { nodes { id } } }", x=seen[-1]))["tags"][
                "nodes"
            ]
            data(await ask(RENAME, t=last["id"], n="Aaa"))
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["École", "Places", "Rome", "rome 2", "Rome 9", "Rome 10", "Zoo"]


async def test_photos_are_tagged_by_names_paths_and_ids(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    some = [photos["1.jpg"], photos["2.jpg"], photos["4.jpg"]]
    done = data(await ask(TAG, "editor", p=some, t=["Places/Italy/Abruzzo", "Sea"]))["tagPhotos"]
    assert (done["matched"], done["changed"], done["change"] is not None) == (3, 3, True)
    again = data(await ask(TAG, "editor", p=some, t=["abruzzo", (await tag(ask, "Sea"))["id"]]))["tagPhotos"]
    assert again == {"matched": 3, "changed": 0, "change": None}
    assert (await tag(ask, "Places"))["photoCount"] == 3
    assert await tagged(ask, "Italy") == await tagged(ask, "Places/Italy") == {"1.jpg", "2.jpg", "4.jpg"}
    tags = data(await ask(PHOTO, p=photos["1.jpg"]))["photo"]["tags"]
    assert [(each["tag"]["name"], each["source"], each["from"]) for each in tags] == [
        ("Abruzzo", "MANUAL", None),
        ("Sea", "MANUAL", None),
    ]
    assert all(each["at"].startswith("20") and each["at"].endswith("+00:00") for each in tags)
    page = data(await ask('{ tag(name: "Sea") { photos(first: 2) { totalCount nodes { name } } } }'))["tag"]["photos"]
    assert (page["totalCount"], len(page["nodes"])) == (3, 2)


async def test_a_name_that_fits_several_is_asked_about(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"]], t=["Places/Rome"]))
    data(await ask(TAG, p=[photos["2.jpg"]], t=["Trips/Rome"]))
    answer = await ask(TAG, p=[photos["3.jpg"]], t=["Rome"])
    assert code(answer) == "BAD_INPUT"
    assert "Places/Rome" in answer["errors"][0]["message"] and "Trips/Rome" in answer["errors"][0]["message"]
    assert code(await ask(TAG_BY_NAME, n="rome")) == "BAD_INPUT"
    assert await tagged(ask, "Rome") == {"1.jpg", "2.jpg"}, "in a filter it means any of them"


async def test_what_cannot_be_done_changes_nothing(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    stranger = ids.encode("Photo", "f" * 32)
    assert code(await ask(TAG, p=[photos["1.jpg"], stranger], t=["Sea"])) == "NOT_FOUND"
    assert code(await ask(TAG, p=[photos["1.jpg"]], t=["Sea", ids.encode("Tag", "nobody")])) == "NOT_FOUND"
    assert code(await ask(TAG, p=[photos["1.jpg"]], t=["Sea", ids.encode("Person", "anna")])) == "BAD_INPUT"
    assert code(await ask(TAG, p=[photos["1.jpg"]], t=["Sea", ""])) == "BAD_INPUT"
    assert code(await ask(TAG, p=[photos["1.jpg"]], t=[f"{n}" for n in range(101)])) == "BAD_INPUT"
    assert code(await ask(UNTAG, p=[photos["1.jpg"]], t=["Sea"])) == "NOT_FOUND"
    assert await tag(ask, "Sea") is None


async def test_an_inherited_tag_is_excluded_and_stays_so(ask: Ask, library: str) -> None:
    photos, a = await photo_ids(ask), await folder_id(ask, "Pictures/a")
    data(await ask(TAG_FOLDER, f=a, t=["Sea"]))
    done = data(await ask(UNTAG, "editor", p=[photos["1.jpg"], photos["4.jpg"]], t=["Sea"]))["untagPhotos"]
    assert (done["matched"], done["changed"]) == (2, 1)
    await scan(ask)
    data(await ask(TAG_FOLDER, f=await folder_id(ask, "Pictures"), t=["Sea"]))
    assert "1.jpg" not in await tagged(ask, "Sea")
    assert await sources(ask, photos["1.jpg"]) == {}
    data(await ask(TAG, p=[photos["1.jpg"]], t=["Sea"]))
    assert await sources(ask, photos["1.jpg"]) == {"Sea": "MANUAL"}


async def test_predictions_count_unless_they_are_left_out(ask: Ask, library: str, app: Starlette) -> None:
    photos = await photo_ids(ask)
    data(await ask(TAG, p=[photos["1.jpg"]], t=["Sea"]))
    sea = ids.decode("Tag", (await tag(ask, "Sea"))["id"])
    ours = {name: ids.decode("Photo", photos[name]) for name in ("1.jpg", "2.jpg", "3.jpg")}
    await predict(app.state.services, sea, {ours["1.jpg"]: 0.9, ours["2.jpg"]: 0.5, ours["3.jpg"]: 0.4})
    assert await tagged(ask, "Sea") == {"1.jpg", "2.jpg"}
    assert await names(ask, {"tags": {"any": ["Sea"]}, "certainty": "CONFIRMED"}) == {"1.jpg"}
    assert await names(ask, {"or": [{"tags": {"any": ["Sea"]}}], "certainty": "CONFIRMED"}) == {"1.jpg"}
    assert (await tag(ask, "Sea"))["threshold"] == 0.5
    [found] = data(await ask(PHOTO, p=photos["2.jpg"]))["photo"]["tags"]
    assert (found["source"], found["score"], found["from"], found["at"]) == ("PREDICTED", 0.5, None, None)
    assert found["model"] == {
        "kind": "TAGS",
        "version": 3,
        "state": "ACTIVE",
        "trainedAt": "2023-11-14T22:13:20+00:00",
    }
    assert await sources(ask, photos["2.jpg"], "CONFIRMED") == {}
    assert await sources(ask, photos["1.jpg"]) == {"Sea": "MANUAL"}
    model = data(await ask("query($i: ID!) { node(id: $i) { ... on Model { version } } }", i=ids.encode("Model", "m1")))
    assert model["node"] == {"version": 3}
    data(await ask(UNTAG, p=[photos["2.jpg"]], t=["Sea"]))
    assert await tagged(ask, "Sea") == {"1.jpg"}


async def test_one_call_tags_a_whole_tree_now_and_later(ask: Ask, library: str, folder: Path) -> None:
    a = await folder_id(ask, "Pictures/a")
    rehearsed = data(await ask(TAG_FOLDER, "editor", f=a, t=["Abruzzo"], d=True))["tagFolder"]
    assert rehearsed == {"matched": 3, "changed": 3, "change": None}
    assert await tag(ask, "Abruzzo") is None
    done = data(await ask(TAG_FOLDER, "editor", f=a, t=["Abruzzo"]))["tagFolder"]
    assert (done["matched"], done["changed"], done["change"] is not None) == (3, 3, True)
    put(folder / "a" / "deep" / "new.jpg", jpeg(77))
    await scan(ask)
    assert await tagged(ask, "Abruzzo") == {"1.jpg", "2.jpg", "3.jpg", "new.jpg"}
    photos = await photo_ids(ask)
    [found] = data(await ask(PHOTO, p=photos["new.jpg"]))["photo"]["tags"]
    assert (found["source"], found["from"]) == ("FOLDER", {"path": "Pictures/a"})


async def test_a_tag_for_a_folder_alone_goes_no_deeper(ask: Ask, library: str, folder: Path) -> None:
    a = await folder_id(ask, "Pictures/a")
    done = data(await ask(TAG_FOLDER, f=a, t=["Trip"], r=False))["tagFolder"]
    assert (done["matched"], done["changed"]) == (2, 2)
    (folder / "a" / "deep" / "3.jpg").rename(folder / "a" / "3.jpg")
    await scan(ask)
    assert await tagged(ask, "Trip") == {"1.jpg", "2.jpg", "3.jpg"}


async def test_a_folder_lists_its_own_tags_and_those_from_above(ask: Ask, library: str) -> None:
    root, a, deep = [await folder_id(ask, path) for path in ("Pictures", "Pictures/a", "Pictures/a/deep")]
    data(await ask(TAG_FOLDER, f=root, t=["Family", "Sea"]))
    data(await ask(TAG_FOLDER, f=a, t=["Trip"], r=False))
    data(await ask(TAG_FOLDER, f=deep, t=["Cave"], r=False))
    data(await ask(UNTAG_FOLDER, f=deep, t=["Sea"]))
    query = "query($p: String) { folder(path: $p) { tags { tag { name } recursive from { path } } } }"

    async def of(path: str) -> list[tuple[str, bool, str]]:
        tags = data(await ask(query, p=path))["folder"]["tags"]
        return [(each["tag"]["name"], each["recursive"], each["from"]["path"]) for each in tags]

    assert sorted(await of("Pictures/a")) == [
        ("Family", True, "Pictures"),
        ("Sea", True, "Pictures"),
        ("Trip", False, "Pictures/a"),
    ]
    assert await of("Pictures/a/deep") == [("Cave", False, "Pictures/a/deep"), ("Family", True, "Pictures")]


async def test_untagging_a_folder_below_excludes_there(ask: Ask, library: str) -> None:
    a, deep = await folder_id(ask, "Pictures/a"), await folder_id(ask, "Pictures/a/deep")
    data(await ask(TAG_FOLDER, f=a, t=["Abruzzo"]))
    rehearsed = data(await ask(UNTAG_FOLDER, "editor", f=deep, t=["Abruzzo"], d=True))["untagFolder"]
    assert rehearsed == {"matched": 1, "changed": 1, "change": None}
    assert await tagged(ask, "Abruzzo") == {"1.jpg", "2.jpg", "3.jpg"}
    done = data(await ask(UNTAG_FOLDER, "editor", f=deep, t=["Abruzzo"]))["untagFolder"]
    assert (done["matched"], done["changed"]) == (1, 1)
    assert await tagged(ask, "Abruzzo") == {"1.jpg", "2.jpg"}
    data(await ask(UNDO, c=done["change"]))
    assert await tagged(ask, "Abruzzo") == {"1.jpg", "2.jpg", "3.jpg"}


async def test_what_folders_are_called_becomes_tags_when_it_is_accepted(ask: Ask, library: str, folder: Path) -> None:
    for number, path in enumerate(("2019 Abruzzo", "2019 Abruzzo/100CANON", "2020-02-08 Rome")):
        put(folder / path / f"x{number}.jpg", jpeg(200 + number))
    await scan(ask)
    proposed = data(await ask(BY_NAME, "editor", r=library))["tagFoldersByName"]
    found = {each["folder"]["path"]: (each["tag"], each["photoCount"], each["applied"]) for each in proposed}
    assert found["Pictures/2019 Abruzzo"] == ("Abruzzo", 2, False)
    assert found["Pictures/2020-02-08 Rome"] == ("Rome", 1, False)
    assert "Pictures/2019 Abruzzo/100CANON" not in found
    assert await tag(ask, "Abruzzo") is None
    applied = data(await ask(BY_NAME, "editor", r=library, d=False))["tagFoldersByName"]
    assert {each["applied"] for each in applied} == {True}
    assert await tagged(ask, "Abruzzo") == {"x0.jpg", "x1.jpg"}
    assert await tagged(ask, "Rome") == {"x2.jpg"}


async def test_a_change_is_taken_back_once_and_can_be_done_again(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    done = data(await ask(TAG, p=[photos["1.jpg"], photos["2.jpg"]], t=["Sea"]))["tagPhotos"]
    back = data(await ask(UNDO, "editor", c=done["change"]))["undo"]
    assert (back["matched"], back["changed"]) == (2, 2)
    assert await tagged(ask, "Sea") == set()
    assert code(await ask(UNDO, c=done["change"])) == "CONFLICT"
    data(await ask(UNDO, c=back["change"]))
    assert await tagged(ask, "Sea") == {"1.jpg", "2.jpg"}
    assert code(await ask(UNDO, c=ids.encode("Change", "0" * 32))) == "NOT_FOUND"
    assert code(await ask(UNDO, c=photos["1.jpg"])) == "BAD_INPUT"


async def test_what_was_changed_since_is_not_overwritten(ask: Ask, library: str) -> None:
    photos, a = await photo_ids(ask), await folder_id(ask, "Pictures/a")
    done = data(await ask(TAG_FOLDER, f=a, t=["Sea"]))["tagFolder"]
    data(await ask(UNTAG_FOLDER, f=a, t=["Sea"]))
    assert code(await ask(UNDO, c=done["change"])) == "CONFLICT"
    rated = data(
        await ask("mutation($p: [ID!]!) { ratePhotos(photos: $p, rating: 4) { change } }", p=[photos["1.jpg"]])
    )
    liked = data(
        await ask(
            "mutation($p: [ID!]!) { favouritePhotos(photos: $p, favourite: true) { change } }", p=[photos["1.jpg"]]
        )
    )
    assert await names(ask, {"rating": {"min": 4}, "favourite": True}) == {"1.jpg"}
    data(await ask(UNDO, c=rated["ratePhotos"]["change"]))
    data(await ask(UNDO, c=liked["favouritePhotos"]["change"]))
    assert await names(ask, {"or": [{"rating": {"min": 1}}, {"favourite": True}]}) == set()
