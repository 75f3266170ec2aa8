"""Whatever a field says: reading it never fails, and never invents what the text does not say."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from photos_graph.library import taken
from photos_graph.library.date_text import read_date
from photos_graph.library.file_names import taken_from_name
from photos_graph.library.location import location
from photos_graph.model.library import DatePrecision, Location

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
texts = st.one_of(
    st.text(max_size=30),
    st.text("0123456789:-/. TZ+APM\0", max_size=30),
    st.from_regex(
        r"\d{0,5}[:/.-]?\d{0,3}[:/.-]?\d{0,5}[T ]?\d{0,3}[:.-]?\d{0,3}[:.-]?\d{0,3} ?([AP]M)?(Z|[+-]\d\d:\d\d)?"
    ),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(str),
    st.sampled_from(["Jan", "Sat, 99 Aug 99999 10:11:12 +9999", "0000:00:00 00:00:00", "9999:12:31 23:59:60Z"]),
)


@given(texts)
def test_no_text_makes_reading_fail(text: str) -> None:
    found = read_date(text, 2026)
    if found and found.precision is not DatePrecision.SECOND:
        assert (found.at.hour, found.at.minute, found.at.second) == (0, 0, 0)


@given(texts)
def test_no_name_makes_reading_fail(text: str) -> None:
    taken_from_name(f"{text}.jpg")


@given(st.dictionaries(st.sampled_from(taken.FIELDS), texts.map(lambda text: (text,))), texts, st.booleans())
def test_no_fields_make_choosing_fail(fields: dict[str, tuple[str, ...]], name: str, beside: bool) -> None:
    sidecar = {name: values for name, values in fields.items() if name.startswith("Xmp.")} if beside else {}
    for position in (None, Location(42.35, 13.4), Location(-90, 180)):
        found, _ = taken.taken(fields, sidecar, f"{name}.jpg", 0, NOW, position)
        assert found is None or 1826 <= found.at.year <= 2026


@given(st.datetimes(datetime(1900, 1, 1), datetime(2025, 1, 1)))
def test_a_date_as_exif_prescribes_it_is_read_as_it_is(moment: datetime) -> None:
    found = read_date(f"{moment:%Y:%m:%d %H:%M:%S}", 2026)
    assert found is not None
    assert (found.at, found.precision, found.odd) == (moment.replace(microsecond=0), DatePrecision.SECOND, False)


positions = st.one_of(texts, st.text("0123456789.,/NSEW+- ", max_size=20), st.floats(-200, 200).map(str))


@given(
    positions, positions, st.sampled_from(["", "N", "S", "E", "W", "x"]), st.sampled_from(["Exif.GPSInfo", "Xmp.exif"])
)
def test_no_position_makes_reading_fail(latitude: str, longitude: str, ref: str, group: str) -> None:
    fields = {"Latitude": latitude, "Longitude": longitude, "LatitudeRef": ref, "LongitudeRef": ref}
    found = location({f"{group}.GPS{name}": (text,) for name, text in fields.items()})
    assert found is None or (-90 <= found.latitude <= 90 and -180 <= found.longitude <= 180)
