"""Photoshop files: the merged picture, whatever its mode and depth."""

from __future__ import annotations

import struct

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from photos_graph.errors import OverLimit, Unreadable
from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from tests.kit.photoshop import CMYK, GREY, LAB, RGB, planes, psd, resource
from tests.kit.pictures import distance, encoded, opened, scene
from tests.kit.shown import shown

LIMITS = DecodeLimits(max_pixels=50_000_000)
VERSION_INFO, THUMBNAIL = 1057, 1036


@pytest.mark.parametrize("version", [1, 2], ids=["psd", "psb"])
@pytest.mark.parametrize("depth", [8, 16])
def test_rgb(depth: int, version: int) -> None:
    decoded = decode(psd(planes(scene()), RGB, depth, version), 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height, decoded.warnings) == ("PSD", 600, 400, ())
    assert distance(shown(decoded), scene()) < 1


def test_other_modes() -> None:
    lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    converted = ImageCms.applyTransform(scene(), lab)
    assert converted is not None
    offset = planes(converted) ^ np.array([0, 128, 128], np.uint8)[:, np.newaxis, np.newaxis]
    grey = scene().convert("L")
    for data, expected in [
        (psd(planes(grey), GREY), grey),
        (psd(planes(grey), GREY, 16), grey),
        (psd(255 - planes(scene().convert("CMYK")), CMYK), scene()),
        (psd(offset, LAB), scene()),
    ]:
        assert distance(shown(decode(data, 320, LIMITS)), expected) < 2


def test_a_profile_is_followed() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = profile.replace(b"rXYZ", b"tXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tXYZ", b"gXYZ", 1)
    red, green, blue = scene().split()
    data = psd(planes(PIL.Image.merge("RGB", (green, red, blue))), RGB, resources=resource(1039, exchanged))
    assert distance(shown(decode(data, 320, LIMITS)), scene()) < 1


def test_without_a_merged_picture_the_thumbnail_is_shown() -> None:
    small = encoded(scene(150, 100), "JPEG", quality=95)
    header = struct.pack(">6I2H", 1, 150, 100, 452, 45_200, len(small), 24, 1)
    without = struct.pack(">IB", 1, 0) + struct.pack(">I", 0) * 2 + struct.pack(">I", 1)
    data = psd(planes(PIL.Image.new("RGB", (600, 400))), RGB, resources=resource(VERSION_INFO, without))
    with pytest.raises(Unreadable, match="maximum compatibility"):
        decode(data, 320, LIMITS)
    resources = resource(VERSION_INFO, without) + resource(THUMBNAIL, header + small)
    data = psd(planes(PIL.Image.new("RGB", (600, 400))), RGB, resources=resources)
    decoded = decode(data, 320, LIMITS)
    assert (decoded.width, decoded.height, decoded.image.width) == (600, 400, 150)
    assert distance(shown(decoded), opened(small)) < 1


def test_damage_and_size_are_told() -> None:
    data = psd(planes(scene()), RGB)
    for end in (8, 20, 26, 30, len(data) // 2):
        with pytest.raises(Unreadable):
            decode(data[:end], 320, LIMITS)
    with pytest.raises(OverLimit, match="600 x 400"):
        decode(data, 320, DecodeLimits(max_pixels=239_999))
