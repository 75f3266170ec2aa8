from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.library.file_names import taken_from_name


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("IMG_20190805_123456.jpg", "2019-08-05T12:34:56"),
        ("20190805_123456.jpg", "2019-08-05T12:34:56"),
        ("IMG20190805123456.jpg", "2019-08-05T12:34:56"),
        ("IMG_20190805_123456789_HDR.jpg", "2019-08-05T12:34:56.789"),
        ("00000IMG_00000_BURST20190805123456789_COVER.jpg", "2019-08-05T12:34:56.789"),
        ("2019-08-05 12.34.56.jpg", "2019-08-05T12:34:56"),
        ("2019-08-05 12.34.56-1.jpg", "2019-08-05T12:34:56"),
        ("Screenshot_20190805-123456_Maps.png", "2019-08-05T12:34:56"),
        ("Screenshot_2019-08-05-12-34-56-789_com.example.png", "2019-08-05T12:34:56.789"),
        ("Screenshot 2019-08-05 at 12.34.56.png", "2019-08-05T12:34:56"),
        ("Screenshot from 2019-08-05 12-34-56.png", "2019-08-05T12:34:56"),
        ("signal-2019-08-05-123456.jpg", "2019-08-05T12:34:56"),
        ("signal-2019-08-05-12-34-56-789.jpg", "2019-08-05T12:34:56.789"),
        ("photo_2019-08-05_12-34-56.jpg", "2019-08-05T12:34:56"),
        ("WhatsApp Image 2019-08-05 at 12.34.56.jpeg", "2019-08-05T12:34:56"),
        ("WhatsApp Image 2019-08-05 at 1.34.56 PM (1).jpeg", "2019-08-05T13:34:56"),
        ("Screen Shot 2019-08-05 at 12.04.56 AM.png", "2019-08-05T00:04:56"),
        ("IMG-20190805-WA0001.jpg", "2019-08-05T00:00:00"),
        ("2019-08-05 beach.jpg", "2019-08-05T00:00:00"),
        ("1912-05-01 grandmother.tif", "1912-05-01T00:00:00"),
        ("IMG_99999999_20190805_123456.jpg", "2019-08-05T12:34:56"),
    ],
)
def test_names_with_a_time(name: str, at: str) -> None:
    found = taken_from_name(name)
    assert found is not None
    assert (found.at, found.offset) == (datetime.fromisoformat(at), None)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("PXL_20210102_030405678.jpg", "2021-01-02T03:04:05.678"),
        ("PXL_20210102_030405678.NIGHT.jpg", "2021-01-02T03:04:05.678"),
        ("20210102T030405Z.jpg", "2021-01-02T03:04:05"),
        ("FB_IMG_1565008496123.jpg", "2019-08-05T12:34:56.123"),
        ("1565008496123.jpg", "2019-08-05T12:34:56.123"),
    ],
)
def test_names_in_utc(name: str, at: str) -> None:
    found = taken_from_name(name)
    assert found is not None
    assert (found.at, found.offset) == (datetime.fromisoformat(at), "+00:00")


@pytest.mark.parametrize(
    "name",
    [
        "IMG_0001.jpg",
        "DSC_20191305.jpg",
        "IMG_20190230_123456.jpg",
        "IMG_20190805_256199.jpg",
        "DSC00012345678.jpg",
        "12345678.jpg",
        "1234567890.jpg",
        "201908051234567890123.jpg",
        "2019-08.jpg",
        "1920x1080.jpg",
        "a3f20190-8051-4234-8561-20190805abcd.jpg",
        "d41d8cd98f00b204e20190805ecf8427.jpg",
        "2019-08-05 at 13.04.56 PM.jpg",
        ".jpg",
        "",
    ],
)
def test_names_without_a_time(name: str) -> None:
    assert taken_from_name(name) is None


@given(st.one_of(st.text(), st.from_regex(r"[0-9]{4}[-_ .]?[0-9]{2}[-_ .]?[0-9]{2}[-_ T]?[0-9]{0,9}.jpg")))
def test_no_name_makes_it_raise(name: str) -> None:
    taken_from_name(name)
