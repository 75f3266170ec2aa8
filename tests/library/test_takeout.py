"""The JSON files of Google Takeout, and how they are weighed against what the photo says itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.library.takeout import NOTHING, read_takeout
from photos_graph.model.library import DatePrecision, Location, Metadata, Taken, TakenSource
from tests.kit.cases import case
from tests.kit.metadata import jpeg_with, sidecar

NOON = 1_258_375_918  # 2009-11-16T12:51:58Z
CHENGDU = {"latitude": 30.657819, "longitude": 104.0739, "altitude": 0.0}
ROME_IN_EXIF = {
    "Exif.GPSInfo.GPSLatitude": "41/1 54/1 0/1",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLongitude": "12/1 30/1 0/1",
    "Exif.GPSInfo.GPSLongitudeRef": "E",
}
ROME = {"latitude": 41.9, "longitude": 12.5}


def takeout(**told: Any) -> bytes:
    return json.dumps({"title": "IMG_1.jpg", "photoTakenTime": {"timestamp": str(NOON)}, **told}).encode()


def read(told: bytes, fields: dict[str, str | list[str] | bytes] | None = None, **more: Any) -> Metadata:
    return read_metadata(jpeg_with(fields), more.pop("name", "a.jpg"), 0, takeout=told, **more)[0]


@pytest.mark.corpora
def test_the_case_of_a_panda() -> None:
    data, told = (case(f"takeout/IMG_3397.jpg{end}") for end in ("", ".supplemental-metadata.json"))
    found, warnings = read_metadata(data, "IMG_3397.jpg", 0, takeout=told)
    assert found.taken == Taken(datetime(2009, 11, 16, 20, 51, 58), TakenSource.XMP, "+08:00")
    assert found.location == Location(30.657819, 104.0739)
    assert (found.favourite, found.description.caption, warnings) == (True, "a panda", ())
    assert found.description.people == ("Anna",)


def test_a_photo_that_says_nothing_is_what_takeout_says() -> None:
    found = read(takeout(geoData=CHENGDU, description=" a\npanda ", favorited=True, people=[{"name": "Anna"}, {}, 3]))
    assert found.taken == Taken(datetime(2009, 11, 16, 20, 51, 58), TakenSource.XMP, "+08:00")
    assert (found.location, found.favourite) == (Location(30.657819, 104.0739), True)
    assert found.description.caption == "a panda"
    assert read_takeout(takeout(people=[{"name": "Anna"}, {}, 3]))[0].persons == ("Anna",)


def test_without_a_position_the_time_is_utc() -> None:
    found = read(takeout(geoData={"latitude": 0.0, "longitude": 0.0}))
    assert (found.taken, found.location) == (
        Taken(datetime(2009, 11, 16, 12, 51, 58), TakenSource.XMP, "+00:00"),
        None,
    )


@pytest.mark.parametrize(
    ("own", "source"),
    [
        ("2009:11:16 13:51:58", TakenSource.EXIF),
        ("2009:11:15 23:00:00", TakenSource.EXIF),  # a time zone away
        ("2009:11:20 13:51:58", TakenSource.XMP),  # somebody corrected it
        ("2000:01:01 00:00:00", TakenSource.XMP),
    ],
)
def test_the_time_of_the_file_counts_unless_it_is_days_away(own: str, source: TakenSource) -> None:
    found = read(takeout(), {"Exif.Photo.DateTimeOriginal": own}).taken
    assert found is not None and found.source is source


def test_the_name_of_a_file_counts_if_it_has_a_time() -> None:
    clock = read(takeout(), name="IMG_20091116_135158.jpg").taken
    day = read(takeout(), name="IMG-20091116-WA0001.jpg").taken
    assert clock is not None and clock.source is TakenSource.FILE_NAME
    assert day is not None and day.source is TakenSource.XMP


def test_a_year_alone_stays_if_the_time_is_in_it() -> None:
    found = read(takeout(), {"Xmp.photoshop.DateCreated": "2009"}).taken
    assert found is not None and found.precision is DatePrecision.YEAR


def test_a_sidecar_counts_more() -> None:
    beside = sidecar(photoshop_DateCreated="1987-06-01", exif_GPSLatitude="41,54N", exif_GPSLongitude="12,30E")
    found = read(takeout(geoData=CHENGDU, geoDataExif=ROME), sidecar=beside)
    assert found.taken is not None and found.taken.at.year == 1987
    assert found.location == Location(41.9, 12.5)


def test_a_position_that_its_owner_moved_counts_more_than_the_files() -> None:
    moved = read(takeout(geoData=CHENGDU, geoDataExif=ROME), dict(ROME_IN_EXIF)).location
    same = read(takeout(geoData=ROME, geoDataExif=ROME), dict(ROME_IN_EXIF)).location
    unknown = read(takeout(geoData=CHENGDU), dict(ROME_IN_EXIF)).location
    assert moved == Location(30.657819, 104.0739)
    assert same == unknown == Location(41.9, 12.5)


def test_the_words_of_google_photos_count_more_than_the_files() -> None:
    fields: dict[str, str | list[str] | bytes] = {"Xmp.dc.description": "from the camera"}
    assert read(takeout(description="mine"), fields).description.caption == "mine"
    assert read(takeout(description=""), fields).description.caption == "from the camera"


@pytest.mark.parametrize("stamp", ["0", "", "x", "9" * 30, None, [], "32503680000", "-99999999999"])
def test_a_senseless_time_says_nothing(stamp: Any) -> None:
    assert read_metadata(jpeg_with(), "a.jpg", 0, takeout=takeout(photoTakenTime={"timestamp": stamp}))[0].taken is None


@pytest.mark.parametrize(
    "data",
    [b"", b"no JSON", b"\xff\xfe{", b"[" * 200_000, b'{"a":' * 200_000, b" " * 2_000_000, b'"' + b"a" * 1_100_000],
)
def test_what_cannot_be_read_is_told(data: bytes) -> None:
    found, warnings = read_metadata(jpeg_with({"Exif.Image.Make": "Canon"}), "a.jpg", 0, takeout=data)
    assert found.camera is not None
    assert len(warnings) == 1 and warnings[0].startswith("The JSON file beside it ")


@pytest.mark.parametrize("data", [b"{}", b"[1]", b"null", b'{"SourceFile": "a.jpg", "Make": "Canon"}'])
def test_json_of_another_program_says_nothing(data: bytes) -> None:
    assert read_takeout(data) == (NOTHING, None)


def test_values_of_another_kind_say_nothing() -> None:
    odd = takeout(geoData=[1], geoDataExif={"latitude": "x", "longitude": True}, people={"name": "Anna"}, favorited=1)
    told, reason = read_takeout(odd.replace(b"1258375918", b"1258375918"))
    assert (told.position, told.persons, told.favourite, reason) == (None, (), None, None)


def test_a_time_in_the_future_is_not_believed() -> None:
    now = datetime(2009, 1, 1, tzinfo=UTC)
    assert read_metadata(jpeg_with(), "a.jpg", 0, None, now, takeout())[0].taken is None
