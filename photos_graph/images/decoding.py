"""Decodes the bytes of an original to a small upright sRGB picture.

Limits are checked by the header, before any pixel is decoded. The orientation is applied exactly once: libvips applies
it to pictures that it loads (including the transformations of HEIF), and we apply it to RAW previews that lack it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from photos_graph.errors import OverLimit, Unreadable, Unsupported
from photos_graph.images import formats
from photos_graph.images.formats import Bytes
from photos_graph.images.opened import DecodeLimits, Opened, open_vips
from photos_graph.images.raw import open_raw
from photos_graph.images.vips import pyvips, reason

LOOK_DIGITS = 8  # hexadecimal


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded picture. ``image`` is sRGB with 8 bits and 3 bands, or 4 with straight alpha. ``width`` and ``height``
    are those of the original as displayed, in pixels. ``orientation`` (EXIF's, 1..8) was applied to the stored picture.
    """

    image: pyvips.Image
    width: int
    height: int
    format: str
    warnings: tuple[str, ...] = ()
    orientation: int = 1
    look: str = ""


def decode(data: Bytes, edge: int, limits: DecodeLimits) -> Decoded:
    """Decodes the picture into memory, at most ``edge`` pixels on its longest side.

    For a damaged file, returns the part that can be decoded, with a warning that describes the damage. Raises
    Unsupported, OverLimit and Unreadable.
    """
    opened = open_buffer(data, limits)
    try:
        image = _pixels(opened, edge, "error")
    except OverLimit:
        raise
    except Unreadable as damage:
        image = _patient_pixels(opened, edge, damage)
        return _decoded(opened, image, damage.public_message)
    return _decoded(opened, image)


def _decoded(opened: Opened, image: pyvips.Image, *warnings: str) -> Decoded:
    return Decoded(
        image, opened.width, opened.height, opened.format.name, warnings, opened.orientation, look_of(opened)
    )


def look_of(opened: Opened) -> str:
    """Returns a short hash of what decides, besides the pixels, how the picture looks. It changes with the orientation
    and with the colours that the file declares, and with nothing else that a program writes into a file."""
    return hashlib.sha256(b"%d" % opened.orientation + opened.colours).hexdigest()[:LOOK_DIGITS]


def decode_lazily(data: Bytes, edge: int, limits: DecodeLimits) -> Decoded:
    """Does the same as ``decode``, but decodes pixels while they are read, so that an encoder can start early. For a
    damaged file, the result has the part that can be decoded, and no warning."""
    opened = open_buffer(data, limits)
    with vips_errors():
        image = srgb(opened.thumbnail(edge, "none"))
    return _decoded(opened, image)


def open_buffer(data: Bytes, limits: DecodeLimits) -> Opened:
    """Reads the header. Raises Unsupported, OverLimit (for too many pixels) and Unreadable."""
    if not data:
        raise Unreadable("The file is empty.")
    found = formats.sniff(data)
    if found is None:
        raise Unsupported("It is not a picture in a known format.")
    with vips_errors():
        match found.decoder:
            case "libvips":
                return _open_vips(data, found, limits)
            case "rawpy":
                return open_raw(data, found, limits)
            case "pillow-heif":
                from photos_graph.images.pillow import open_heic

                return open_heic(data, limits)
            case "pillow":
                return _open_pillow(data, found, limits)
            case "psd-tools":
                from photos_graph.images.psd import open_psd

                return open_psd(data, limits)
            case "pillow-jxl":
                from photos_graph.images.jxl import open_jxl

                return open_jxl(data, limits)


def _open_vips(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    """Opens a picture with libvips, or with Pillow in the cases that libvips 8.18 does not know: some compressions of
    TIFF, TIFF with 8 bits of CIELAB, and AVIF sequences without a still picture."""
    if found is formats.TIFF and formats.is_beyond_vips(data):
        return _open_pillow(data, found, limits)
    try:
        return open_vips(_still(data) if found is formats.AVIF else data, found, limits)
    except pyvips.Error as error:
        if found is not formats.AVIF and "labq" not in reason(error):
            raise
        with suppress(Unreadable):
            return _open_pillow(data, found, limits)
        raise


def _open_pillow(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    from photos_graph.images.pillow import open_pillow  # Pillow is loaded only if a picture needs it

    return open_pillow(data, found, limits)


def _still(data: Bytes) -> Bytes:
    """Replaces the brand of an AVIF sequence, which libvips does not know, so that it loads the still picture."""
    return b"".join((data[:8], b"avif", data[12:])) if data[8:12] == b"avis" else data


def _pixels(opened: Opened, edge: int, fail_on: str) -> pyvips.Image:
    with vips_errors():
        image = srgb(opened.thumbnail(edge, fail_on)).copy_memory()
        opaque = image.hasalpha() and image[image.bands - 1].min() == 255
        return image.extract_band(0, n=3) if opaque else image


def srgb(image: pyvips.Image) -> pyvips.Image:
    """Converts to sRGB with 8 bits and 3 or 4 bands."""
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    if image.bands < 3:  # a grey picture that is marked as sRGB
        image = image.copy(interpretation="b-w").colourspace("srgb")
    elif image.bands > 4:  # a TIFF may carry more than one extra channel
        image = image.extract_band(0, n=3)
    return image


def _patient_pixels(opened: Opened, edge: int, damage: Unreadable) -> pyvips.Image:
    """Decodes again, ignoring damage. Raises ``damage`` if this fails too, because the second error of LibRaw only
    states that it was called again."""
    try:
        return _pixels(opened, edge, "none")
    except OverLimit:
        raise
    except Unreadable:
        raise damage from None


@contextmanager
def vips_errors() -> Iterator[None]:
    """Raises errors of libvips as Unreadable or OverLimit."""
    try:
        yield
    except pyvips.Error as error:
        text = reason(error)
        if "out of memory" in text or "Security limit exceeded" in text:
            raise OverLimit(f"It needs more than one picture may take: {text}.") from None
        raise Unreadable(f"It is damaged: {text}.") from None
    except UnicodeDecodeError:  # pyvips takes every text of a file for UTF-8
        raise Unreadable("It is damaged: its metadata have names that are no text.") from None
