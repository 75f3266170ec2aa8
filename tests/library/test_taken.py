from datetime import UTC, datetime

import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.library.zones import parse_offset
from photos_graph.model.library import DatePrecision, Taken, TakenSource
from tests.kit.cases import CASES
from tests.kit.corpora import CORPORA
from tests.kit.metadata import jpeg_with, sidecar

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
WRITTEN = 1_500_000_000 * 10**9  # 2017-07-14 02:40:00 UTC
EXIF = "Exif.Photo.DateTimeOriginal"


def taken(data: bytes, beside: bytes | None = None, file_name: str = "a.jpg", mtime_ns: int = WRITTEN) -> Taken | None:
    return read_metadata(data, file_name, mtime_ns, beside, NOW)[0].taken


def at(text: str, source: TakenSource, offset: str | None = None) -> Taken:
    """A time that is as precise as its text: "1987", "1987-06", "1987-06-05" or "1987-06-05T12:34:56"."""
    precision = {4: DatePrecision.YEAR, 7: DatePrecision.MONTH, 10: DatePrecision.DAY}.get(len(text))
    start = datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    return Taken(start, source, offset, precision or DatePrecision.SECOND)


def warnings(data: bytes, beside: bytes | None = None, file_name: str = "a.jpg") -> tuple[str, ...]:
    return read_metadata(data, file_name, WRITTEN, beside, NOW)[1]


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
        ("2019:08:05", "2019-08-05"),
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
        ("2019:08:06 04:15:56", "+05:45"),
        ("2019:08:06 00:45:00", None),  # GPS last saw a satellite a while ago
        ("2019:08:07 22:30:00", None),
    ],
)
def test_gps_tells_the_offset_of_the_cameras_clock(clock: str, offset: str | None) -> None:
    found = taken(jpeg_with(GPS_TIME | {EXIF: clock}))
    assert found is not None
    assert found.offset == offset


def test_xmp_with_fraction_and_offset() -> None:
    fields = {"Xmp.photoshop.DateCreated": "2019-08-05T12:34:56.25+02:00", "Xmp.xmp.CreateDate": "2020-01-01T00:00:00"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56.250", TakenSource.XMP, "+02:00")


def test_iptc_after_xmp() -> None:
    fields = {"Iptc.Application2.DateCreated": b"20190805", "Iptc.Application2.TimeCreated": b"123456+0200"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56", TakenSource.XMP, "+02:00")


def test_iptc_with_a_day_alone() -> None:
    assert taken(jpeg_with({"Iptc.Application2.DateCreated": b"19120501"})) == at("1912-05-01", TakenSource.XMP)


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


def test_offsets_that_contradict_each_other_tell_nothing() -> None:
    fields = {EXIF: "2019:08:05 12:34:56", "Xmp.xmp.CreateDate": "2019-08-05T12:34:56+01:00"}
    other = {"Iptc.Application2.DigitizationDate": b"20190805", "Iptc.Application2.DigitizationTime": b"123456-0400"}
    assert taken(jpeg_with(fields)) == at("2019-08-05T12:34:56", TakenSource.EXIF, "+01:00")
    assert taken(jpeg_with(fields | other)) == at("2019-08-05T12:34:56", TakenSource.EXIF)


def test_the_file_name_before_the_time_of_change() -> None:
    data = jpeg_with({"Exif.Image.DateTime": "2020:01:01 00:00:01"})
    assert taken(data, file_name="IMG_20190805_123456.jpg") == at("2019-08-05T12:34:56", TakenSource.FILE_NAME)
    assert taken(data) == at("2020-01-01T00:00:01", TakenSource.EXIF)


def test_the_file_time_at_last() -> None:
    assert taken(jpeg_with()) == at("2017-07-14T02:40:00", TakenSource.FILE_TIME, "+00:00")


@pytest.mark.parametrize("mtime_ns", [0, -1, 315_532_800 * 10**9, 10**30, 2_000_000_000 * 10**9])
def test_a_senseless_file_time_is_none(mtime_ns: int) -> None:
    assert taken(jpeg_with(), mtime_ns=mtime_ns) is None


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


# -- coarse dates


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        (EXIF, "1987:06:00", "1987-06"),
        (EXIF, "1987:06:00 00:00:00", "1987-06"),
        (EXIF, "1987:00:00 00:00:00", "1987"),
        (EXIF, "1987:06:  ", "1987-06"),
        (EXIF, "1987:  :     :  :  ", "1987"),
        (EXIF, "1987:06:05   :  :  ", "1987-06-05"),
        ("Xmp.photoshop.DateCreated", "1987", "1987"),
        ("Xmp.photoshop.DateCreated", "1987-06", "1987-06"),
        ("Xmp.exif.DateTimeOriginal", "1987-06-05", "1987-06-05"),
        ("Xmp.xmp.CreateDate", "1987", "1987"),
        ("Iptc.Application2.DateCreated", b"19870600", "1987-06"),
        ("Iptc.Application2.DateCreated", b"19870000", "1987"),
        ("Iptc.Application2.DateCreated", b"198706", "1987-06"),
        ("Iptc.Application2.DateCreated", b"1987", "1987"),
        ("Iptc.Application2.DigitizationDate", b"19870600", "1987-06"),
    ],
)
def test_a_date_may_be_coarse(field: str, written: str | bytes, expected: str) -> None:
    source = TakenSource.EXIF if field == EXIF else TakenSource.XMP
    data = jpeg_with({field: written})
    assert taken(data) == at(expected, source)
    assert warnings(data) == ()


