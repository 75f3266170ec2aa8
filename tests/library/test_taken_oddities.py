"""Times of photos that are odd: strange characters, and clocks that were never set."""

import pytest

from photos_graph.model.library import TakenSource
from tests.kit.metadata import jpeg_with, sidecar
from tests.kit.taken import EXIF, at, taken, warnings


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2015:08:22 24:08:19", "2015-08-22T00:08:19"),
        ("2015:08:22 01:08:19 PM", "2015-08-22T13:08:19"),
        ("2015:08:22 12:08:19 a.m.", "2015-08-22T00:08:19"),
        ("2015:08:22 \N{CJK UNIFIED IDEOGRAPH-4E0B}\N{CJK UNIFIED IDEOGRAPH-5348} 1:08:19", "2015-08-22T13:08:19"),
        ("22/08/2015 13:08", "2015-08-22T13:08:00"),
        ("22.08.2015 13:08:19", "2015-08-22T13:08:19"),
        ("05.08.2015", "2015-08-05"),
        ("08/22/2015", "2015-08-22"),
        ("05/08/2015 13:08:19", "2015"),  # the fifth of August, or the eighth of May
        ("22.08.2015 um 13:08:19", "2015-08-22T13:08:19"),
        ("15:08:22 13:08:19", "2015-08-22T13:08:19"),
        ("87:06:05 13:08:19", "1987-06-05T13:08:19"),
        ("2015:08:22 13:08:19 and more", "2015-08-22T13:08:19"),
        ("2015:08:22 13:08:70", "2015-08-22T13:08:59"),
        ("2015:08:22 29:08:19", "2015-08-22"),
        ("2015:08:22 13:61:19", "2015-08-22"),
        ("2015:08:22 ??:??:??", "2015-08-22"),
        ("2015:02:30 13:08:19", "2015-02"),
        ("2015:13:22 13:08:19", "2015"),
        ("Sat, 22 Aug 2015 13:08:19", "2015-08-22T13:08:19"),
        ("22 Aug 2015", "2015-08-22"),
        ("22 May 2015 13:08:19", "2015-05-22T13:08:19"),
        ("12. Juni 1987", "1987-06-12"),
        ("giugno 1987", "1987-06"),
        ("06/1987", "1987-06"),
        ("summer of 1987", "1987"),
        ("ca. 1987", "1987"),
    ],
)
def test_an_odd_date_loses_no_more_than_it_must_and_is_told(written: str, expected: str) -> None:
    data = jpeg_with({EXIF: written})
    assert taken(data) == at(expected, TakenSource.EXIF)
    (warning,) = warnings(data)
    assert warning == f"{EXIF} says {written!r}, which is read as {expected}."


@pytest.mark.parametrize(
    ("written", "expected", "offset"),
    [
        ("2015-08-22T13:08:19Z", "2015-08-22T13:08:19", "+00:00"),
        ("2015-08-22T13:08+02:00", "2015-08-22T13:08:00", "+02:00"),
        ("2015-08-22T13:08-04:00", "2015-08-22T13:08:00", "-04:00"),
        ("20150822T130819", "2015-08-22T13:08:19", None),
        ("2015.08.22 13.08.19", "2015-08-22T13:08:19", None),
        ("2015:08:22 13:08: 9", "2015-08-22T13:08:09", None),
        ("2015:08:22 13:08:19,5", "2015-08-22T13:08:19.500000", None),
        (" 2015: 8:22  13:08:19 ", "2015-08-22T13:08:19", None),
        ("2015\N{NO-BREAK SPACE}08\N{NO-BREAK SPACE}22", "2015-08-22", None),
    ],
)
def test_other_forms_of_a_date_are_no_matter_for_a_warning(written: str, expected: str, offset: str | None) -> None:
    data = jpeg_with({EXIF: written})
    assert taken(data) == at(expected, TakenSource.EXIF, offset)
    assert warnings(data) == ()


@pytest.mark.parametrize("written", [b"2015:08:22\x0013:08:19\0", b"2015:08:22 13:08:19 "])
def test_a_nul_may_stand_for_a_blank(written: bytes) -> None:
    data = jpeg_with({EXIF: "2015:08:22 13:08:19"}).replace(b"2015:08:22 13:08:19\0", written)
    assert written in data
    assert taken(data) == at("2015-08-22T13:08:19", TakenSource.EXIF)


