"""Faces that other programs marked, at the place where the displayed picture shows them."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageOps

from photos_graph.boxes import displayed
from photos_graph.library.regions import read_picasa, read_regions
from photos_graph.model.faces import Box
from tests.kit.metadata import jpeg_with, mwg, regions_sidecar

WIDTH, HEIGHT = 400, 300  # as stored


def close(box: Box, other: Box) -> bool:
    return all(
        abs(one - two) < 1e-6
        for one, two in zip(
            (box.x, box.y, box.width, box.height), (other.x, other.y, other.width, other.height), strict=True
        )
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_box_is_where_the_displayed_picture_shows_it(orientation: int) -> None:
    stored = Image.new("L", (WIDTH, HEIGHT))
    stored.paste(255, (40, 60, 120, 90))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    stored.save(file, "PNG", exif=exif)
    shown = ImageOps.exif_transpose(Image.open(file))
    box = displayed(Box(40 / WIDTH, 60 / HEIGHT, 80 / WIDTH, 30 / HEIGHT), orientation)
    pixels = (box.x * shown.width, box.y * shown.height, box.width * shown.width, box.height * shown.height)
    left, top, right, bottom = shown.getbbox() or (0, 0, 0, 0)
    assert [round(each, 6) for each in pixels] == [left, top, right - left, bottom - top]


def test_mwg_regions_embedded_and_beside() -> None:
    beside = regions_sidecar(
        mwg("Ann", 0.3, 0.4, 0.1, 0.2, 'mwg-rs:Type="Face"') + mwg("Rex", 0.5, 0.5, 0.1, 0.1, 'mwg-rs:Type="Pet"'),
        dimensions=(WIDTH, HEIGHT),
    )
    found, warnings = read_regions(jpeg_with(), WIDTH, HEIGHT, 1, beside)
    assert [region.name for region in found] == ["Ann"] and not warnings
    assert close(found[0].box, Box(0.25, 0.3, 0.1, 0.2))


def test_regions_are_turned_as_the_picture_is() -> None:
    beside = regions_sidecar(mwg("Ann", 0.3, 0.4, 0.1, 0.2), dimensions=(WIDTH, HEIGHT))
    [found], _ = read_regions(jpeg_with(), HEIGHT, WIDTH, 6, beside)
    assert close(found.box, displayed(Box(0.25, 0.3, 0.1, 0.2), 6))


def test_who_counts_in_the_displayed_picture_is_known_by_the_dimensions() -> None:
    beside = regions_sidecar(mwg("Ann", 0.3, 0.4, 0.1, 0.2), dimensions=(HEIGHT, WIDTH))
    [found], _ = read_regions(jpeg_with(), HEIGHT, WIDTH, 6, beside)
    assert close(found.box, Box(0.25, 0.3, 0.1, 0.2))


def test_regions_of_a_picture_that_was_cropped_since_are_left_out() -> None:
    beside = regions_sidecar(mwg("Ann", 0.3, 0.4, 0.1, 0.2), dimensions=(WIDTH, WIDTH))
    found, warnings = read_regions(jpeg_with(), WIDTH, HEIGHT, 1, beside)
    assert found == () and "another shape" in warnings[0]


def test_pixels_edges_and_faces_without_a_name() -> None:
    beside = regions_sidecar(
        mwg("", 200, 150, 100, 60, unit="pixel") + mwg("Edge", 0.0, 0.5, 0.2, 0.2) + mwg("Gone", 1.5, 0.5, 0.1, 0.1),
        dimensions=(WIDTH, HEIGHT),
    )
    found, _ = read_regions(jpeg_with(), WIDTH, HEIGHT, 1, beside)
    assert [region.name for region in found] == [None, "Edge"]
    assert close(found[0].box, Box(0.375, 0.4, 0.25, 0.2))
    assert close(found[1].box, Box(0.0, 0.4, 0.1, 0.2))


def test_microsofts_regions() -> None:
    beside = regions_sidecar(
        microsoft='<rdf:li MPReg:Rectangle="0.1, 0.2, 0.3, 0.4" MPReg:PersonDisplayName="Cid"/>'
        '<rdf:li MPReg:Rectangle="0.1, nan, 0.3" MPReg:PersonDisplayName="Broken"/>'
    )
    [found], _ = read_regions(jpeg_with(), WIDTH, HEIGHT, 1, beside)
    assert found.name == "Cid" and close(found.box, Box(0.1, 0.2, 0.3, 0.4))


def test_picasas_own_file() -> None:
    found = read_picasa(
        b"[Picasa]\r\nname=Holiday\r\n[Contacts2]\r\n8e62b2035b74b477=Ada Lovelace;ada;;\r\n"
        b"[a b.jpg]\r\nrotate=rotate(1)\r\nfaces=rect64(3f845bcb59418507),8e62b2035b74b477;"
        b"rect64(100010004000400),ffffffffffffffff\r\n[c.jpg]\r\nstar=yes\r\n[d.jpg]\r\nfaces=rect64(zz),1\r\n"
    )
    [(name, [ada, nobody])] = found.items()
    assert (name, ada.name, nobody.name) == ("a b.jpg", "Ada Lovelace", None)
    assert close(nobody.box, Box(0x100 / 65535, 0x100 / 65535, 0x300 / 65535, 0x300 / 65535)), "zeros are left out"
    assert close(ada.box, Box(0x3F84 / 65535, 0x5BCB / 65535, (0x5941 - 0x3F84) / 65535, (0x8507 - 0x5BCB) / 65535))


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\0", b"[", b"[a.jpg]\nfaces=rect64(", b"[Contacts2]\n=;\n"])
def test_a_broken_picasa_file_gives_what_it_has(data: bytes) -> None:
    assert read_picasa(data) == {}


def test_hostile_sidecars_are_refused() -> None:
    found, warnings = read_regions(jpeg_with(), WIDTH, HEIGHT, 1, b"<!DOCTYPE x>")
    assert found == () and "document type" in warnings[0]