def test_a_coarse_date_is_completed_by_a_finer_one_of_the_same_day() -> None:
    data = jpeg_with({"Iptc.Application2.DateCreated": b"20190805"})
    assert taken(data, file_name="IMG_20190805_123456.jpg") == at("2019-08-05T12:34:56", TakenSource.FILE_NAME)
    assert taken(data, file_name="IMG_20190806_123456.jpg") == at("2019-08-05", TakenSource.XMP)


def test_midnight_is_completed_by_the_time_in_the_name() -> None:
    data = jpeg_with({EXIF: "2019:08:05 00:00:00"})
    assert taken(data, file_name="IMG_20190805_123456.jpg") == at("2019-08-05T12:34:56", TakenSource.FILE_NAME)
    assert taken(data, file_name="IMG_20190806_123456.jpg") == at("2019-08-05T00:00:00", TakenSource.EXIF)


# -- the owner's word


@pytest.mark.parametrize(
    "field",
    ["photoshop_DateCreated", "exif_DateTimeOriginal", "xmp_CreateDate", "exif_DateTimeDigitized", "acdsee_datetime"],
)
@pytest.mark.parametrize("written", ["1987", "1987-06", "1987-06-05T12:00:00"])
def test_a_correction_in_any_field_of_the_sidecar_wins(field: str, written: str) -> None:
    scanned = jpeg_with({EXIF: "2023:07:01 12:00:00", "Exif.Photo.OffsetTimeOriginal": "+02:00"})
    assert taken(scanned, sidecar(**{field: written})) == at(written, TakenSource.XMP)


def test_the_date_that_only_the_sidecar_has_is_the_correction() -> None:
    beside = sidecar(exif_DateTimeOriginal="2023-07-01T12:00:00", photoshop_DateCreated="1987")
    assert taken(jpeg_with({EXIF: "2023:07:01 12:00:00"}), beside) == at("1987", TakenSource.XMP)


def test_a_coarse_date_of_the_sidecar_stays_coarse() -> None:
    beside = sidecar(photoshop_DateCreated="2023")
    assert taken(jpeg_with({EXIF: "2023:07:01 12:00:00"}), beside) == at("2023", TakenSource.XMP)


def test_the_owners_new_year_is_no_clock_that_was_never_set() -> None:
    beside = sidecar(exif_DateTimeOriginal="1980-01-01T00:00:00")
    assert taken(jpeg_with({EXIF: "2023:07:01 12:00:00"}), beside) == at("1980-01-01T00:00:00", TakenSource.XMP)


def test_the_shot_in_iptc_before_the_scan_in_exif() -> None:
    fields = {"Exif.Photo.DateTimeDigitized": "2023:07:01 12:00:00", "Iptc.Application2.DateCreated": b"19870600"}
    assert taken(jpeg_with(fields)) == at("1987-06", TakenSource.XMP)


# -- odd characters


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


# -- clocks that were never set


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


# -- GPS and offsets


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


# -- files that were once read wrongly


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("date_24h.jpg", at("2015-08-22T00:08:19", TakenSource.EXIF)),
        ("date_xmp_year.jpg", at("1987", TakenSource.XMP)),
        ("date_iptc_month.jpg", at("1987-06", TakenSource.XMP)),
        ("scan_1987_sidecar.jpg", at("1987", TakenSource.XMP)),
        ("Schermata 2019-08-05 alle 12.34.56.jpg", at("2019-08-05T12:34:56", TakenSource.FILE_NAME)),
        ("offset_of_the_edit.jpg", at("2023-07-01T12:00:00", TakenSource.EXIF)),
        ("heic_by_pillow_heif.heic", at("2019-08-05T12:34:56", TakenSource.EXIF, "+02:00")),
    ],
)
def test_cases(name: str, expected: Taken) -> None:
    beside = CASES / f"{name}.xmp"
    found = taken((CASES / name).read_bytes(), beside.read_bytes() if beside.exists() else None, name)
    assert found == expected
