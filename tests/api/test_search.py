"""Search in words over GraphQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.graphql import Ask, code, data, photo_ids, scan
from tests.kit.pictures import encoded, put, scene

pytestmark = pytest.mark.anyio

TAG = "mutation($p: [ID!]!, $t: [String!]!) { tagPhotos(photos: $p, tags: $t) { changed } }"
EXPLAINED = """query($t: String!) { search(text: $t) {
  photos { totalCount } terms { label negated count alternatives }
  emptiedBy { count terms { label count } photos(first: 1) { totalCount nodes { name } } } } }"""


async def test_terms_are_counted_and_an_empty_answer_is_explained(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    data(await ask(TAG, p=[of["4.jpg"], of["5.jpg"]], t=["Sea"]))
    data(await ask(TAG, p=[of["6.jpg"]], t=["Mountains"]))

    found = data(await ask(EXPLAINED, t="sea without mountains"))["search"]
    assert found["photos"]["totalCount"] == 2
    assert [(term["label"], term["negated"], term["count"]) for term in found["terms"]] == [
        ("Sea", False, 2),
        ("Mountains", True, 1),
    ]
    assert found["emptiedBy"] == []

    found = data(await ask(EXPLAINED, t="sea mountains"))["search"]
    assert found["photos"]["totalCount"] == 0
    assert [(each["count"], [term["label"] for term in each["terms"]]) for each in found["emptiedBy"]] == [
        (2, ["Mountains"]),
        (1, ["Sea"]),
    ]
    assert found["emptiedBy"][1]["photos"] == {"totalCount": 1, "nodes": [{"name": "6.jpg"}]}


async def test_a_filter_is_said_in_words(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    data(await ask(TAG, p=[of["4.jpg"], of["5.jpg"]], t=["Sea"]))
    query = """query($f: PhotoFilter!) { explainFilter(filter: $f) {
      text isSearchable terms { text kind label negated count alternatives } } }"""
    said = data(await ask(query, f={"tags": {"none": ["Sea"]}, "rating": {"min": 4}}))["explainFilter"]
    assert (said["text"], said["isSearchable"]) == ("without Sea, rated 4 or more", True)
    assert [(term["kind"], term["label"], term["negated"], term["count"]) for term in said["terms"]] == [
        ("TAG", "Sea", True, 2),
        ("OTHER", "rating 4 or more", False, 0),
    ]
    found = data(await ask("query($t: String!) { search(text: $t) { photos { totalCount } } }", t=said["text"]))
    assert found["search"]["photos"]["totalCount"] == 0
    assert code(await ask(query, f={"taken": {"month": 13}})) == "BAD_INPUT"


async def test_what_is_known_of_a_picture_is_filtered_and_said(ask: Ask, library: str, folder: Path) -> None:
    put(folder / "wide.jpg", encoded(scene(300, 100), "JPEG"))
    put(folder / "Screenshot 1.png", encoded(scene(100, 180), "PNG"))
    put(folder / "copy of 4.jpg", (folder / "b/4.jpg").read_bytes())
    await scan(ask)
    query = """query($f: PhotoFilter) { photos(filter: $f) { nodes { name files { path } } } }"""

    async def found(**filter: object) -> set[str]:
        nodes = data(await ask(query, f=filter))["photos"]["nodes"]
        return {file["path"].rpartition("/")[2] for node in nodes for file in node["files"]}

    assert await found(shape="PANORAMA") == {"wide.jpg"}
    assert await found(shape="PORTRAIT") == {"Screenshot 1.png"}
    assert await found(screenshot=True) == {"Screenshot 1.png"}
    assert await found(duplicates=True) == {"4.jpg", "copy of 4.jpg"}
    assert await found(raw=True) == await found(edited=True) == await found(unnamedFaces=True) == set()
    assert len(await found(added={"after": "2020-01-01T00:00:00+00:00"})) == 15
    assert await found(added={"before": "2020-01-01T00:00:00+00:00"}) == set()
    text = "query($t: String!) { search(text: $t) { unmatched photos { nodes { name } } } }"
    for words, name in (("panorama", "wide.jpg"), ("screenshots added today", "Screenshot 1.png")):
        search = data(await ask(text, t=words))["search"]
        assert search == {"unmatched": [], "photos": {"nodes": [{"name": name}]}}


async def test_what_words_mean_is_a_filter_that_photos_takes(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    data(await ask(TAG, p=[of["4.jpg"], of["5.jpg"]], t=["Sea"]))
    search = """query($t: String!) { search(text: $t, first: 50) {
      filter termsWithoutFilter { text } photos { nodes { id } } } }"""
    photos = "query($f: PhotoFilter) { photos(filter: $f, first: 50) { nodes { id } } }"
    for text in ("sea", "without sea, rated up to 4", "in:deep or sea, added since 2020", "zebras", "tag:sea text:4"):
        found = data(await ask(search, t=text))["search"]
        assert found["termsWithoutFilter"] == []
        assert data(await ask(photos, f=json.loads(found["filter"])))["photos"] == found["photos"], text
    found = data(await ask(search, t="sea on Monday morning"))["search"]
    assert (found["filter"], found["termsWithoutFilter"]) == (None, [{"text": "Monday"}, {"text": "morning"}])
    found = data(await ask(search, t="-(sea " * 25 + "sea"))["search"]
    assert (found["filter"], found["termsWithoutFilter"]) == (None, [])
