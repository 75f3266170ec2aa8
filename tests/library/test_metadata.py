import io
import os
import struct
from datetime import datetime
from pathlib import Path

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from photos_graph.library.metadata import read_metadata
from photos_graph.model.library import Camera, Location, Metadata, Taken, TakenSource
from tests.kit.corpora import CORPORA, HOSTILE
from tests.kit.metadata import bag, jpeg_with, sidecar

NORTH_EAST = {
    "Exif.GPSInfo.GPSLatitude": "42/1 21/1 0/1",
    "Exif.GPSInfo.GPSLatitudeRef": "N",
    "Exif.GPSInfo.GPSLongitude": "13/1 24/1 0/1",
    "Exif.GPSInfo.GPSLongitudeRef": "E",
}


def read(data: bytes, beside: bytes | None = None) -> Metadata:
    return read_metadata(data, "a.jpg", 0, beside)[0]


def corpus(path: str) -> Metadata:
    data = (CORPORA / path).read_bytes()
    metadata, warnings = read_metadata(data, Path(path).name, 0)
    assert warnings == ()
    return metadata


# Expected values as exiftool shows them.
@pytest.mark.corpora
@pytest.mark.parametrize(
    ("path", "latitude", "longitude", "altitude"),
    [
        ("exif-samples/jpg/gps/DSCN0010.jpg", 43.4674483, 11.8851267, None),
        ("exif-samples/jpg/hdr/iphone_hdr_YES.jpg", 40.4469722, -3.7247528, 639.6111111),
        ("exif-samples/jpg/tests/87_OSError.jpg", 43.7855944, 11.2346194, 42.123),
        ("hires/odm_seneca/IMG_0446.jpg", 41.0346708, -83.3057253, 281.6919861),
        ("hires/brighton_beach/DJI_0018.JPG", 46.8426071, -91.9945599, 198.309),
        ("hires/odm_caliterra/IMG_9355.jpg", 30.17115, -98.0898683, 318.9),
        ("hires/monstree/IMG_1025.JPG", 37.7232806, -119.6159056, 1223.820513),
    ],
)
def test_positions_of_real_cameras(path: str, latitude: float, longitude: float, altitude: float | None) -> None:
    found = corpus(path).location
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx((latitude, longitude), abs=1e-6)
    assert found.altitude == (altitude and pytest.approx(altitude, abs=1e-6))


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("path", "camera"),
    [
        ("hires/monstree/IMG_1025.JPG", Camera("Apple", "iPhone 7", "iPhone 7 back camera 3.99mm f/1.8")),
        ("hires/odm_caliterra/IMG_9355.jpg", Camera("Canon", "Canon PowerShot SX260 HS")),
        ("exif-samples/jpg/Nikon_D70.jpg", Camera("NIKON CORPORATION", "NIKON D70", "100.0 mm f/2.8")),
        (
            "exif-samples/jpg/tests/42_IndexError.jpg",
            Camera("OLYMPUS IMAGING CORP.", "E-P3", "Olympus M.Zuiko Digital 14-42mm F3.5-5.6 II R"),
        ),
        ("exif-samples/jpg/orientation/portrait_4.jpg", None),
    ],
)
def test_cameras(path: str, camera: Camera | None) -> None:
    assert corpus(path).camera == camera


@pytest.mark.corpora
@pytest.mark.parametrize("orientation", [2, 4, 5, 6, 7])
def test_orientations(orientation: int) -> None:
    assert corpus(f"exif-samples/jpg/orientation/portrait_{orientation}.jpg").orientation == orientation


def test_no_hostile_file_makes_it_raise() -> None:
    for path in sorted(HOSTILE.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            read_metadata(data, path.name, 0, sidecar=data if path.suffix == ".xmp" else None)


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_every_format_that_carries_metadata(encoder: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Canon"
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: "2019:08:05 12:34:56"}
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (42.0, 21.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)}
    written = Image.Exif()
    written.load(exif.tobytes())  # Pillow's TIFF writer wants the inner folders as bytes
    pillow_heif.register_heif_opener()
    data = io.BytesIO()
    Image.new("RGB", (64, 64)).save(data, encoder, exif=written)
    found = read(data.getvalue())
    assert (found.location, found.camera) == (Location(42.35, 13.4), Camera("Canon"))
    assert found.taken == Taken(datetime(2019, 8, 5, 12, 34, 56), TakenSource.EXIF)


