"""Camera RAW, on DNGs made here."""

from __future__ import annotations

import struct

import numpy as np
import PIL.Image
import pytest

from photos_graph.errors import OverLimit, Unreadable, Unsupported
from photos_graph.images import formats
from photos_graph.images.decoding import decode
from photos_graph.images.encoding import encode
from photos_graph.images.opened import DecodeLimits
from photos_graph.model.images import ThumbnailFormat
from tests.kit.dng import dng
from tests.kit.pictures import distance, encoded, opened, scene

LIMITS = DecodeLimits(max_pixels=50_000_000)


def shown(data: bytes, edge: int = 320) -> PIL.Image.Image:
    return opened(encode(decode(data, edge, LIMITS).image, ThumbnailFormat.JPEG, 95))


def test_a_raw_file_is_told_from_a_tiff_by_content() -> None:
    assert formats.sniff(dng(scene())) is formats.RAW
    assert formats.sniff(dng(scene(), preview=encoded(scene(), "JPEG"))) is formats.RAW
    assert formats.sniff(encoded(scene(), "TIFF")) is formats.TIFF


def test_the_embedded_preview_is_used() -> None:
    told_apart = PIL.Image.new("RGB", (1200, 800), "teal")
    data = dng(scene(1200, 800), preview=encoded(told_apart, "JPEG"))
    decoded = decode(data, 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height) == ("RAW", 1200, 800)
    assert distance(shown(data), told_apart) < 3


@pytest.mark.parametrize(("orientation", "turned"), [(3, 180), (6, 270), (8, 90)])
def test_a_preview_lies_as_the_sensor_does(orientation: int, turned: int) -> None:
    data = dng(scene(1200, 800), orientation, preview=encoded(scene(1200, 800), "JPEG"))
    upright = scene(1200, 800).rotate(turned, expand=True)
    decoded = decode(data, 320, LIMITS)
    assert (decoded.width, decoded.height) == upright.size
    assert distance(shown(data), upright) < 3


def test_a_preview_that_says_how_it_lies_is_believed() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    data = dng(scene(1200, 800), 6, preview=encoded(scene(1200, 800), "JPEG", exif=exif))
    assert distance(shown(data), scene(1200, 800).rotate(270, expand=True)) < 3


@pytest.mark.parametrize(("orientation", "turned"), [(1, 0), (6, 270)])
def test_without_a_preview_it_is_developed(orientation: int, turned: int) -> None:
    picture = PIL.Image.new("RGB", (1200, 800), "black")
    picture.paste((255, 255, 255), (0, 0, 400, 800))
    upright = picture.rotate(turned, expand=True)
    data = dng(picture, orientation)
    decoded = decode(data, 320, LIMITS)
    assert (decoded.width, decoded.height) == upright.size
    assert distance(shown(data), upright) < 15


def test_a_sensor_without_colours_gives_grey() -> None:
    data = dng(scene(1200, 800)).replace(
        struct.pack("<HHIHH", 262, 3, 1, 32803, 0), struct.pack("<HHIHH", 262, 3, 1, 34892, 0)
    )
    pixels = np.asarray(shown(data)).astype(int)
    assert pixels.shape == (213, 320, 3)
    assert np.ptp(pixels, axis=2).max() < 3


def test_a_preview_the_size_of_a_stamp_is_not_enough() -> None:
    stamp = PIL.Image.new("RGB", (160, 120), "teal")
    data = dng(PIL.Image.new("RGB", (1200, 800), "white"), preview=encoded(stamp, "JPEG"))
    assert distance(shown(data), PIL.Image.new("RGB", (3, 2), "white")) < 15


def test_a_broken_preview_gives_way_to_the_sensor() -> None:
    data = dng(PIL.Image.new("RGB", (1200, 800), "white"), preview=b"\xff\xd8\xff no picture" + bytes(1000))
    assert distance(shown(data), PIL.Image.new("RGB", (3, 2), "white")) < 15


def test_the_sensors_pixels_are_counted() -> None:
    with pytest.raises(OverLimit):
        decode(dng(scene(1200, 800)), 320, DecodeLimits(max_pixels=900_000))


def test_a_damaged_raw_is_unreadable() -> None:
    data = dng(scene(1200, 800))
    with pytest.raises((Unreadable, Unsupported)):
        decode(data[:300], 320, LIMITS)


def test_a_raw_that_ends_too_early_says_so() -> None:
    data = dng(scene(1200, 800))
    with pytest.raises(Unreadable, match="ends too early"):
        decode(data[: len(data) // 2], 320, LIMITS)
