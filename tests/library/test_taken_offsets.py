"""Times of photos in UTC, and their offsets: by GPS, and by the clock of the place."""

import pytest

from photos_graph.library.zones import parse_offset
from photos_graph.model.library import TakenSource
from tests.kit.metadata import jpeg_with
from tests.kit.taken import EXIF, at, taken

GPS_TIME = {"Exif.GPSInfo.GPSDateStamp": "2019:08:05", "Exif.GPSInfo.GPSTimeStamp": "22/1 30/1 565/10"}


def test_gps_time_is_utc() -> None:
    assert taken(jpeg_with(GPS_TIME)) == at("2019-08-05T22:30:56.500", TakenSource.GPS, "+00:00")


def test_gps_time_becomes_the_wall_clock_where_the_offset_is_known() -> None:
    fields = GPS_TIME | {"Exif.Photo.OffsetTime": "+02:00"}
    assert taken(jpeg_with(fields)) == at("2019-08-06T00:30:56.500", TakenSource.GPS, "+02:00")


@pytest.mark.parametrize("time", ["24/1 0/1 0/1", "0/0 0/1 0/1", "1/1 60/1 0/1", "1/1 1/1"])
def test_an_impossible_gps_time_is_passed_over(time: str) -> None:
    found = taken(jpeg_with(GPS_TIME | {"Exif.GPSInfo.GPSTimeStamp": time}))
    assert found is not None
    assert found.source == TakenSource.FILE_TIME


@pytest.mark.parametrize(
    ("day", "time", "offset"), [("0001:01:01", "0/1 0/1 0/1", "-02:00"), ("9999:12:31", "23/1 59/1 60/1", "+00:00")]
)
def test_a_gps_time_beyond_the_calendar_is_passed_over(day: str, time: str, offset: str) -> None:
    gps = {"Exif.GPSInfo.GPSDateStamp": day, "Exif.GPSInfo.GPSTimeStamp": time, "Exif.Photo.OffsetTime": offset}
    found = taken(jpeg_with(gps))
    assert found is not None
    assert found.source == TakenSource.FILE_TIME


@pytest.mark.parametrize(
    ("clock", "offset"),
    [
        ("2019:08:06 00:30:10", "+02:00"),
        ("2019:08:05 17:01:30", "-05:30"),
        ("2019:08:05 22:31:00", "+00:00"),
        ("2019:08:06 04:15:56", "+05:45"),
        ("2019:08:06 00:45:00", None),  # GPS last saw a satellite a while ago
        ("2019:08:07 22:30:00", None),
    ],
)
def test_gps_tells_the_offset_of_the_cameras_clock(clock: str, offset: str | None) -> None:
    found = taken(jpeg_with(GPS_TIME | {EXIF: clock}))
    assert found is not None
    assert found.offset == offset


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("+02:00", "+02:00"),
        ("-0330", "-03:30"),
        ("+2:00", "+02:00"),
        ("+02", "+02:00"),
        ("Z", "+00:00"),
        ("+14:00", "+14:00"),
        ("+15:00", None),
        ("+02:60", None),
        ("   :  ", None),
        ("02:00", None),
    ],
)
def test_offsets(text: str, offset: str | None) -> None:
    assert parse_offset(text) == offset


ABRUZZO = {
    "Exif.GPSInfo.GPSLatitude": "42/1 21/1 0/1",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLongitude": "13/1 24/1 0/1",
    "Exif.GPSInfo.GPSLongitudeRef": "E",
}

KATHMANDU = ABRUZZO | {"Exif.GPSInfo.GPSLatitude": "27/1 42/1 0/1", "Exif.GPSInfo.GPSLongitude": "85/1 19/1 0/1"}


@pytest.mark.parametrize(
    ("place", "expected", "offset"),
    [(ABRUZZO, "2019-08-06T00:30:56.5", "+02:00"), (KATHMANDU, "2019-08-06T04:15:56.5", "+05:45")],
)
def test_gps_time_is_shown_as_the_clock_of_its_place(place: dict[str, str], expected: str, offset: str) -> None:
    assert taken(jpeg_with(GPS_TIME | place)) == at(expected, TakenSource.GPS, offset)


def test_a_name_in_utc_is_shown_as_the_clock_of_its_place() -> None:
    found = taken(jpeg_with(KATHMANDU), file_name="PXL_20210102_030405678.jpg")
    assert found == at("2021-01-02T08:49:05.678", TakenSource.FILE_NAME, "+05:45")


@pytest.mark.parametrize(
    "wall",
    [
        {"Iptc.Application2.DateCreated": b"20190805", "Iptc.Application2.TimeCreated": b"183056-0400"},
        {"Xmp.photoshop.DateCreated": "2019-08-05T18:30:56-04:00"},
    ],
)
def test_a_wall_clock_before_gps(wall: dict[str, str | bytes]) -> None:
    assert taken(jpeg_with(GPS_TIME | wall)) == at("2019-08-05T18:30:56", TakenSource.XMP, "-04:00")


def test_gps_before_what_was_made_days_later() -> None:
    found = taken(jpeg_with(GPS_TIME | ABRUZZO | {"Xmp.xmp.CreateDate": "2021-01-01T00:00:00"}))
    assert found == at("2019-08-06T00:30:56.5", TakenSource.GPS, "+02:00")


@pytest.mark.parametrize(
    ("place", "clock", "offset"),
    [
        (ABRUZZO, "2019:08:06 00:34:00", "+02:00"),  # a clock that is three minutes fast
        (ABRUZZO, "2019:08:05 23:31:00", "+01:00"),  # a clock that was not changed for the summer
        (ABRUZZO, "2019:08:06 04:16:00", None),
        (KATHMANDU, "2019:08:06 04:16:00", "+05:45"),
        (KATHMANDU, "2019:08:06 00:31:00", None),
    ],
)
def test_an_offset_by_gps_is_one_of_the_clocks_at_the_place(
    place: dict[str, str], clock: str, offset: str | None
) -> None:
    found = taken(jpeg_with(GPS_TIME | place | {EXIF: clock}))
    assert found is not None
    assert found.offset == offset


@pytest.mark.parametrize(
    ("changed", "offset"),
    [("2019:08:05 12:34:56", "+01:00"), ("2019:12:24 18:00:00", None), ("2019:08:05 12:40:00", None)],
)
def test_the_offset_of_the_time_of_change_counts_only_if_that_is_the_time_of_the_shot(
    changed: str, offset: str | None
) -> None:
    fields = {EXIF: "2019:08:05 12:34:56", "Exif.Image.DateTime": changed, "Exif.Photo.OffsetTime": "+01:00"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56", TakenSource.EXIF, offset)