def test_a_field_that_is_no_date_is_told() -> None:
    data = jpeg_with({EXIF: "sometime", "Exif.Photo.DateTimeDigitized": "2015:08:22 13:08:19"})
    assert taken(data) == at("2015-08-22T13:08:19", TakenSource.EXIF)
    assert warnings(data) == (f"{EXIF} says 'sometime', which is not the date of a photo.",)


def test_what_is_behind_the_date_that_counts_is_not_told() -> None:
    data = jpeg_with({EXIF: "2015:08:22 13:08:19", "Xmp.xmp.CreateDate": "sometime"})
    assert warnings(data) == ()


@pytest.mark.parametrize("zero", ["1970:01:01 00:00:00", "1980:01:01 00:12:34", "2000:01:01 00:00:10"])
def test_a_clock_that_was_never_set_gives_way(zero: str) -> None:
    fields = {EXIF: zero, "Exif.Photo.DateTimeDigitized": zero, "Exif.Image.DateTime": zero}
    data = jpeg_with(fields)
    assert taken(data, file_name="IMG_20190805_123456.jpg") == at("2019-08-05T12:34:56", TakenSource.FILE_NAME)
    named = jpeg_with(fields | {"Xmp.photoshop.DateCreated": "2019-08-05"})
    assert taken(named) == at("2019-08-05", TakenSource.XMP)
    day = zero[:10].replace(":", "-")
    assert taken(data) == at(f"{day}T{zero[11:]}", TakenSource.EXIF)
    assert warnings(data) == (f"{EXIF} says {day}, as a clock does that was never set.",)


def test_the_first_hour_of_a_year_gives_way_to_the_day_in_the_name() -> None:
    fields = {EXIF: "2005:01:01 00:03:12", "Exif.Photo.DateTimeDigitized": "2005:01:01 00:03:12"}
    beach = taken(jpeg_with(fields), file_name="2007-08-12 beach.jpg")
    assert beach == at("2007-08-12", TakenSource.FILE_NAME)
    assert taken(jpeg_with(fields), file_name="IMG_20050101_000312.jpg") == at("2005-01-01T00:03:12", TakenSource.EXIF)
    assert taken(jpeg_with(fields)) == at("2005-01-01T00:03:12", TakenSource.EXIF)
    noon = jpeg_with({EXIF: "2005:01:01 12:03:12"})
    assert taken(noon, file_name="2007-08-12 beach.jpg") == at("2005-01-01T12:03:12", TakenSource.EXIF)


def test_a_name_of_a_clock_that_was_never_set_gives_way() -> None:
    changed = jpeg_with({"Exif.Image.DateTime": "2019:08:05 12:34:56"})
    for name in ("IMG_19800101_000012.jpg", "IMG-19700101-WA0001.jpg"):
        assert taken(changed, file_name=name) == at("2019-08-05T12:34:56", TakenSource.EXIF)


def test_a_copy_of_a_clock_that_was_never_set_gives_way_but_not_a_year() -> None:
    data = jpeg_with({EXIF: "1980:01:01 00:00:00", "Exif.Photo.DateTimeDigitized": "2019:08:05 12:34:56"})
    assert taken(data, sidecar(exif_DateTimeOriginal="1980-01-01T00:00:00")) == at(
        "2019-08-05T12:34:56", TakenSource.EXIF
    )
    assert taken(data, sidecar(photoshop_DateCreated="1980")) == at("1980", TakenSource.XMP)


def test_a_receiver_without_satellites_tells_no_time() -> None:
    gps = {"Exif.GPSInfo.GPSDateStamp": "1980:01:06", "Exif.GPSInfo.GPSTimeStamp": "0/1 0/1 4/1"}
    assert taken(jpeg_with(gps), file_name="IMG_20190805_123456.jpg") == at(
        "2019-08-05T12:34:56", TakenSource.FILE_NAME
    )
    digitized = jpeg_with(gps | {"Exif.Photo.DateTimeDigitized": "2019:08:05 12:34:56"})
    assert taken(digitized, file_name="2018-01-02.jpg") == at("2019-08-05T12:34:56", TakenSource.EXIF)


def test_a_photo_of_the_millennium_is_not_dated_by_its_edit() -> None:
    fields = {EXIF: "2000:01:01 00:03:00", "Exif.Image.DateTime": "2005:05:05 12:00:00"}
    assert taken(jpeg_with(fields)) == at("2000-01-01T00:03:00", TakenSource.EXIF)
    assert taken(jpeg_with(fields | {EXIF: "1980:01:01 00:03:00"})) == at("2005-05-05T12:00:00", TakenSource.EXIF)
