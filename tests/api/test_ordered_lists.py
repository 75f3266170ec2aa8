"""Lists of tags, folders and persons: in several orders, by words, and along the tree."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.graphql import Ask, code, data, folder_id, photo_ids

pytestmark = pytest.mark.anyio

TAGS = """query($text: String, $roots: Boolean! = false, $order: TagOrder! = NAME, $first: Int, $after: String) {
  tags(text: $text, roots: $roots, orderBy: $order, first: $first, after: $after) {
    totalCount
    nodes { name path photoCount hasChildren ancestors { name } tags(orderBy: PHOTO_COUNT) { nodes { name } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
FOLDERS = """query($text: String, $parent: ID, $order: FolderOrder! = NAME, $first: Int, $last: Int, $before: String) {
  folders(text: $text, parent: $parent, orderBy: $order, first: $first, last: $last, before: $before) {
    totalCount
    nodes { path hasChildren ancestors { name } cover { name } folders(orderBy: PHOTO_COUNT) { nodes { name } } }
    pageInfo { hasPreviousPage startCursor }
  }
}"""


async def tags(ask: Ask, **asked: Any) -> list[str]:
    return [tag["name"] for tag in data(await ask(TAGS, **asked))["tags"]["nodes"]]


async def folders(ask: Ask, **asked: Any) -> list[str]:
    return [folder["path"] for folder in data(await ask(FOLDERS, **asked))["folders"]["nodes"]]


async def test_tags_are_listed_along_their_tree(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    tag = "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { changed } }"
    for name, numbers in {"Zoo": (1, 2, 3), "Places/Italy/Abruzzo": (1,), "Places/Élba": (2, 3)}.items():
        data(await ask(tag, p=[photos[f"{number}.jpg"] for number in numbers], t=[name]))
    assert await tags(ask) == ["Abruzzo", "Élba", "Italy", "Places", "Zoo"]
    assert await tags(ask, order="PHOTO_COUNT") == ["Places", "Zoo", "Élba", "Abruzzo", "Italy"]
    assert await tags(ask, roots=True, order="PHOTO_COUNT") == ["Places", "Zoo"]
    assert await tags(ask, text="pla elb") == ["Élba"]
    assert await tags(ask, text="ital") == ["Italy"]
    [places] = data(await ask(TAGS, roots=True, first=1))["tags"]["nodes"]
    assert (places["hasChildren"], places["ancestors"]) == (True, [])
    assert [each["name"] for each in places["tags"]["nodes"]] == ["Élba", "Italy"]
    [abruzzo] = data(await ask(TAGS, text="abr"))["tags"]["nodes"]
    assert (abruzzo["hasChildren"], [each["name"] for each in abruzzo["ancestors"]]) == (False, ["Places", "Italy"])
    page = data(await ask(TAGS, order="PHOTO_COUNT", first=2))["tags"]
    after = page["pageInfo"]["endCursor"]
    assert await tags(ask, order="PHOTO_COUNT", after=after) == ["Élba", "Abruzzo", "Italy"]
    assert code(await ask(TAGS, after=after)) == "BAD_INPUT"


async def test_folders_are_found_by_words_in_every_root(ask: Ask, library: str) -> None:
    every = ["Pictures/a", "Pictures/b", "Pictures/a/deep", "Pictures"]
    assert await folders(ask) == every
    assert await folders(ask, order="PHOTO_COUNT") == ["Pictures", "Pictures/b", "Pictures/a", "Pictures/a/deep"]
    assert sorted(await folders(ask, order="NEWEST")) == sorted(every)
    assert await folders(ask, text="DÉE") == ["Pictures/a/deep"]
    assert await folders(ask, text="pictures dee") == ["Pictures/a/deep"]
    assert await folders(ask, text="nowhere") == []
    assert await folders(ask, parent=await folder_id(ask, "Pictures")) == ["Pictures/a", "Pictures/b"]
    [root] = data(await ask(FOLDERS, text="pictures"))["folders"]["nodes"]
    assert (root["hasChildren"], root["ancestors"]) == (True, [])
    assert [each["name"] for each in root["folders"]["nodes"]] == ["b", "a"]
    [deep] = data(await ask(FOLDERS, text="deep"))["folders"]["nodes"]
    assert (deep["hasChildren"], [each["name"] for each in deep["ancestors"]]) == (False, ["Pictures", "a"])
    assert deep["cover"]["name"] == "3.jpg"
    end = data(await ask(FOLDERS, last=2))["folders"]
    assert [each["path"] for each in end["nodes"]] == every[2:] and end["pageInfo"]["hasPreviousPage"]
    assert await folders(ask, last=1, before=end["pageInfo"]["startCursor"]) == ["Pictures/b"]


async def test_a_panel_that_fails_leaves_the_others(ask: Ask, library: str) -> None:
    answer = await ask('{ library { photoCount } folders(after: "x") { totalCount } }')
    assert code(answer) == "BAD_INPUT"
    assert answer["data"] == {"library": {"photoCount": 12}, "folders": None}


TIMELINE = """query($filter: PhotoFilter, $order: PhotoOrder! = TAKEN_DESC, $first: Int = 2) {
  timeline(filter: $filter, by: YEAR, orderBy: $order) {
    start count offset cursor cover { name }
    photos(first: $first) { totalCount nodes { name } pageInfo { hasNextPage endCursor } edges { matches { label } } }
  }
  photos(filter: $filter, orderBy: $order) { totalCount facets { undated } nodes { name } }
}"""
FROM = """query($after: String, $order: PhotoOrder! = TAKEN_DESC) {
  photos(after: $after, orderBy: $order, first: 1) { nodes { name } }
}"""


STARTS = """query($order: PhotoOrder! = TAKEN_DESC, $first: Int, $after: Date, $last: Int, $before: Date) {
  timeline(by: YEAR, orderBy: $order, first: $first, after: $after, last: $last, before: $before) { start }
}"""


async def starts_of(ask: Ask, order: str, **part: Any) -> list[str]:
    return [bucket["start"] for bucket in data(await ask(STARTS, order=order, **part))["timeline"]]


async def test_a_scrubber_jumps_to_each_year_of_the_list(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    date = "mutation($p: [ID!]!, $t: LocalDateTime) { datePhotos(photos: $p, takenAt: $t) { changed } }"
    for number in range(1, 13):
        data(await ask(date, p=[photos[f"{number}.jpg"]], t=f"{2010 + number % 3}-06-{number:02}T10:00:00"))
    for order in ("TAKEN_DESC", "TAKEN_ASC"):
        found = data(await ask(TIMELINE, order=order, filter={"folder": {"path": "Pictures/b"}}))
        names = [photo["name"] for photo in found["photos"]["nodes"]]
        assert len(names) == sum(bucket["count"] for bucket in found["timeline"]) == 9
        for bucket in found["timeline"]:
            own = names[bucket["offset"] : bucket["offset"] + bucket["count"]]
            page = bucket["photos"]
            assert [photo["name"] for photo in page["nodes"]] == own[:2]
            assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (len(own), len(own) > 2)
            assert bucket["cover"]["name"] == (own[0] if order == "TAKEN_DESC" else own[-1])
            assert page["edges"][0]["matches"] == [{"label": "Pictures/b"}]
        every = data(await ask(TIMELINE, order=order))
        for bucket in every["timeline"]:
            [first] = data(await ask(FROM, after=bucket["cursor"], order=order))["photos"]["nodes"]
            assert first["name"] == every["photos"]["nodes"][bucket["offset"]]["name"]
        starts = [bucket["start"] for bucket in every["timeline"]]
        assert await starts_of(ask, order, first=2) == starts[:2] and len(starts) == 3
        assert await starts_of(ask, order, first=2, after=starts[1]) == starts[2:]
        assert await starts_of(ask, order, last=1, before=starts[1]) == starts[:1]
    for sizes in ({"first": -1}, {"first": 1, "last": 1}):
        assert code(await ask(STARTS, **sizes)) == "BAD_INPUT"
    assert every["photos"]["facets"]["undated"] == 0
    assert code(await ask(TIMELINE, order="NAME_ASC")) == "BAD_INPUT"
