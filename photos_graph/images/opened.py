"""A picture whose header was read: its size is known and checked, and no pixel is decoded yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from photos_graph.errors import OverLimit
from photos_graph.images import formats
from photos_graph.images.declared import camera_signal, declaration, declared_colour, heif_signal, png_signal
from photos_graph.images.formats import Bytes
from photos_graph.images.heif_orientation import heif_orientation
from photos_graph.images.vips import pyvips

_SIGNALS = {formats.PNG: png_signal, formats.AVIF: heif_signal}
# How many times smaller a picture is shown, from where on a JPEG is decoded at half its size, which takes a fifth less
# time. libvips does so from 4 on. Below 3, a picture would lose more than a twentieth of its sharpness.
_HALF_FROM, _HALF_BEFORE = 3, 4
SWAPPING_ORIENTATIONS = {5, 6, 7, 8}  # the EXIF orientations that swap width and height


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    max_pixels: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose header was read. ``width`` and ``height`` are as displayed, in pixels.

    ``thumbnail(edge, fail_on)`` decodes it, upright and no larger than ``edge`` on its longest side, and lazily if the
    format allows. ``fail_on`` is libvips' tolerance of damage, from "none" to "warning". ``orientation`` (EXIF's, 1..8)
    is the one that is applied to the stored picture, and ``colours`` declares its colours.
    """

    format: formats.PictureFormat
    width: int
    height: int
    thumbnail: Callable[[int, str], pyvips.Image]
    orientation: int = 1
    colours: bytes = b""


def check_pixels(width: int, height: int, limits: DecodeLimits) -> None:
    """Raises OverLimit if the picture has more pixels than the limits allow."""
    if width * height > limits.max_pixels:
        size, limit = width * height / 1e6, limits.max_pixels / 1e6
        raise OverLimit(f"It has {width} x {height} pixels ({size:,.0f} million; the limit is {limit:,.0f} million).")


def open_vips(data: Bytes, found: formats.PictureFormat, limits: DecodeLimits) -> Opened:
    # A source is used because pyvips would copy a buffer, which is as large as the original.
    header = pyvips.Image.new_from_source(pyvips.Source.new_from_memory(data), "")
    check_pixels(header.width, header.height, limits)
    width, height = header.width, header.height
    if orientation(header) in SWAPPING_ORIENTATIONS:
        width, height = height, width
    signal = _SIGNALS[found](data) if found in _SIGNALS else camera_signal(header)
    profile = header.get("icc-profile-data") if header.get_typeof("icc-profile-data") else None
    colour = declared_colour(header, signal, over_profile=found is formats.PNG)

    def thumbnail(edge: int, fail_on: str) -> pyvips.Image:
        source = pyvips.Source.new_from_memory(data)
        load = partial(pyvips.Image.new_from_source, source, "", access="sequential", fail_on=fail_on)
        # The option string reaches the loader. The parameter fail_on of thumbnail does not (seen with libvips 8.18).
        small = partial(pyvips.Image.thumbnail_source, source, option_string=f"[fail_on={fail_on}]")
        if found is formats.JPEG and _HALF_FROM <= max(width, height) / edge < _HALF_BEFORE:
            small = partial(_of_half, load)
        image = colour.shrunk(edge, load, partial(small, edge, height=edge, size="down"))
        image._references.append(source)  # pyvips keeps this reference in its own loading functions, but not here
        return image

    # libvips turns HEIF pictures itself, and says nothing about it.
    turned = heif_orientation(data) if found is formats.AVIF else orientation(header)
    return Opened(found, width, height, thumbnail, turned, declaration(profile, signal))


def _of_half(load: Callable[..., pyvips.Image], edge: int, **options: object) -> pyvips.Image:
    return load(shrink=2).thumbnail_image(edge, **options)


def orientation(image: pyvips.Image) -> int:
    """Returns the EXIF orientation, from 1 to 8."""
    return int(image.get("orientation")) if image.get_typeof("orientation") else 1
