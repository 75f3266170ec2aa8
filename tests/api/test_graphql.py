"""The whole service over a real server: real engine, real pictures."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from resolvers import ids
from resolvers.connections import MAX_PAGE, page_size
from tests.kit.graphql import Ask, scan
from tests.kit.pictures import put

pytestmark = pytest.mark.anyio


PAGE = """query($n: Int) { photos(first: $n, orderBy: NAME_ASC) { totalCount nodes {
  name thumbnail original places { name kind } files { path state folder { path parent { name } } } } } }"""


async def test_a_page_shows_photos_with_their_files_and_pictures(
    ask: Ask, client: httpx.AsyncClient, library: str
) -> None:
    answer = await ask(PAGE, n=500)
    photos = answer["data"]["photos"]
    assert photos["totalCount"] == 12
    paths = {file["path"] for node in photos["nodes"] for file in node["files"]}
    assert "Pictures/a/deep/3.jpg" in paths
    picture = await client.get(photos["nodes"][0]["thumbnail"])
    assert picture.status_code == 200 and picture.headers["content-type"] == "image/jpeg"


async def test_pages_follow_each_other(ask: Ask, library: str) -> None:
    query = """query($a: String) { photos(first: 5, after: $a, orderBy: NAME_ASC) {
        edges { cursor node { name } } pageInfo { hasNextPage endCursor } } }"""
    names, after = [], None
    while True:
        page = (await ask(query, a=after))["data"]["photos"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(names) == len(set(names)) == 12


async def test_a_page_is_capped(ask: Ask, library: str) -> None:
    answer = await ask("{ photos(first: 501) { nodes { name } } jobs(first: 2147483647) { nodes { id } } }")
    assert "errors" not in answer and len(answer["data"]["photos"]["nodes"]) == 12
    assert page_size(501) == MAX_PAGE == 500


async def test_filters_nest(ask: Ask, library: str) -> None:
    query = """{ photos(filter: { or: [{ folder: { path: "Pictures/a" } }, { text: "12" }],
        not: { folder: { path: "Pictures/a/deep" } } }) { nodes { name } } }"""
    nodes = (await ask(query))["data"]["photos"]["nodes"]
    assert {node["name"] for node in nodes} == {"1.jpg", "2.jpg", "12.jpg"}


async def test_folders_lead_down_and_count(ask: Ask, library: str) -> None:
    query = """{ folder(path: "Pictures") { name photoCount folders { totalCount nodes {
        path photoCount(recursive: false) photos { totalCount } } } } }"""
    folder = (await ask(query))["data"]["folder"]
    assert folder["photoCount"] == 12
    a = {"path": "Pictures/a", "photoCount": 2, "photos": {"totalCount": 2}}
    assert a in folder["folders"]["nodes"]


async def test_every_node_is_found_by_its_id(ask: Ask, library: str) -> None:
    found = (await ask('{ photos(first: 1) { nodes { id } } folder(path: "Pictures") { id } jobs { nodes { id } } }'))[
        "data"
    ]
    ids = [found["photos"]["nodes"][0]["id"], found["folder"]["id"], found["jobs"]["nodes"][0]["id"]]
    kinds = [(await ask("query($i: ID!) { node(id: $i) { __typename id } }", i=id_))["data"]["node"] for id_ in ids]
    assert [(kind["__typename"], kind["id"]) for kind in kinds] == list(
        zip(["Photo", "Folder", "Job"], ids, strict=True)
    )


async def test_ratings_are_seen_at_once(ask: Ask, library: str) -> None:
    ids = [node["id"] for node in (await ask("{ photos(first: 3) { nodes { id } } }"))["data"]["photos"]["nodes"]]
    rate = "mutation($p: [ID!]!) { ratePhotos(photos: $p, rating: 4) { matched changed } }"
    assert (await ask(rate, "editor", p=ids))["data"]["ratePhotos"] == {"matched": 3, "changed": 3}
    seen = await ask("{ photos(filter: { rating: { min: 4 } }) { totalCount nodes { rating } } }")
    assert seen["data"]["photos"] == {"totalCount": 3, "nodes": [{"rating": 4}] * 3}


async def test_the_timeline_and_facets_count_every_photo(ask: Ask, library: str) -> None:
    found = (
        await ask("{ timeline(by: YEAR) { start count cover { name } } photos { facets { years { year count } } } }")
    )["data"]
    assert sum(bucket["count"] for bucket in found["timeline"]) == 12
    assert sum(year["count"] for year in found["photos"]["facets"]["years"]) == 12


async def test_the_library_says_what_it_holds(ask: Ask, library: str, folder: Path) -> None:
    for name in ("MVI_1.MOV", "MVI_2.mov", "IMG_1.AAE"):
        put(folder / "a" / name, b"")
    await scan(ask)
    query = """{ library { photoCount fileCount folderCount roots { id name state folder { name } }
        passedOver { extension count } failures { totalCount } formats { extension available } } viewer { role } }"""
    found = (await ask(query, "editor"))["data"]
    assert found["viewer"] == {"role": "EDITOR"}
    assert (found["library"]["photoCount"], found["library"]["fileCount"]) == (12, 12)
    assert {"extension": "jpg", "available": True} in found["library"]["formats"]
    assert found["library"]["passedOver"] == [{"extension": "mov", "count": 2}, {"extension": "aae", "count": 1}]
    assert found["library"]["roots"] == [
        {"id": library, "name": "Pictures", "state": "ONLINE", "folder": {"name": "Pictures"}}
    ]


async def test_a_removed_root_is_forgotten_but_its_originals_stay(ask: Ask, folder: Path, library: str) -> None:
    contents = """{ library { roots { contents { photos folders taggedFolders tagged rated favourites faces named
        inAlbums } } } }"""
    [root] = (await ask(contents))["data"]["library"]["roots"]
    assert root["contents"] == {
        **{"photos": 12, "folders": 4, "taggedFolders": 0, "tagged": 0, "rated": 0, "favourites": 0},
        **{"faces": 0, "named": 0, "inAlbums": 0},
    }
    start = "mutation($r: ID!) { startRootRemoval(id: $r) { id kind } }"
    unknown = await ask(start, r=ids.encode("Root", "other"))
    assert unknown["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    remove = "mutation($r: ID!) { removeRoot(id: $r) }"
    assert (await ask(remove, r=library))["data"]["removeRoot"] is True
    assert (await ask("{ photos { totalCount } }"))["data"]["photos"]["totalCount"] == 0
    assert (folder / "a" / "1.jpg").is_file()
