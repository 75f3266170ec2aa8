"""Real photographs through the whole service: what is asked by GraphQL, and what is seen over HTTP."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import httpx
import PIL.Image
import pytest

from photos_graph.library.picture_hash import picture_hash
from tests.kit.corpora import CORPORA, ORIENTATIONS
from tests.kit.graphql import Ask, scan
from tests.kit.pictures import distance, opened

pytestmark = pytest.mark.anyio

PHOTOS = """query($size: ThumbnailSize!, $format: ThumbnailFormat!) { photos(first: 100) { totalCount nodes {
  name width height takenAt takenSource placeholder contentHash byteSize original
  places { name kind } location { latitude longitude } camera { make model }
  thumbnail(size: $size, format: $format) } } }"""


async def scanned(ask: Ask, root: Path) -> None:
    await ask("mutation($p: String!) { addRoot(path: $p) { id } }", p=str(root))
    await scan(ask)


@pytest.mark.corpora
async def test_eight_photographs_with_their_sizes_dates_and_places(ask: Ask, client: httpx.AsyncClient) -> None:
    await scanned(ask, CORPORA / "hires")
    for size, edge in (("TINY", 160), ("SMALL", 320), ("MEDIUM", 960), ("LARGE", 1920)):
        for format, kind in (("JPEG", "JPEG"), ("WEBP", "WEBP"), ("AVIF", "AVIF"), ("AUTO", "JPEG")):
            if format == "AVIF" and size != "SMALL":
                continue  # slow to make, and no different
            photos = (await ask(PHOTOS, size=size, format=format))["data"]["photos"]
            assert photos["totalCount"] == 8
            for photo in photos["nodes"]:
                answer = await client.get(photo["thumbnail"] + "&wait=1", headers={"accept": "*/*"}, timeout=30)
                picture = opened(answer.content)
                assert (answer.status_code, picture.format) == (200, kind)
                assert max(picture.size) == edge
                assert picture.width / picture.height == pytest.approx(photo["width"] / photo["height"], rel=0.01)
                assert not picture.getexif(), "no place leaves in a thumbnail"
    seen = {photo["name"]: photo for photo in photos["nodes"]}
    bridge, valley = seen["DJI_0018.JPG"], seen["IMG_1025.JPG"]
    assert (bridge["width"], bridge["height"], bridge["takenAt"]) == (4000, 2250, "2016-06-23T16:31:59")
    assert [place["name"] for place in bridge["places"]][:2] == ["United States", "Minnesota"]
    assert (valley["width"], valley["height"]) == (3024, 4032)
    assert [place["name"] for place in valley["places"]] == ["United States", "California", "Yosemite Valley"]
    assert valley["camera"] == {"make": "Apple", "model": "iPhone 7"}
    assert all(photo["takenSource"] == "EXIF" and photo["placeholder"] for photo in photos["nodes"])


async def test_every_orientation_is_seen_upright(ask: Ask, client: httpx.AsyncClient) -> None:
    await scanned(ask, ORIENTATIONS)
    photos = (await ask(PHOTOS, size="SMALL", format="JPEG"))["data"]["photos"]
    originals = [path.read_bytes() for path in ORIENTATIONS.glob("*.jpg")]
    # Files that differ in their orientation alone are one photo. No orientation and that of 1 show the same.
    pictures = {picture_hash(data, sha256(data).hexdigest()) for data in originals}
    assert len(originals) == 18 and len(pictures) >= 16
    assert photos["totalCount"] == len(pictures)
    for photo in photos["nodes"]:
        name = photo["name"].partition("_")[0]
        assert (photo["width"], photo["height"]) == ((1800, 1200) if name == "Landscape" else (1200, 1800))
        picture = opened((await client.get(photo["thumbnail"] + "&wait=1")).content)
        upright = PIL.Image.open(ORIENTATIONS / f"{name}_1.jpg")
        assert distance(picture, upright) < 3, photo["name"]


async def test_originals_come_byte_for_byte_and_in_ranges(ask: Ask, client: httpx.AsyncClient) -> None:
    await scanned(ask, ORIENTATIONS)
    photo = (await ask(PHOTOS, size="SMALL", format="AUTO"))["data"]["photos"]["nodes"][0]
    data = (ORIENTATIONS / photo["name"]).read_bytes()
    whole = await client.get(photo["original"])
    assert whole.content == data and PIL.Image.open(io.BytesIO(whole.content)).format == "JPEG"
    assert photo["name"] in whole.headers["content-disposition"]
    part = await client.get(photo["original"], headers={"range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, data[1000:2000])
    again = await client.get(photo["original"], headers={"if-none-match": whole.headers["etag"]})
    assert again.status_code == 304
