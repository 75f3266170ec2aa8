"""Decoding: upright, in sRGB, within limits, whatever the format."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageCms
import pillow_heif
import pytest

from photos_graph.errors import OverLimit, Unreadable, Unsupported
from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from tests.kit.corpora import ORIENTATIONS
from tests.kit.pictures import distance, encoded, scene
from tests.kit.shown import shown

LIMITS = DecodeLimits(max_pixels=50_000_000)


def as_scanned(data: bytes) -> memoryview:
    return memoryview(bytearray(data)).toreadonly()


@pytest.mark.parametrize("orientation", range(9))
@pytest.mark.parametrize(("name", "size"), [("Landscape", (1800, 1200)), ("Portrait", (1200, 1800))])
def test_every_orientation_comes_out_upright(name: str, size: tuple[int, int], orientation: int) -> None:
    decoded = decode((ORIENTATIONS / f"{name}_{orientation}.jpg").read_bytes(), 320, LIMITS)
    upright = PIL.Image.open(ORIENTATIONS / f"{name}_1.jpg")
    assert (decoded.width, decoded.height) == size
    assert distance(shown(decoded), upright) < 3


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once_in_every_format_that_carries_it(format: str, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # PIL.Image.Transpose that stores what is shown upright
    stored = scene().transpose(PIL.Image.Transpose(undo[orientation])) if orientation > 1 else scene()
    decoded = decode(encoded(stored, format, exif=exif), 300, LIMITS)
    assert (decoded.width, decoded.height) == (600, 400)
    assert (decoded.image.width, decoded.image.height) == (300, 200)
    assert distance(shown(decoded), scene()) < 3


@pytest.mark.parametrize(
    ("format", "name"),
    [
        *(("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("TIFF", "TIFF"), ("AVIF", "AVIF")),
        *(("BMP", "BMP"), ("JPEG2000", "JP2")),
    ],
)
def test_formats(format: str, name: str) -> None:
    decoded = decode(as_scanned(encoded(scene(), format)), 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height, decoded.warnings) == (name, 600, 400, ())
    assert max(decoded.image.width, decoded.image.height) == 320
    assert distance(shown(decoded), scene()) < 3


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits", "jpeg", "zstd", "lzma"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_compressions_of_tiff(compression: str, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    stored = scene().transpose(PIL.Image.Transpose.ROTATE_90) if orientation == 6 else scene()
    decoded = decode(encoded(stored, "TIFF", compression=compression, exif=exif), 320, LIMITS)
    assert (decoded.width, decoded.height, decoded.orientation, decoded.warnings) == (600, 400, orientation, ())
    assert distance(shown(decoded), scene()) < 3


def test_an_mpo_gives_its_first_picture() -> None:
    second = PIL.Image.new("RGB", scene().size)
    decoded = decode(encoded(scene(), "MPO", save_all=True, append_images=[second]), 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height, decoded.warnings) == ("JPEG", 600, 400, ())
    assert distance(shown(decoded), scene()) < 3


def test_an_avif_sequence_without_a_still_picture_gives_its_first_frame() -> None:
    data = encoded(scene(), "AVIF", save_all=True, append_images=[PIL.Image.new("RGB", scene().size)])
    at = data.index(b"meta")
    data = data[:8] + data[8:at].replace(b"avif", b"avis") + b"free" + data[at + 4 :]
    decoded = decode(data, 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height) == ("AVIF", 600, 400)
    assert distance(shown(decoded), scene()) < 3


@pytest.mark.parametrize("brand", [b"hevc", b"msf1", b"mif1"])
def test_heic_with_the_brand_of_a_sequence(brand: bytes) -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(scene()).save(file, quality=90)
    data = file.getvalue()
    decoded = decode(data[:8] + brand + data[12:], 320, LIMITS)
    assert decoded.format == "HEIC"
    assert distance(shown(decoded), scene()) < 3


def test_items_tell_the_codec_if_no_brand_does() -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(scene()).save(file, quality=90)
    for data, name in [(file.getvalue(), "HEIC"), (encoded(scene(), "AVIF"), "AVIF")]:
        size = int.from_bytes(data[:4], "big")
        decoded = decode(data[:8] + b"mif1" + bytes(4) + b"mif1" * (size // 4 - 4) + data[size:], 320, LIMITS)
        assert decoded.format == name
        assert distance(shown(decoded), scene()) < 3


def test_heic() -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(scene()).save(file, quality=90)
    decoded = decode(as_scanned(file.getvalue()), 320, LIMITS)
    assert (decoded.format, decoded.width, decoded.height) == ("HEIC", 600, 400)
    assert distance(shown(decoded), scene()) < 3


def test_heic_orientation_is_applied_once() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    pillow_heif.from_pillow(scene().transpose(PIL.Image.Transpose.ROTATE_90)).save(file, exif=exif.tobytes())
    decoded = decode(file.getvalue(), 320, LIMITS)
    assert (decoded.width, decoded.height) == (600, 400)
    assert distance(shown(decoded), scene()) < 3


@pytest.mark.parametrize(("format", "mode"), [("GIF", "P"), ("WEBP", "RGB"), ("AVIF", "RGB"), ("PNG", "RGB")])
def test_what_moves_gives_its_first_frame(format: str, mode: str) -> None:
    frames = [scene().quantize(64) if mode == "P" else scene(), PIL.Image.new(mode, scene().size)]
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
    decoded = decode(data, 300, LIMITS)
    assert (decoded.width, decoded.height) == (600, 400)
    assert distance(shown(decoded), scene()) < 5


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "I;16"])
def test_png_modes_become_srgb(mode: str) -> None:
    grey = scene().convert("L")
    picture = PIL.Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else scene().convert(mode)
    decoded = decode(encoded(picture, "PNG"), 300, LIMITS)
    assert (decoded.image.interpretation, decoded.image.format, decoded.image.bands) == ("srgb", "uchar", 3)
    assert distance(shown(decoded), scene() if mode in ("RGBA", "P") else grey) < 6


def test_grey_of_16_bits_is_not_white_in_jpeg_2000() -> None:
    grey = scene().convert("L")
    picture = PIL.Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    assert distance(shown(decode(encoded(picture, "JPEG2000"), 300, LIMITS)), grey) < 3


def test_a_cmyk_jpeg_is_converted() -> None:
    decoded = decode(encoded(scene().convert("CMYK"), "JPEG", quality=95), 300, LIMITS)
    assert decoded.image.bands == 3
    picture = np.asarray(shown(decoded)).astype(int)
    # Without a profile "CMYK" says little about colour; it must not come out inverted.
    assert np.corrcoef(picture.mean(axis=2).ravel(), np.asarray(scene(300, 200)).mean(axis=2).ravel())[0, 1] > 0.9


def test_the_embedded_profile_is_followed() -> None:
    """A profile whose red and green primaries are exchanged: who ignores it shows the colours exchanged."""
    red, green, blue = PIL.Image.merge("RGB", scene().split()).split()
    profile = _srgb_profile_with_exchanged_primaries()
    data = encoded(PIL.Image.merge("RGB", (green, red, blue)), "PNG", icc_profile=profile)
    assert distance(shown(decode(data, 300, LIMITS)), scene()) < 3


def _srgb_profile_with_exchanged_primaries() -> bytes:
    profile = bytearray(PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    at = {bytes(profile[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    profile[at[b"rXYZ"] : at[b"rXYZ"] + 4], profile[at[b"gXYZ"] : at[b"gXYZ"] + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def test_a_broken_profile_does_not_cost_the_picture() -> None:
    data = encoded(scene(), "JPEG", icc_profile=b"no profile" * 20)
    assert distance(shown(decode(data, 300, LIMITS)), scene()) < 3


def test_transparency_is_kept_and_white_in_jpeg() -> None:
    picture = scene().convert("RGBA")
    picture.putalpha(PIL.Image.new("L", picture.size, 0))
    decoded = decode(encoded(picture, "PNG"), 300, LIMITS)
    assert decoded.image.bands == 4
    assert np.asarray(shown(decoded)).min() > 250


def test_a_small_picture_is_not_enlarged() -> None:
    decoded = decode(encoded(scene(20, 10), "PNG"), 320, LIMITS)
    assert (decoded.image.width, decoded.image.height) == (20, 10)


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1)])
def test_extreme_shapes(size: tuple[int, int]) -> None:
    decoded = decode(encoded(PIL.Image.new("RGB", size), "PNG"), 320, LIMITS)
    assert (decoded.width, decoded.height) == size
    assert max(decoded.image.width, decoded.image.height) <= 320


@pytest.mark.parametrize(("format", "options"), [("JPEG", {}), ("PNG", {}), ("TIFF", {}), ("GIF", {"interlace": 0})])
def test_a_truncated_picture_gives_what_it_has_and_a_warning(format: str, options: dict[str, int]) -> None:
    data = encoded(scene(), format, **options)
    decoded = decode(data[: len(data) * 2 // 3], 300, LIMITS)
    assert len(decoded.warnings) == 1 and decoded.warnings[0].startswith("It is damaged: ")
    top, whole = (picture.crop((0, 0, 300, 80)) for picture in (shown(decoded), scene(300, 200)))
    assert distance(top, whole) < 5


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "BMP", "JPEG2000"])
def test_pixels_are_counted_on_the_header(format: str) -> None:
    with pytest.raises(OverLimit, match="600 x 400"):
        decode(encoded(scene(), format), 300, DecodeLimits(max_pixels=239_999))


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        *(b"%PDF-1.7\n", b"1 2 3\n4 5 6\n", b"#?RADIANCE\n", b"\x08\xf2\xa6\xb6" + bytes(60)),  # .v, libvips' own
    ],
)
def test_what_is_no_photo_is_unsupported(data: bytes) -> None:
    with pytest.raises(Unsupported):
        decode(data, 300, LIMITS)


def test_loaders_that_are_not_wanted_are_out_of_reach(tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    file.write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    with pytest.raises(pyvips.Error):
        pyvips.Image.svgload(str(file))


def test_an_empty_file_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="empty"):
        decode(b"", 300, LIMITS)


def test_an_item_of_avif_whose_kind_is_no_text_costs_nothing() -> None:
    exif = PIL.Image.Exif()
    exif[0x010F] = "maker"
    data = encoded(scene(), "AVIF", exif=exif).replace(b"Exif", b"\xe0\xe1if", 1)
    assert distance(shown(decode(data, 320, LIMITS)), scene()) < 3
