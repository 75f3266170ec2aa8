"""What a scan keeps of an original."""

from __future__ import annotations

import base64
import io

import numpy as np
import PIL.Image
import pytest
from fast_thumbhash import thumb_hash_to_rgba
from PIL import ExifTags

from photos_graph.images.decoding import decode
from photos_graph.images.derivatives import derive
from photos_graph.images.encoding import encode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from photos_graph.model.images import ThumbnailFormat
from tests.kit.pictures import distance, encoded, leaves, opened, scene

LIMITS = DecodeLimits(max_pixels=50_000_000)


def test_large_is_1920_pixels_and_sizes_are_the_originals() -> None:
    derived = derive(encoded(scene(3000, 2000), "JPEG"), LIMITS, 80)
    assert (derived.width, derived.height, derived.format) == (3000, 2000, "JPEG")
    picture = opened(derived.large)
    assert (picture.format, picture.size, derived.large_format) == ("JPEG", (1920, 1280), ThumbnailFormat.JPEG)
    assert distance(picture, scene()) < 3


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("factor", [2.5, 3, 3.125, 3.9])
def test_a_picture_that_is_decoded_at_half_its_size_looks_the_same(factor: float, subsampling: str) -> None:
    picture = leaves(width=round(320 * factor), height=round(200 * factor))
    exif = PIL.Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = encoded(picture, "JPEG", quality=92, subsampling=subsampling, exif=exif)
    decoded = decode(data, 320, LIMITS)
    whole = picture.transpose(PIL.Image.Transpose.ROTATE_270).resize((200, 320), PIL.Image.Resampling.LANCZOS)
    shown = decoded.image.numpy().astype(float)
    assert (decoded.width, decoded.height) == (round(200 * factor), round(320 * factor))
    assert shown.shape == (320, 200, 3)
    assert np.sqrt(((shown - np.asarray(whole, float)) ** 2).mean()) < 2.5


def test_a_smaller_original_keeps_its_size() -> None:
    assert opened(derive(encoded(scene(), "PNG"), LIMITS, 80).large).size == (600, 400)


def test_a_small_original_loses_next_to_nothing() -> None:
    """It is looked at enlarged."""
    small, large = scene(400, 300), scene(800, 600)
    kept = [distance(opened(derive(encoded(each, "PNG"), LIMITS, 30).large), each) for each in (small, large)]
    assert kept[0] < kept[1] / 2


def test_transparency_makes_it_webp_and_an_opaque_alpha_does_not() -> None:
    picture = scene().convert("RGBA")
    assert derive(encoded(picture, "PNG"), LIMITS, 80).large_format is ThumbnailFormat.JPEG
    picture.paste((0, 0, 0, 0), (0, 0, 100, 100))
    derived = derive(encoded(picture, "PNG"), LIMITS, 80)
    large = opened(derived.large)
    assert (derived.large_format, large.format, large.mode) == (ThumbnailFormat.WEBP, "WEBP", "RGBA")
    assert large.getpixel((50, 50))[3] == 0 and large.getpixel((300, 300))[3] == 255  # type: ignore[index]


def test_the_placeholder_looks_like_the_picture() -> None:
    derived = derive(encoded(scene(), "JPEG"), LIMITS, 80)
    width, height, pixels = thumb_hash_to_rgba(base64.b64decode(derived.placeholder))
    assert width > height
    placeholder = PIL.Image.frombytes("RGBA", (width, height), bytes(pixels))
    mirrored = scene().transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)
    assert distance(placeholder, scene()) < 25 < distance(placeholder, mirrored)


def test_quality_is_the_owners() -> None:
    data = encoded(scene(1920, 1280), "JPEG", quality=95)
    assert len(derive(data, LIMITS, 40).large) < len(derive(data, LIMITS, 90).large)


@pytest.mark.parametrize("format", [ThumbnailFormat.JPEG, ThumbnailFormat.WEBP, ThumbnailFormat.AVIF])
def test_no_metadata_leaves(format: ThumbnailFormat) -> None:
    exif = PIL.Image.Exif()
    exif[ExifTags.Base.Make] = "DJI"
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (42.0, 21.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)}
    data = encoded(scene(1200, 800), "JPEG", exif=exif, comment=b"DJI", xmp=b"<x:xmpmeta>DJI</x:xmpmeta>")
    assert PIL.Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)  # it has a position
    derived = derive(data, LIMITS, 80)
    rendition = encode(pyvips.Image.thumbnail_buffer(data, 320), format, 80)
    for made in (derived.large, rendition):
        picture = opened(made)
        assert not picture.getexif() and not {"exif", "xmp", "photoshop", "comment"} & set(picture.info)
        assert b"DJI" not in made


def test_a_damaged_original_says_so() -> None:
    data = encoded(scene(1200, 800), "JPEG")
    derived = derive(data[: len(data) // 2], LIMITS, 80)
    assert derived.warnings == ("It is damaged: VipsJpeg: premature end of JPEG image.",)
    assert np.asarray(opened(derived.large)).std() > 10
