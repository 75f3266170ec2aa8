"""Decodes formats that our libvips cannot load: HEIC (with pillow-heif), BMP, JPEG 2000, and TIFF with 8 bits of CIELAB
(with Pillow)."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import PIL.Image
import PIL.ImageFile

from photos_graph.errors import Unreadable
from photos_graph.images import formats
from photos_graph.images.colour import ColourSignal
from photos_graph.images.containers import contents_of
from photos_graph.images.declared import declaration, declared_colour, signal_of
from photos_graph.images.formats import Bytes
from photos_graph.images.heif_orientation import heif_orientation
from photos_graph.images.opened import DecodeLimits, Opened, check_pixels
from photos_graph.images.vips import pyvips

PIL.Image.MAX_IMAGE_PIXELS = None  # we check the limit from the settings
_PLUGINS = {formats.BMP: "BMP", formats.JP2: "JPEG2000", formats.TIFF: "TIFF", formats.AVIF: "AVIF"}
_ORIENTATION = 0x0112  # of EXIF
_INTERPRETATIONS = {"L": "b-w", "I;16": "grey16", "CMYK": "cmyk"}


def open_pillow(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    """Reads the header. Raises Unreadable and OverLimit."""
    with damage_of_pillow():
        picture = _open(data, found)
        if found is formats.JP2 and (profile := _jp2_profile(data)):
            picture.info["icc_profile"] = profile
        turned = picture.getexif().get(_ORIENTATION, 1) if found is formats.TIFF else 1  # by Pillow, which loads it
    check_pixels(picture.width, picture.height, limits)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = fail_on == "none"
        with damage_of_pillow():
            image = from_pillow(picture)
        return shrunk(image, edge, None)

    if found is formats.AVIF:
        turned = heif_orientation(data)
    colours = declaration(picture.info.get("icc_profile"))
    return Opened(found, picture.width, picture.height, thumbnail, turned if turned in range(1, 9) else 1, colours)


def open_heic(data: Bytes, limits: DecodeLimits) -> Opened:
    """Reads the header. Raises Unreadable and OverLimit."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    with damage_of_pillow():
        heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        signal = signal_of(heif.info)
        if signal is not None and signal.is_hdr:  # 8 bits are too few for the dark parts
            heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    width, height = heif.size
    check_pixels(width, height, limits)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = fail_on == "none"
        with damage_of_pillow():
            image = _of_16_bits(heif) if heif.mode.endswith(";16") else from_pillow(heif.to_pillow())
        return shrunk(image, edge, signal)

    colours = declaration(heif.info.get("icc_profile"), signal)
    return Opened(formats.HEIC, width, height, thumbnail, heif_orientation(data), colours)


def from_pillow(picture: PIL.Image.Image) -> pyvips.Image:
    """Converts a picture to a libvips image with the same pixels and colour profile."""
    profile = picture.info.get("icc_profile")
    if picture.mode not in ("L", "I;16", "RGB", "RGBA", "CMYK", "LAB"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    bands = len(picture.getbands())
    depth = "ushort" if picture.mode == "I;16" else "uchar"
    image = pyvips.Image.new_from_memory(picture.tobytes(), picture.width, picture.height, bands, depth)
    if picture.mode == "LAB":  # a and b are signed
        lightness, others = image.extract_band(0) * (100 / 255), image.extract_band(1, n=2).copy(format="char")
        return lightness.bandjoin(others).copy(interpretation="lab")
    image = image.copy(interpretation=_INTERPRETATIONS.get(picture.mode, "srgb"))
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def _of_16_bits(heif: Any) -> pyvips.Image:
    width, height = heif.size
    bands = len(heif.mode.partition(";")[0])
    image = pyvips.Image.new_from_memory(bytes(heif.data), width, height, bands, "ushort")
    image = image.copy(interpretation="rgb16" if bands > 2 else "grey16")
    image.set_type(pyvips.GValue.gint_type, "bits-per-sample", heif.info["bit_depth"])
    if profile := heif.info.get("icc_profile"):
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def shrunk(image: pyvips.Image, edge: int, signal: ColourSignal | None) -> pyvips.Image:
    """Shrinks a picture in memory, and converts its colours by its profile, or by ``signal``."""
    shrink = partial(image.thumbnail_image, edge, height=edge, size="down")
    return declared_colour(image, signal).shrunk(edge, lambda: image, shrink)


@contextmanager
def damage_of_pillow() -> Iterator[None]:
    """Raises the errors of Pillow as Unreadable."""
    try:
        yield
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError) as error:
        text = " ".join(str(error).split())[:200] or "the data is not valid"
        raise Unreadable(f"It is damaged: {text}.") from None


def _open(data: Bytes, found: formats.PictureFormat) -> PIL.Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return PIL.Image.open(io.BytesIO(data), formats=[_PLUGINS[found]])


def _jp2_profile(data: Bytes) -> bytes | None:
    """Returns the ICC profile of a JPEG 2000 file, which Pillow does not read."""
    header = dict(contents_of(memoryview(data))).get(b"jp2h", b"")
    colour = bytes(dict(contents_of(header)).get(b"colr", b""))
    return colour[3:] if colour[:1] in (b"\x02", b"\x03") else None  # restricted, or any profile
