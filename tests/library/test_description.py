"""What files say about photos in words."""

from __future__ import annotations

import io

import exiv2
import pytest
from PIL import ExifTags, Image

from photos_graph.library.metadata import read_metadata
from photos_graph.library.sidecar import SidecarLabels, read_sidecar, write_sidecar
from photos_graph.model.faces import Box, Region
from photos_graph.model.properties import PROPERTIES, Description
from tests.kit.cases import case
from tests.kit.metadata import jpeg_with, sidecar

LISTS = (exiv2.TypeId.xmpSeq, exiv2.TypeId.xmpBag)


def described(fields: dict[str, str | list[str] | bytes], beside: bytes | None = None) -> Description:
    metadata, warnings = read_metadata(jpeg_with(fields), "1.jpg", 0, beside)
    assert not warnings
    return metadata.description


@pytest.mark.parametrize("field", [name for each in PROPERTIES for name in each.fields if "[" not in name])
def test_each_field_states_its_property(field: str) -> None:
    stored = _stored(field, "A quay in Brač")
    is_list = exiv2.XmpProperties.propertyType(exiv2.XmpKey(field)) in LISTS if field.startswith("Xmp.") else False
    found = described({field: [str(stored)] if is_list else stored})
    [value] = found.texts()
    assert value == "A quay in Brač"


def _stored(field: str, text: str) -> str | bytes:
    if "XP" in field:  # exiv2 takes the numbers of the bytes
        return " ".join(map(str, (text + "\0").encode("utf-16-le")))
    return f"charset=Unicode {text}" if field == "Exif.Photo.UserComment" else text


def test_the_language_that_is_the_default_counts() -> None:
    alternatives = "".join(
        f'<rdf:li xml:lang="{language}">{text}</rdf:li>'
        for language, text in (("de-DE", "Der Hafen"), ("x-default", "The harbour"))
    )
    assert described({}, sidecar(f"<dc:title><rdf:Alt>{alternatives}</rdf:Alt></dc:title>")).title == "The harbour"
    only = '<dc:title><rdf:Alt><rdf:li xml:lang="de-DE">Der Hafen</rdf:li></rdf:Alt></dc:title>'
    assert described({}, sidecar(only)).title == "Der Hafen"


def test_a_caption_keeps_its_lines_and_a_title_has_one() -> None:
    text = "First\r\nsecond\n\nlast\x07\n"
    found = described({"Xmp.dc.description": text, "Xmp.dc.title": text})
    assert (found.caption, found.title) == ("First\nsecond\n\nlast", "First second last")
    written = write_sidecar(SidecarLabels(description=found), 8, 8, 1)
    assert read_sidecar(written, 8, 8, 1)[0].description == found


def test_a_sidecar_comes_before_the_file() -> None:
    beside = sidecar('<dc:title><rdf:Alt><rdf:li xml:lang="x-default">By the sea</rdf:li></rdf:Alt></dc:title>')
    found = described({"Iptc.Application2.ObjectName": "DSC_0001", "Iptc.Application2.Caption": "Us"}, beside)
    assert (found.title, found.caption) == ("By the sea", "Us")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        ("OLYMPUS OPTICAL CO.,LTD", "OLYMPUS DIGITAL CAMERA         "),
        ("", "OLYMPUS DIGITAL CAMERA"),
        ("SONY", "SONY DSC"),
        ("KONICA MINOLTA", "KONICA MINOLTA DIGITAL CAMERA"),
        ("SAMSUNG", "SAMSUNG"),
        ("Acme", "ACME DIGITAL CAMERA 4000"),
        ("", "Exif_JPEG_PICTURE"),
        ("HUAWEI", "oznorWO"),
        ("DJI", r"DCIM\100MEDIA\DJI_0018.JPG"),
        ("", "File written by Adobe Photoshop 4.0"),
        ("", '{"hdr": 0}'),
        ("", "   "),
        ("", "---"),
    ],
)
@pytest.mark.parametrize("field", ["Exif.Image.ImageDescription", "Xmp.dc.description"])
def test_what_a_camera_says_by_itself_is_no_caption(make: str, text: str, field: str) -> None:
    fields: dict[str, str | list[str] | bytes] = {field: text, "Exif.Image.XPComment": _stored("XPComment", "Our boat")}
    assert described(fields | ({"Exif.Image.Make": make} if make else {})).caption == "Our boat"


