import pytest

from photos_graph.model.library import Taken, TakenSource
from tests.kit.cases import CASES
from tests.kit.corpora import CORPORA
from tests.kit.metadata import jpeg_with, sidecar
from tests.kit.taken import EXIF, at, taken, warnings


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
