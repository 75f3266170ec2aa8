"""A map, the places on it, and suggestions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resolvers import ids
from tests.kit.graphql import Ask, code, data, names, photo_ids

pytestmark = pytest.mark.anyio

PLACE = """mutation($p: [ID!]!, $a: Float, $o: Float) {
  placePhotos(photos: $p, latitude: $a, longitude: $o) { changed }
}"""
GEO = """query($b: BoxFilter!, $z: Int!, $f: PhotoFilter) { geo(bounds: $b, zoom: $z, filter: $f) {
  key latitude longitude count box { north south east west } cover { id name }
} }"""
COUNTRIES = """{ places { totalCount nodes {
  id name kind path photoCount position { latitude longitude } parent { name } cover { name }
  children(first: 1) { nodes { id name path parent { name } photos { totalCount } } pageInfo { hasNextPage endCursor } }
} } }"""
NAMED = "query($n: String, $p: ID, $k: PlaceKind) { places(name: $n, parent: $p, kind: $k) { nodes { name } } }"
SUGGEST = """query($t: String!, $k: [SuggestionKind!], $f: PhotoFilter) { suggest(text: $t, kinds: $k, filter: $f) {
  kind label count id filter text parts { text isMatched } node { __typename id ... on Place { path } }
} }"""
WORLD = {"north": 90, "south": -90, "east": 180, "west": -180}


async def test_photos_are_shown_on_a_map_and_by_place(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    for latitude, longitude, those in ((41.9, 12.5, "12"), (45.46, 9.19, "4"), (-17.8, 178.1, "5")):
        wanted = [photos[f"{number}.jpg"] for number in those]
        assert data(await ask(PLACE, p=wanted, a=latitude, o=longitude))["placePhotos"]["changed"] == len(those)

    found = data(await ask(GEO, b=WORLD, z=1))["geo"]
    assert [cluster["count"] for cluster in found] == [3, 1]
    italy, fiji = found
    assert fiji["latitude"] == pytest.approx(-17.8)
    assert fiji["cover"] == {"id": photos["5.jpg"], "name": "5.jpg"}
    assert await names(ask, {"box": italy["box"]}) == {"1.jpg", "2.jpg", "4.jpg"}
    pacific = {"north": 0, "south": -30, "east": -170, "west": 170}
    assert data(await ask(GEO, b=pacific, z=4))["geo"][0]["count"] == 1
    assert data(await ask(GEO, b=WORLD, z=4, f={"places": {"any": ["Fiji"]}}))["geo"][0]["count"] == 1
    assert code(await ask(GEO, b=WORLD, z=99)) == "BAD_INPUT"
    assert code(await ask(GEO, b={**WORLD, "north": 91}, z=1)) == "BAD_INPUT"

    countries = {each["name"]: each for each in data(await ask(COUNTRIES))["places"]["nodes"]}
    assert {name: each["photoCount"] for name, each in countries.items()} == {"Fiji": 1, "Italy": 3}
    assert countries["Fiji"]["position"] == pytest.approx({"latitude": -17.8, "longitude": 178.1})
    assert (countries["Italy"]["kind"], countries["Italy"]["path"], countries["Italy"]["parent"]) == (
        *("COUNTRY", "Italy"),
        None,
    )
    assert countries["Fiji"]["cover"] == {"name": "5.jpg"}
    await regions_are_pages(ask, countries["Italy"])
    await searches_are_completed(ask, countries["Italy"]["id"])


async def regions_are_pages(ask: Ask, italy: dict[str, Any]) -> None:
    assert italy["children"]["pageInfo"]["hasNextPage"]
    [lazio_or_lombardy] = italy["children"]["nodes"]
    assert lazio_or_lombardy["parent"] == {"name": "Italy"}
    assert lazio_or_lombardy["path"] == f"Italy/{lazio_or_lombardy['name']}"
    again = data(await ask("query($i: ID!) { node(id: $i) { ... on Place { name kind } } }", i=lazio_or_lombardy["id"]))
    assert again == {"node": {"name": lazio_or_lombardy["name"], "kind": "REGION"}}
    for name, expected in (("ital", ["Italy"]), ("Italien", ["Italy"]), ("nowhere", []), ("", [])):
        assert [each["name"] for each in data(await ask(NAMED, n=name))["places"]["nodes"]] == expected
    within = data(await ask(NAMED, p=italy["id"], k="REGION"))["places"]["nodes"]
    assert len(within) == 2 and lazio_or_lombardy["name"] == within[0]["name"]
    assert [each["name"] for each in data(await ask(NAMED, k="CITY"))["places"]["nodes"]] == ["Milan", "Rome"]


async def searches_are_completed(ask: Ask, italy: str) -> None:
    [place] = data(await ask(SUGGEST, t="ital"))["suggest"]
    assert (place["kind"], place["label"], place["count"]) == ("PLACE", "Italy", 3)
    assert place["parts"] == [{"text": "Ital", "isMatched": True}, {"text": "y", "isMatched": False}]
    assert place["node"] == {"__typename": "Place", "id": italy, "path": "Italy"}
    assert place["text"] == "place:Italy"
    assert await names(ask, json.loads(place["filter"])) == {"1.jpg", "2.jpg", "4.jpg"}
    [folder] = data(await ask(SUGGEST, t="deep", k=["FOLDER", "ALBUM"]))["suggest"]
    assert (folder["label"], folder["count"], folder["node"]["__typename"]) == ("Pictures/a/deep", 1, "Folder")
    assert await names(ask, json.loads(folder["filter"])) == {"3.jpg"}
    fiji = {"places": {"any": ["Fiji"]}}
    assert data(await ask(SUGGEST, t="ital", f=fiji))["suggest"] == []
    [within] = data(await ask(SUGGEST, t="ital", f={"places": {"any": [italy]}}))["suggest"]
    [year] = data(await ask(SUGGEST, t="2000", k=["DATE"]))["suggest"][:1] or [folder]
    for each in (place, folder, within, year):
        again = data(
            await ask("query($i: ID!) { node(id: $i) { id ... on Suggestion { label count } } }", i=each["id"])
        )
        assert again["node"] == {name: each[name] for name in ("id", "label", "count")}
    assert len({place["id"], within["id"], italy}) == 3, "its count and its parts depend on what was asked"
    senseless = ids.encode("Suggestion", '["ital", "PLACE"]')
    assert data(await ask("query($i: ID!) { node(id: $i) { id } }", i=senseless)) == {"node": None}
    assert code(await ask('{ suggest(text: "a", first: 101) { label } }')) == "BAD_INPUT"
