from datetime import UTC, datetime

import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.library.taken import parse_offset
from photos_graph.model.library import Taken, TakenSource
from tests.kit.corpora import CORPORA
from tests.kit.metadata import jpeg_with, sidecar

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WRITTEN = 1_500_000_000 * 10**9  # 2017-07-14 02:40:00 UTC
EXIF = "Exif.Photo.DateTimeOriginal"


def taken(data: bytes, beside: bytes | None = None, file_name: str = "a.jpg", mtime_ns: int = WRITTEN) -> Taken | None:
    return read_metadata(data, file_name, mtime_ns, beside, NOW)[0].taken


def at(text: str, source: TakenSource, offset: str | None = None) -> Taken:
    return Taken(datetime.fromisoformat(text), source, offset)


# Expected values as exiftool shows them; offsets from GPS by hand.
@pytest.mark.corpora
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("hires/monstree/IMG_1025.JPG", at("2017-07-18T15:31:30.730", TakenSource.EXIF, "-07:00")),
        ("hires/odm_caliterra/IMG_9354.jpg", at("2014-10-19T13:20:51", TakenSource.EXIF, "-05:00")),
        ("hires/odm_seneca/IMG_0446.jpg", at("2013-06-04T13:37:29", TakenSource.EXIF)),
        ("exif-samples/jpg/gps/DSCN0010.jpg", at("2008-10-22T16:28:39", TakenSource.EXIF)),
        ("exif-samples/jpg/Nikon_D70.jpg", at("2008-03-15T09:52:01", TakenSource.EXIF, "-04:00")),
        ("exif-samples/jpg/invalid/image01713.jpg", at("2010-03-04T11:59:38", TakenSource.XMP, "+01:00")),
        ("exif-samples/jpg/tests/67-0_length_string.jpg", at("2016-09-12T10:05:31", TakenSource.EXIF)),
        ("exif-samples/jpg/orientation/portrait_4.jpg", at("2017-07-14T02:40:00", TakenSource.FILE_TIME, "+00:00")),
    ],
)
def test_times_of_real_cameras(path: str, expected: Taken) -> None:
    assert taken((CORPORA / path).read_bytes()) == expected


def test_exif_with_fraction_and_offset() -> None:
    fields = {
        EXIF: "2019:08:05 12:34:56",
        "Exif.Photo.SubSecTimeOriginal": "034",
        "Exif.Photo.OffsetTimeOriginal": "+02:00",
    }
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56.034", TakenSource.EXIF, "+02:00")


def test_the_offset_of_the_time_of_change_serves_where_it_is_the_only_one() -> None:
    fields = {EXIF: "2019:08:05 12:34:56", "Exif.Photo.OffsetTime": "+02:00"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56", TakenSource.EXIF, "+02:00")


def test_the_time_of_a_raw_file() -> None:
    fields = {"Exif.Image.DateTimeOriginal": "2019:08:05 12:34:56"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56", TakenSource.EXIF)


@pytest.mark.parametrize(
    "impossible",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2019:13:05 12:34:56",
        "2019:02:30 12:34:56",
        "2019:08:05 25:00:00",
        "1825:12:31 23:59:59",
        "2026:01:02 12:00:01",  # more than a day ahead
        "9999:99:99 99:99:99",
        "2019:08:05 12:34:56 and more",
        "\u0662\u0660\u0661\u0669:08:05 12:34:56",
        "",
    ],
)
def test_an_impossible_time_is_passed_over(impossible: str) -> None:
    fields = {EXIF: impossible, "Exif.Photo.DateTimeDigitized": "2019:08:06 01:02:03"}
    assert taken(jpeg_with(fields)) == at("2019-08-06T01:02:03", TakenSource.EXIF)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026:01:02 11:59:59", "2026-01-02T11:59:59"),  # a clock that is a little ahead, or a zone that is
        ("1826:01:01 00:00:00", "1826-01-01T00:00:00"),
        ("2019-08-05T12:34:56", "2019-08-05T12:34:56"),
        ("2019/8/5 1:34:56", "2019-08-05T01:34:56"),
        ("2016:12:31 23:59:60", "2016-12-31T23:59:59"),  # a leap second
        ("2019:08:05", "2019-08-05T00:00:00"),
    ],
)
def test_possible_times(written: str, expected: str) -> None:
    assert taken(jpeg_with({EXIF: written})) == at(expected, TakenSource.EXIF)


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
        ("2019:08:06 00:45:00", None),  # GPS last saw a satellite a while ago
        ("2019:08:07 22:30:00", None),
    ],
)
def test_gps_tells_the_offset_of_the_cameras_clock(clock: str, offset: str | None) -> None:
    found = taken(jpeg_with(GPS_TIME | {EXIF: clock}))
    assert found is not None
    assert found.offset == offset


def test_xmp_after_exif_and_gps() -> None:
    fields = {"Xmp.photoshop.DateCreated": "2019-08-05T12:34:56.25+02:00", "Xmp.xmp.CreateDate": "2020-01-01T00:00:00"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56.250", TakenSource.XMP, "+02:00")


def test_iptc_after_xmp() -> None:
    fields = {"Iptc.Application2.DateCreated": b"20190805", "Iptc.Application2.TimeCreated": b"123456+0200"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56", TakenSource.XMP, "+02:00")


def test_iptc_with_a_day_alone() -> None:
    assert taken(jpeg_with({"Iptc.Application2.DateCreated": b"19120501"})) == at(
        "1912-05-01T00:00:00", TakenSource.XMP
    )


def test_the_sidecar_wins() -> None:
    beside = sidecar(exif_DateTimeOriginal="1999-12-31T23:00:00+01:00")
    assert taken(jpeg_with({EXIF: "2019:08:05 12:34:56"}), beside) == at(
        "1999-12-31T23:00:00", TakenSource.XMP, "+01:00"
    )


def test_when_a_sidecar_was_made_is_not_when_the_photo_was() -> None:
    beside = sidecar(xmp_CreateDate="2021-01-01T00:00:00")
    assert taken(jpeg_with({EXIF: "2019:08:05 12:34:56"}), beside) == at("2019-08-05T12:34:56", TakenSource.EXIF)


def test_a_sidecar_without_offset_keeps_the_one_of_the_picture() -> None:
    data = jpeg_with({EXIF: "2019:08:05 12:34:56", "Exif.Photo.OffsetTimeOriginal": "+02:00"})
    beside = sidecar(photoshop_DateCreated="2019-08-05T12:34:56")
    assert taken(data, beside) == at("2019-08-05T12:34:56", TakenSource.XMP, "+02:00")


def test_the_file_name_before_the_time_of_change() -> None:
    data = jpeg_with({"Exif.Image.DateTime": "2020:01:01 00:00:01"})
    assert taken(data, file_name="IMG_20190805_123456.jpg") == at("2019-08-05T12:34:56", TakenSource.FILE_NAME)
    assert taken(data) == at("2020-01-01T00:00:01", TakenSource.EXIF)


def test_the_file_time_at_last() -> None:
    assert taken(jpeg_with()) == at("2017-07-14T02:40:00", TakenSource.FILE_TIME, "+00:00")


@pytest.mark.parametrize("mtime_ns", [0, -1, 10**30, 2_000_000_000 * 10**9])
def test_a_senseless_file_time_is_none(mtime_ns: int) -> None:
    assert taken(jpeg_with(), mtime_ns=mtime_ns) is None


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("+02:00", "+02:00"),
        ("-0330", "-03:30"),
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
