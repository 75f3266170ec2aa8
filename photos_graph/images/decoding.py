"""From the bytes of an original to a small upright sRGB picture.

Limits are checked on the header, before a pixel is decoded. Orientation is applied exactly once: by libvips for
what it loads (a HEIF's own transformations included), by hand for RAW previews that do not carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from photos_graph.errors import OverLimit, Unreadable, Unsupported
from photos_graph.images import formats
from photos_graph.images.formats import Bytes
from photos_graph.images.vips import pyvips, reason

SWAPPING_ORIENTATIONS = {5, 6, 7, 8}  # EXIF: those that lie on a side


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    max_pixels: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose header was read. ``width`` and ``height`` are as displayed, in pixels.

    ``thumbnail(edge, fail_on)`` decodes it, upright and no larger than ``edge`` on its longest side, lazily where
    the format allows; ``fail_on`` is libvips' level of patience with damage: "none" to "warning". ``oriented``:
    the file itself says how it lies.
    """

    format: formats.PictureFormat
    width: int
    height: int
    thumbnail: Callable[[int, str], pyvips.Image]
    oriented: bool = False


@dataclass(frozen=True, slots=True)
class Decoded:
    """``image``: sRGB, 8 bit, 3 bands, or 4 with straight alpha. Sizes are the original's, as displayed."""

    image: pyvips.Image
    width: int
    height: int
    format: str
    warnings: tuple[str, ...] = ()


def decode(data: Bytes, edge: int, limits: DecodeLimits) -> Decoded:
    """The picture in memory, at most ``edge`` pixels on its longest side.

    A damaged file gives what it has, with a warning that says what is wrong. Raises Unsupported, OverLimit,
    Unreadable.
    """
    opened = open_buffer(data, limits)
    try:
        image = _pixels(opened, edge, "error")
    except OverLimit:
        raise
    except Unreadable as damage:
        image = _patient_pixels(opened, edge, damage)
        return Decoded(image, opened.width, opened.height, opened.format.name, (damage.public_message,))
    return Decoded(image, opened.width, opened.height, opened.format.name)


def decode_lazily(data: Bytes, edge: int, limits: DecodeLimits) -> Decoded:
    """The same, but pixels are decoded as they are read, so an encoder can begin early. Patient with damage."""
    opened = open_buffer(data, limits)
    with vips_errors():
        image = srgb(opened.thumbnail(edge, "none"))
    return Decoded(image, opened.width, opened.height, opened.format.name)


def open_buffer(data: Bytes, limits: DecodeLimits) -> Opened:
    """Reads the header. Raises Unsupported, OverLimit (too many pixels), Unreadable."""
    if not data:
        raise Unreadable("The file is empty.")
    found = formats.sniff(data)
    if found is None:
        raise Unsupported("It is no picture of a known format.")
    with vips_errors():
        match found.decoder:
            case "libvips":
                return open_vips(_still(data) if found is formats.AVIF else data, found, limits)
            case "rawpy":
                from photos_graph.images.raw import open_raw

                return open_raw(data, found, limits)
            case "pillow-heif" | "pillow":
                from photos_graph.images.pillow import open_pillow

                return open_pillow(data, found, limits)
            case "none":
                raise Unsupported(f"{found.name} cannot be decoded by this installation.")


def _still(data: Bytes) -> Bytes:
    """libvips does not know the brand of a sequence, whose picture for those that show one it reads like any other."""
    return b"".join((data[:8], b"avif", data[12:])) if data[8:12] == b"avis" else data


def open_vips(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    # From sources: of a buffer pyvips makes a copy, as large as the original.
    header = pyvips.Image.new_from_source(pyvips.Source.new_from_memory(data), "")
    check_pixels(header.width, header.height, limits)
    width, height = header.width, header.height
    if orientation(header) in SWAPPING_ORIENTATIONS:
        width, height = height, width
    profile = {"output_profile": "srgb"} if "icc-profile-data" in header.get_fields() else {}

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        # thumbnail's own fail_on does not reach the loader (seen with libvips 8.18); the option string does.
        load = f"[fail_on={fail_on}]"
        source = pyvips.Source.new_from_memory(data)
        image = pyvips.Image.thumbnail_source(source, edge, option_string=load, height=edge, size="down", **profile)
        image._references.append(source)  # which pyvips itself does where it loads, but not here
        return image

    return Opened(found, width, height, thumbnail, oriented=orientation(header) > 1)


def check_pixels(width: int, height: int, limits: DecodeLimits) -> None:
    """Raises OverLimit."""
    if width * height > limits.max_pixels:
        size, limit = width * height / 1e6, limits.max_pixels / 1e6
        raise OverLimit(f"It has {width} x {height} pixels ({size:,.0f} million; the limit is {limit:,.0f} million).")


def orientation(image: pyvips.Image) -> int:
    """EXIF orientation, 1 to 8."""
    return int(image.get("orientation")) if "orientation" in image.get_fields() else 1


def _pixels(opened: Opened, edge: int, fail_on: str) -> pyvips.Image:
    with vips_errors():
        image = srgb(opened.thumbnail(edge, fail_on)).copy_memory()
        opaque = image.hasalpha() and image[image.bands - 1].min() == 255
        return image.extract_band(0, n=3) if opaque else image


def srgb(image: pyvips.Image) -> pyvips.Image:
    """8 bit, 3 or 4 bands."""
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    if image.bands < 3:  # grey under the name of a colour
        image = image.copy(interpretation="b-w").colourspace("srgb")
    elif image.bands > 4:  # a TIFF may carry more than one extra channel
        image = image.extract_band(0, n=3)
    return image


def _patient_pixels(opened: Opened, edge: int, damage: Unreadable) -> pyvips.Image:
    """Raises ``damage`` where patience does not help: after it, LibRaw complains only of being asked again."""
    try:
        return _pixels(opened, edge, "none")
    except OverLimit:
        raise
    except Unreadable:
        raise damage from None


@contextmanager
def vips_errors() -> Iterator[None]:
    """What libvips raises, as Unreadable or OverLimit."""
    try:
        yield
    except pyvips.Error as error:
        text = reason(error)
        if "out of memory" in text or "Security limit exceeded" in text:
            raise OverLimit(f"It needs more than one picture may take: {text}.") from None
        raise Unreadable(f"Damaged: {text}.") from None
