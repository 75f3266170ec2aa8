"""Stacks as clients see them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.kit.corpora import CORPORA
from tests.kit.graphql import Ask, code, data, photo_ids, scan
from tests.kit.pictures import encoded, put, scene

pytestmark = pytest.mark.anyio

STACK = "mutation($p: [ID!]!, $c: ID) { stackPhotos(photos: $p, cover: $c) { matched changed change } }"
UNSTACK = "mutation($p: [ID!]!) { unstackPhotos(photos: $p) { matched changed change } }"
UNDO = "mutation($c: ID!) { undo(change: $c) { changed } }"
ELSEWHERE = """query($s: Stacks!) { timeline(stacks: $s, by: YEAR) { count }
  search(text: "jpg", stacks: $s) { photos { totalCount } } }"""
AROUND = """query($i: ID, $s: Stacks!) {
  photosAround(id: $i, before: 1, after: 1, orderBy: NAME_ASC, stacks: $s) { nodes { name } }
}"""
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
    assert stack["photos"][0] == {"name": "5.jpg"}
    assert {photo["name"] for photo in stack["photos"]} == {"4.jpg", "5.jpg", "6.jpg"}
    node = "query($i: ID!) { node(id: $i) { ... on Stack { kind photos { name } } } }"
    assert data(await ask(node, i=stack["id"]))["node"]["photos"] == stack["photos"]

    expanded = data(await ask(LISTED, s="EXPANDED"))["photos"]
    assert expanded["totalCount"] == 12
    assert sum(node["stack"] == stack for node in expanded["nodes"]) == 3
    for stacks, count in (("COLLAPSED", 10), ("EXPANDED", 12)):
        elsewhere = data(await ask(ELSEWHERE, s=stacks))
        assert sum(bucket["count"] for bucket in elsewhere["timeline"]) == count
        assert elsewhere["search"]["photos"]["totalCount"] == count

    for stacks, neighbours in (("EXPANDED", ["5.jpg", "6.jpg", "7.jpg"]), ("COLLAPSED", ["3.jpg", "5.jpg", "7.jpg"])):
        around = data(await ask(AROUND, i=of["6.jpg"], s=stacks))["photosAround"]["nodes"]
        assert [node["name"] for node in around] == neighbours

    assert data(await ask(UNSTACK, p=[of["5.jpg"]]))["unstackPhotos"]["changed"] == 1
    assert data(await ask("{ library { photoCount } }"))["library"]["photoCount"] == 11
    left = data(await ask(node, i=stack["id"]))["node"]["photos"]
    assert {photo["name"] for photo in left} == {"4.jpg", "6.jpg"}


async def test_stacking_is_undone(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    made = data(await ask(STACK, p=[of["4.jpg"], of["5.jpg"]]))["stackPhotos"]
    assert data(await ask(UNDO, c=made["change"]))["undo"]["changed"] == 2
    assert data(await ask("{ library { photoCount } }"))["library"]["photoCount"] == 12


async def test_one_photo_is_no_stack(ask: Ask, library: str) -> None:
    of = await photo_ids(ask)
    assert code(await ask(STACK, p=[of["4.jpg"]])) == "BAD_INPUT"
    assert code(await ask(STACK, role="viewer", p=[of["4.jpg"], of["5.jpg"]])) == "FORBIDDEN"


VIDEO = b"\0\0\0\x14ftypmp42\0\0\0\0mp42" + b"\0\0\x08\x08mdat" + bytes(range(256)) * 8 + b"\0\0\0\x08moov"
ALL = "{ photos(first: 500) { nodes { name motion stack { id kind photos { name } cover { name } } } } }"


async def moving(ask: Ask, folder: Path) -> dict[str, dict[str, object]]:
    """The photos of a folder that is scanned now, by name."""
    data(await ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(folder)))
    await scan(ask)
    return {node["name"]: node for node in data(await ask(ALL))["photos"]["nodes"]}


async def check_ranges(client: httpx.AsyncClient, address: object, media_type: str, video: bytes = VIDEO) -> None:
    assert isinstance(address, str)
    bare = {"Authorization": ""}
    whole = await client.get(address, headers=bare)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, video, media_type)
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = await client.get(address, headers=bare | {"Range": "bytes=4-99"})
    assert (part.status_code, part.content) == (206, video[4:100])
    assert part.headers["content-range"] == f"bytes 4-99/{len(video)}"
    beyond = await client.get(address, headers=bare | {"Range": f"bytes={len(video)}-"})
    assert beyond.status_code == 416
    again = await client.get(address, headers=bare | {"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get(address.partition("?")[0], headers=bare)).status_code == 403


async def test_the_video_beside_a_photo_is_its_moving_part(ask: Ask, client: httpx.AsyncClient, tmp_path: Path) -> None:
    root = tmp_path / "Phone"
    put(root / "IMG_1.JPG", encoded(scene(60, 40), "JPEG"))
    put(root / "img_1.mov", VIDEO)
    put(root / "still.jpg", encoded(scene(40, 60), "JPEG"))
    put(root / "film.mov", VIDEO)
    of = await moving(ask, root)
    assert (of["still.jpg"]["motion"], of["still.jpg"]["stack"]) == (None, None)
    stack = of["IMG_1.JPG"]["stack"]
    assert isinstance(stack, dict)
    assert (stack["kind"], stack["photos"], stack["cover"]) == ("LIVE", [{"name": "IMG_1.JPG"}], {"name": "IMG_1.JPG"})
    node = "query($i: ID!) { node(id: $i) { ... on Stack { kind } } }"
    assert data(await ask(node, i=stack["id"]))["node"] == {"kind": "LIVE"}
    await check_ranges(client, of["IMG_1.JPG"]["motion"], "video/quicktime")


async def test_a_video_that_comes_or_goes_later_is_noticed_without_reading_the_photo(
    ask: Ask, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    root = tmp_path / "Phone"
    put(root / "IMG_1.JPG", encoded(scene(60, 40), "JPEG"))
    assert (await moving(ask, root))["IMG_1.JPG"]["motion"] is None
    put(root / "IMG_1.MP4", VIDEO)
    await scan(ask)
    [node] = data(await ask(ALL))["photos"]["nodes"]
    await check_ranges(client, node["motion"], "video/mp4")
    (root / "IMG_1.MP4").unlink()
    assert (await client.get(node["motion"])).status_code == 404
    await scan(ask)
    assert data(await ask(ALL))["photos"]["nodes"][0]["motion"] is None


async def test_the_video_in_a_motion_photo_is_its_moving_part(
    ask: Ask, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MicroVideo="1"
 GCamera:MicroVideoOffset="{len(VIDEO)}"/></rdf:RDF></x:xmpmeta>"""
    put(tmp_path / "Phone" / "MVIMG_1.jpg", encoded(scene(60, 40), "JPEG", xmp=packet.encode()) + VIDEO)
    of = await moving(ask, tmp_path / "Phone")
    await check_ranges(client, of["MVIMG_1.jpg"]["motion"], "video/mp4")


@pytest.mark.corpora
async def test_the_pair_of_a_phone_is_one_live_photo(ask: Ask, client: httpx.AsyncClient) -> None:
    folder = CORPORA.parent / "cases" / "files" / "pair"
    of = await moving(ask, folder)
    stack = of["IMG_1234.JPG"]["stack"]
    assert isinstance(stack, dict) and stack["kind"] == "LIVE"
    video = (folder / "IMG_1234.MOV").read_bytes()
    await check_ranges(client, of["IMG_1234.JPG"]["motion"], "video/quicktime", video)
