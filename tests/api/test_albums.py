"""Albums through the API: made, edited, shown in their order, found by filters, and undone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.graphql import Ask, code, data, names, photo_ids

pytestmark = pytest.mark.anyio

PAYLOAD = """{ matched changed change isComplete deletedIds albums { name } photos { name }
  album { id name description isSmart filter text orderBy photoCount cover { name } startDate endDate createdBy
    photos(first: 10) { totalCount nodes { name } } } query { albums { totalCount } } }"""
CREATE = (
    "mutation($n: String!, $p: [ID!], $f: PhotoFilter, $t: String, $o: PhotoOrder) "
    "{ createAlbum(name: $n, photos: $p, filter: $f, text: $t, orderBy: $o) " + PAYLOAD + " }"
)
ADD = (
    "mutation($a: ID!, $p: [ID!], $f: PhotoFilter, $d: Boolean! = false) "
    "{ addToAlbum(album: $a, photos: $p, filter: $f, dryRun: $d) " + PAYLOAD + " }"
)
REMOVE = "mutation($a: ID!, $p: [ID!]) { removeFromAlbum(album: $a, photos: $p) " + PAYLOAD + " }"
MOVE = "mutation($a: ID!, $p: [ID!]!, $b: ID) { moveInAlbum(album: $a, photos: $p, before: $b) " + PAYLOAD + " }"
COVER = "mutation($a: ID!, $p: ID) { setAlbumCover(album: $a, photo: $p) " + PAYLOAD + " }"
RENAME = "mutation($a: ID!, $n: String!) { renameAlbum(album: $a, name: $n) " + PAYLOAD + " }"
EDIT = (
    "mutation($a: ID!, $d: String, $f: PhotoFilter) { editAlbum(album: $a, description: $d, filter: $f) "
    + PAYLOAD
    + " }"
)
DELETE = "mutation($a: ID!) { deleteAlbum(album: $a) " + PAYLOAD + " deletedIds }"
ALBUM = "query($i: ID, $n: String) { album(id: $i, name: $n) { id name isSmart photoCount } }"
UNDO = "mutation($c: ID!) { undo(change: $c) { changed albums { name } deletedIds } }"
AROUND = """query($f: PhotoFilter!, $p: ID!) {
  photosAround(id: $p, filter: $f, orderBy: ALBUM, before: 1, after: 1) {
    edges { node { name albums { name } } matches { kind label } } facets { albums { album { name } count } } } }"""


def shown(payload: Any) -> list[str]:
    return [node["name"] for node in payload["album"]["photos"]["nodes"]]


async def test_an_album_is_made_ordered_shown_and_undone(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    p = [photos[f"{number}.jpg"] for number in range(1, 8)]
    made = data(await ask(CREATE, "editor", n="Trip", p=[p[2], p[0], p[1]]))["createAlbum"]
    trip = made["album"]["id"]
    assert shown(made) == ["3.jpg", "1.jpg", "2.jpg"]
    assert (made["changed"], made["albums"], made["query"]) == (3, [{"name": "Trip"}], {"albums": {"totalCount": 1}})
    assert (made["album"]["cover"], made["album"]["createdBy"]) == ({"name": "3.jpg"}, "editor")
    assert (made["album"]["isSmart"], made["album"]["orderBy"], made["album"]["filter"]) == (False, "ALBUM", None)
    dry = data(await ask(ADD, "editor", a=trip, f={"folder": {"path": "Pictures/b"}}, d=True))["addToAlbum"]
    below = len(await names(ask, {"folder": {"path": "Pictures/b"}}))
    assert (dry["matched"], dry["changed"], dry["change"], dry["album"]["photoCount"]) == (below, below, None, 3)
    added = data(await ask(ADD, "editor", a=trip, p=[p[4], p[0]]))["addToAlbum"]
    assert (added["matched"], added["changed"], added["photos"]) == (2, 1, [{"name": "5.jpg"}])
    moved = data(await ask(MOVE, "editor", a=trip, p=[p[4]], b=p[2]))["moveInAlbum"]
    assert shown(moved) == ["5.jpg", "3.jpg", "1.jpg", "2.jpg"]
    covered = data(await ask(COVER, "editor", a=trip, p=p[1]))["setAlbumCover"]
    assert covered["album"]["cover"] == {"name": "2.jpg"}
    removed = data(await ask(REMOVE, "editor", a=trip, p=[p[2]]))["removeFromAlbum"]
    assert shown(removed) == ["5.jpg", "1.jpg", "2.jpg"]

    around = data(await ask(AROUND, f={"albums": {"any": [trip]}}, p=p[0]))["photosAround"]
    assert [edge["node"]["name"] for edge in around["edges"]] == ["5.jpg", "1.jpg", "2.jpg"]
    assert around["edges"][0]["node"]["albums"] == [{"name": "Trip"}]
    assert around["edges"][0]["matches"] == [{"kind": "ALBUM", "label": "Trip"}]
    assert around["facets"]["albums"] == [{"album": {"name": "Trip"}, "count": 3}]
    assert await names(ask, {"albums": {"any": ["trip"]}}) == {"1.jpg", "2.jpg", "5.jpg"}
    assert not {"1.jpg", "2.jpg", "5.jpg"} & await names(ask, {"inNoAlbum": True})

    renamed = data(await ask(RENAME, "editor", a=trip, n="Journey"))["renameAlbum"]
    assert renamed["album"]["name"] == "Journey"
    described = data(await ask(EDIT, "editor", a=trip, d="By train"))["editAlbum"]
    assert described["album"]["description"] == "By train"
    assert code(await ask(EDIT, "editor", a=trip, f=None)) == "BAD_INPUT"
    gone = data(await ask(DELETE, "editor", a=trip))
    assert (gone["deleteAlbum"]["album"], gone["deleteAlbum"]["deletedIds"], gone["deletedIds"]) == (
        None,
        [trip],
        [trip],
    )
    assert data(await ask(ALBUM, i=trip))["album"] is None
    back = data(await ask(UNDO, "editor", c=gone["deleteAlbum"]["change"]))["undo"]
    assert (back["changed"], back["albums"]) == (3, [{"name": "Journey"}])
    assert data(await ask(ALBUM, n="JOURNEY"))["album"]["photoCount"] == 3
    again = data(await ask("query($i: ID!) { node(id: $i) { ... on Album { name } } }", i=trip))
    assert again["node"] == {"name": "Journey"}


async def test_a_filter_that_an_album_gives_back_is_one_that_photos_takes(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    tag = 'mutation($p: [ID!]!) { tagPhotos(photos: $p, tags: ["Sea"]) { changed } }'
    data(await ask(tag, "editor", p=[photos["1.jpg"], photos["5.jpg"]]))
    asked = {
        "or": [{"tags": {"any": ["sea"]}}, {"folder": {"path": "Pictures/a/deep"}, "rating": {"max": 3}}],
        "not": {"added": {"before": "2020-01-01T00:00:00+01:00"}},
        "taken": {"before": "2100-01-01T00:00:00"},
        "faceCount": {"max": 0},
        "inNoAlbum": True,
    }
    made = data(await ask(CREATE, "editor", n="Sea or deep", f=asked, o="NAME_ASC"))["createAlbum"]["album"]
    assert (made["isSmart"], made["orderBy"], made["text"]) == (True, "NAME_ASC", None)
    assert [node["name"] for node in made["photos"]["nodes"]] == ["1.jpg", "3.jpg", "5.jpg"]
    given = json.loads(made["filter"])
    assert (given["taken"], given["faceCount"], given["inNoAlbum"]) == (asked["taken"], {"max": 0}, True)
    assert given["or"][0]["tags"]["any"] != ["sea"], "names are kept as ids"
    assert await names(ask, given) == await names(ask, asked) == {"1.jpg", "3.jpg", "5.jpg"}
    same = data(await ask(CREATE, "editor", n="Same", f=given))["createAlbum"]["album"]
    assert json.loads(same["filter"]) == given
    saved = data(await ask(CREATE, "editor", n="Saved", t="sea"))["createAlbum"]["album"]
    assert (saved["text"], saved["photoCount"]) == ("sea", 2)
    assert await names(ask, json.loads(saved["filter"])) == {"1.jpg", "5.jpg"}, "what the words of a saved search mean"


async def test_what_is_refused_says_why(ask: Ask, library: str) -> None:
    photos = await photo_ids(ask)
    first = photos["1.jpg"]
    trip = data(await ask(CREATE, "editor", n="Trip", p=[first]))["createAlbum"]["album"]["id"]
    smart = data(await ask(CREATE, "editor", n="Smart", f={"favourite": True}))["createAlbum"]["album"]["id"]
    taken = await ask(CREATE, "editor", n="trip")
    assert (code(taken), taken["errors"][0]["extensions"]["argument"]) == ("CONFLICT", "name")
    assert code(await ask(CREATE, "viewer", n="x")) == "FORBIDDEN"
    assert code(await ask(ADD, "editor", a=smart, p=[first])) == "BAD_INPUT"
    assert code(await ask(ADD, "editor", a=first, p=[first])) == "BAD_INPUT"
    assert code(await ask(EDIT, "editor", a=smart, f={"albums": {"all": [smart]}})) == "BAD_INPUT"
    unknown = await ask(COVER, "editor", a=trip, p=photos["2.jpg"])
    assert (code(unknown), unknown["errors"][0]["extensions"]["argument"]) == ("BAD_INPUT", "photo")
    data(await ask(DELETE, "editor", a=smart))
    assert code(await ask(DELETE, "editor", a=smart)) == "NOT_FOUND"
    assert code(await ask("{ photos(orderBy: ALBUM) { totalCount } }")) == "BAD_INPUT"
    assert code(await ask("{ album { name } }")) == "BAD_INPUT"