@pytest.mark.parametrize("text", ["1987", "My first digital camera", "Sony Center", "Picture of Dorian Gray", "Canon"])
def test_what_people_say_is_a_caption(text: str) -> None:
    assert described({"Exif.Image.ImageDescription": text, "Exif.Image.Make": "Canon"}).caption == text


@pytest.mark.parametrize(
    "raw",
    [
        b"ASCII\0\0\0" + "Brač".encode(),
        b"UNICODE\0" + "Brač".encode("utf-16-le"),
        b"UNICODE\0" + "Brač".encode("utf-16-be"),
        b"UNICODE\0" + "Brač".encode("utf-16"),
        b"\0" * 8 + "Brač".encode() + b"\0\0\0",
    ],
)
def test_a_comment_is_read_in_its_character_set(raw: bytes) -> None:
    assert commented(raw) == "Brač"


def test_a_comment_in_japanese() -> None:
    assert commented(b"JIS\0\0\0\0\0" + "港".encode("iso2022_jp")) == "港"


def commented(raw: bytes) -> str | None:
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = raw
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    metadata, _ = read_metadata(out.getvalue(), "1.jpg", 0)
    return metadata.description.caption


@pytest.mark.parametrize("place", ["LocationCreated", "LocationShown"])
def test_a_place_of_several_parts(place: str) -> None:
    namespace = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    parts = {"Sublocation": "Old port", "City": "Pescara", "ProvinceState": "Abruzzo", "CountryCode": "ITA"}
    inside = "".join(f"<Iptc4xmpExt:{name}>{text}</Iptc4xmpExt:{name}>" for name, text in parts.items())
    item = f'<rdf:li rdf:parseType="Resource">{inside}</rdf:li>'
    found = described({}, sidecar(f"<Iptc4xmpExt:{place} {namespace}><rdf:Bag>{item}</rdf:Bag></Iptc4xmpExt:{place}>"))
    assert (found.sublocation, found.city, found.region) == ("Old port", "Pescara", "Abruzzo")
    assert found.country == ("ITA" if place == "LocationCreated" else None)


def test_several_creators_and_people_are_all_named() -> None:
    found = described({"Xmp.dc.creator": ["Ann", "Bob"], "Xmp.iptcExt.PersonInImage": ["Cleo", "Dan", "Cleo"]})
    assert (found.creators, found.people) == (("Ann", "Bob"), ("Cleo", "Dan"))


def test_whom_only_a_model_named_is_not_among_the_people() -> None:
    labels = SidecarLabels(
        regions=(Region(Box(0.1, 0.1, 0.2, 0.2), "Ann"), Region(Box(0.6, 0.1, 0.2, 0.2), "Bob")),
        predicted_persons=("Bob",),
        description=Description(people=("Cleo",)),
    )
    data = write_sidecar(labels, 400, 300, 1)
    assert all(name in data for name in (b"Ann", b"Bob", b"Cleo"))
    read, _ = read_sidecar(data, 400, 300, 1)
    assert read.description.people == ("Cleo",)


@pytest.mark.corpora
def test_the_case_of_a_title_and_a_caption() -> None:
    metadata, _ = read_metadata(case("caption_title_person_city.jpg"), "1.jpg", 0)
    found = metadata.description
    assert (found.title, found.caption, found.people) == ("Zebrafish title", "Quokka caption", ("Anna Person",))
    assert (found.city, found.region, found.country) == ("Pescara", "Abruzzo", "Italy")