def test_read_only_views_are_taken_as_they_are() -> None:
    view = memoryview(bytearray(jpeg_with(NORTH_EAST))).toreadonly()
    assert read_metadata(view, "a.jpg", 0)[0].location == Location(42.35, 13.4)


@pytest.mark.parametrize("orientation", ["0", "9", "65535"])
def test_an_impossible_orientation_is_upright(orientation: str) -> None:
    assert read(jpeg_with({"Exif.Image.Orientation": orientation})).orientation == 1


def test_south_west_and_below_the_sea() -> None:
    fields = NORTH_EAST | {
        "Exif.GPSInfo.GPSLatitudeRef": "S",
        "Exif.GPSInfo.GPSLongitudeRef": "W",
        "Exif.GPSInfo.GPSAltitude": "861/2",
        "Exif.GPSInfo.GPSAltitudeRef": "1",
    }
    assert read(jpeg_with(fields)).location == Location(-42.35, -13.4, -430.5)


@pytest.mark.parametrize(
    "changed",
    [
        {"Exif.GPSInfo.GPSLatitude": "0/0 0/0 0/0"},
        {"Exif.GPSInfo.GPSLatitude": "91/1 0/1 0/1"},
        {"Exif.GPSInfo.GPSLatitude": "42/1 61/1 0/1"},
        {"Exif.GPSInfo.GPSLatitude": "2147483647/1 0/1 0/1"},
        {"Exif.GPSInfo.GPSLatitudeRef": "X"},
        {"Exif.GPSInfo.GPSLongitude": "181/1 0/1 0/1"},
        {"Exif.GPSInfo.GPSLatitude": "0/1 0/1 0/1", "Exif.GPSInfo.GPSLongitude": "0/1 0/1 0/1"},
    ],
    ids=str,
)
def test_an_impossible_position_is_none(changed: dict[str, str]) -> None:
    assert read(jpeg_with(NORTH_EAST | changed)).location is None


def test_a_position_without_its_hemisphere_is_none() -> None:
    fields = {name: value for name, value in NORTH_EAST.items() if name != "Exif.GPSInfo.GPSLongitudeRef"}
    assert read(jpeg_with(fields)).location is None


def test_a_senseless_altitude_leaves_the_position() -> None:
    assert read(jpeg_with(NORTH_EAST | {"Exif.GPSInfo.GPSAltitude": "1/0"})).location == Location(42.35, 13.4)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("42,21.0N", "13,24.0E"), ("42,21,0N", "13,24,0E"), ("+42.35", "+13.4")]
)
def test_positions_in_a_sidecar(latitude: str, longitude: str) -> None:
    beside = sidecar(exif_GPSLatitude=latitude, exif_GPSLongitude=longitude, exif_GPSAltitude="714/1")
    assert read(jpeg_with(), beside).location == Location(42.35, 13.4, 714.0)


def test_the_sidecar_wins_field_by_field() -> None:
    data = jpeg_with(NORTH_EAST | {"Xmp.xmp.Rating": "2", "Exif.Image.Make": "Canon"})
    found = read(data, sidecar(bag("dc:subject", "sea"), xmp_Rating="5"))
    assert (found.rating, found.keywords) == (5, ("sea",))
    assert (found.location, found.camera) == (Location(42.35, 13.4), Camera("Canon"))


def test_a_sidecar_takes_a_rating_away() -> None:
    assert read(jpeg_with({"Xmp.xmp.Rating": "4"}), sidecar(xmp_Rating="0")).rating is None


def test_a_sidecar_does_not_turn_the_picture() -> None:
    assert read(jpeg_with({"Exif.Image.Orientation": "6"}), sidecar(tiff_Orientation="1")).orientation == 6


@pytest.mark.parametrize(
    ("name", "value", "rating"),
    [
        ("xmp_Rating", "3", 3),
        ("xmp_Rating", "-1", -1),
        ("xmp_Rating", "0", None),
        ("xmp_Rating", "4.0", 4),
        ("xmp_Rating", "6", None),
        ("xmp_Rating", "-2", None),
        ("xmp_Rating", "1e9", None),
        ("xmp_Rating", "nan", None),
        ("MicrosoftPhoto_Rating", "1", 1),
        ("MicrosoftPhoto_Rating", "25", 2),
        ("MicrosoftPhoto_Rating", "50", 3),
        ("MicrosoftPhoto_Rating", "75", 4),
        ("MicrosoftPhoto_Rating", "99", 5),
        ("MicrosoftPhoto_Rating", "500", None),
    ],
)
def test_ratings(name: str, value: str, rating: int | None) -> None:
    assert read(jpeg_with(), sidecar(**{name: value})).rating == rating


