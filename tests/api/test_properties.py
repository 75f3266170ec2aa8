"""What files and people say about photos, through the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kit.graphql import Ask, code, data, names, photo_ids, scan
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import put

pytestmark = pytest.mark.anyio

SHOWN = """query($p: ID!) { photo(id: $p) { title caption creator copyright software people statedByPeople
  placeNames { sublocation city region country } exposure { iso aperture seconds focalLength }
  takenAt takenOffset takenPrecision location { latitude longitude } places { id name } } }"""
DESCRIBE = (
    "mutation($p: [ID!]!, $t: String, $c: String) { describePhotos(photos: $p, title: $t, caption: $c) { change } }"
)
PLACE = "mutation($p: [ID!]!) { placePhotos(photos: $p, latitude: 41.9, longitude: 12.5) { matched changed change } }"
PLACE_BY_ID = """mutation($p: [ID!]!, $x: ID!) { none: placePhotos(photos: $p) { changed }
  placePhotos(photos: $p, place: $x) { changed } }"""
DATE = """mutation($p: [ID!]!, $s: Int) { datePhotos(photos: $p, shiftSeconds: $s) { changed }
  set: datePhotos(photos: $p, takenAt: "1987-06-05T10:00:00", precision: YEAR) { changed } }"""
REVERT = "mutation($p: [ID!]!) { revertToFile(photos: $p, properties: [TITLE, DATE, POSITION]) { changed } }"


@pytest.fixture
async def photo(ask: Ask, library: str, folder: Path) -> str:
    fields: dict[str, str | list[str] | bytes] = {
        "Xmp.dc.title": "Quay",
        "Xmp.dc.creator": ["Ann", "Bob"],
        "Xmp.dc.rights": "All Ann's",
        "Xmp.iptcExt.PersonInImage": ["Cleo"],
        "Xmp.photoshop.City": "Pescara",
        "Exif.Image.Software": "Cam 1.0",
        "Exif.Photo.ISOSpeedRatings": "400",
        "Exif.Photo.FNumber": "28/10",
        "Exif.Photo.DateTimeOriginal": "2019:08:05 12:34:56",
    }
    put(folder / "a/quay.jpg", jpeg_with(fields))
    await scan(ask)
    return (await photo_ids(ask))["quay.jpg"]


async def shown(ask: Ask, photo: str) -> Any:
    return data(await ask(SHOWN, p=photo))["photo"]


async def test_what_the_file_says_is_shown(ask: Ask, photo: str) -> None:
    found = await shown(ask, photo)
    assert (found["title"], found["caption"], found["creator"]) == ("Quay", None, "Ann, Bob")
    assert (found["copyright"], found["software"], found["people"]) == ("All Ann's", "Cam 1.0", ["Cleo"])
    assert found["placeNames"] == {"sublocation": None, "city": "Pescara", "region": None, "country": None}
    assert found["exposure"] == {"iso": 400, "aperture": 2.8, "seconds": None, "focalLength": None}
    assert [place["name"] for place in found["places"]] == ["Italy", "Abruzzo", "Pescara"]
    assert await names(ask, {"text": "cleo"}) == {"quay.jpg"}
    assert await names(ask, {"places": {"any": ["Pescara"]}}) == {"quay.jpg"}
    assert await names(ask, {"exposure": {"iso": {"min": 400, "max": 400}, "aperture": {"max": 2.8}}}) == {"quay.jpg"}
    assert await names(ask, {"exposure": {"seconds": {"min": 0}}}) == set()


async def test_what_people_say_is_shown_until_the_file_is_to_count_again(ask: Ask, photo: str) -> None:
    assert data(await ask(DESCRIBE, p=[photo], t="Harbour"))["describePhotos"]["change"]
    assert data(await ask(PLACE, p=[photo]))["placePhotos"]["changed"] == 1
    assert data(await ask(DATE, p=[photo], s=60)) == {"datePhotos": {"changed": 1}, "set": {"changed": 1}}
    found = await shown(ask, photo)
    assert (found["title"], found["takenAt"], found["takenPrecision"]) == ("Harbour", "1987-01-01T00:00:00", "YEAR")
    assert found["location"] == {"latitude": 41.9, "longitude": 12.5}
    assert found["statedByPeople"] == ["TITLE", "DATE", "POSITION"]
    assert data(await ask(REVERT, p=[photo]))["revertToFile"]["changed"] == 1
    found = await shown(ask, photo)
    assert (found["title"], found["takenAt"], found["location"]) == ("Quay", "2019-08-05T12:34:56", None)
    assert found["statedByPeople"] == []


async def test_a_place_is_chosen_and_searched_by_its_id(ask: Ask, photo: str) -> None:
    region = (await shown(ask, photo))["places"][1]
    assert data(await ask(PLACE_BY_ID, p=[photo], x=region["id"]))["placePhotos"]["changed"] == 1
    assert [place["name"] for place in (await shown(ask, photo))["places"]] == ["Italy", "Abruzzo"]
    assert await names(ask, {"places": {"any": [region["id"]]}}) == {"quay.jpg"}
    assert await names(ask, {"places": {"any": ["Pescara"]}}) == set()


async def test_only_editors_say_something(ask: Ask, photo: str) -> None:
    for mutation in (DESCRIBE, PLACE, DATE, REVERT):
        assert code(await ask(mutation, role="viewer", p=[photo])) == "FORBIDDEN"
    assert code(await ask(DESCRIBE, role="editor", p=[photo])) == "BAD_INPUT"