def test_the_rating_of_exif() -> None:
    assert read(jpeg_with({"Exif.Image.Rating": "4"})).rating == 4


def test_text_in_an_old_encoding() -> None:
    assert read(jpeg_with({"Iptc.Application2.Keywords": ["Zürich".encode("cp1252")]})).keywords == ("Zürich",)


def test_camera_names_are_cleaned() -> None:
    data = jpeg_with({"Exif.Image.Make": "  Konica\t Minolta \x07 ", "Exif.Image.Model": "   "})
    assert read(data).camera == Camera("Konica Minolta")


def test_what_follows_a_nul_is_not_shown() -> None:
    exif = Image.Exif()
    exif[0x10F] = b"Canon\0\xff\xfegarbage"
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "JPEG", exif=exif)
    assert read(data.getvalue()).camera == Camera("Canon")


@pytest.mark.parametrize("lens", ["----", "0.0 mm f/0.0", "Unknown (0)"])
def test_no_lens_is_none(lens: str) -> None:
    assert read(jpeg_with({"Exif.Image.Make": "Canon", "Exif.Photo.LensModel": lens})).camera == Camera("Canon")


def test_what_is_no_picture_says_so() -> None:
    metadata, warnings = read_metadata(b"no picture" * 100, "a.jpg", 0)
    assert metadata == Metadata()
    assert warnings == ("There is no metadata: The memory contains data of an unknown image type.",)


def _entities(picture: bytes) -> bytes:
    """``picture`` with an XMP packet whose entities expand to a gigabyte."""
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 9)
    )
    packet = sidecar("<dc:source>&a8;</dc:source>").replace(
        b"<x:xmpmeta", f"<!DOCTYPE x [{entities}]><x:xmpmeta".encode()
    )
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + picture[2:]


def test_entities_in_a_picture_are_not_expanded() -> None:
    assert read(_entities(jpeg_with({"Exif.Image.Make": "Canon"}))).camera == Camera("Canon")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sidecar_with_a_document_type_is_not_parsed(encoding: str) -> None:
    beside = sidecar(xmp_Rating="5").decode().replace("<x:", '<!DocType x [<!ENTITY a "b">]><x:', 1).encode(encoding)
    metadata, warnings = read_metadata(jpeg_with(), "a.jpg", 0, beside)
    assert metadata.rating is None
    assert warnings == ("The sidecar declares a document type.",)


def test_a_sidecar_of_a_hundred_thousand_levels() -> None:
    deep = '<dc:a rdf:parseType="Resource">' * 100_000 + "</dc:a>" * 100_000
    assert read(jpeg_with({"Xmp.xmp.Rating": "4"}), sidecar(deep)).rating == 4


def test_a_huge_sidecar_is_not_parsed() -> None:
    _, warnings = read_metadata(jpeg_with(), "a.jpg", 0, sidecar(" " * 9_000_000, xmp_Rating="5"))
    assert warnings == ("The sidecar is larger than 8,388,608 bytes.",)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=30), st.integers(0, 10_000))
def test_damage_anywhere_never_makes_it_raise(damage: list[tuple[int, int]], length: int) -> None:
    data = bytearray(WHOLE)
    for at, value in damage:
        data[at % len(data)] = value
    metadata, warnings = read_metadata(bytes(data[:length]) if length else bytes(data), "a.jpg", 0, os.urandom(10))
    assert isinstance(metadata, Metadata)
    assert all(isinstance(warning, str) for warning in warnings)


WHOLE = jpeg_with(
    NORTH_EAST
    | {
        "Exif.Photo.DateTimeOriginal": "2019:08:05 12:34:56",
        "Exif.Image.Orientation": "6",
        "Exif.Image.Make": "Canon",
        "Exif.Photo.LensModel": "50 mm",
        "Exif.Image.XPKeywords": "97 0",
        "Iptc.Application2.Keywords": ["a", "b"],
        "Xmp.dc.subject": ["a", "b"],
        "Xmp.xmp.Rating": "4",
    }
)
