"""Derives from the pixels of an original, by decoding it once, everything that a scan needs."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass

from photos_graph.images.decoding import decode
from photos_graph.images.encoding import encode, quality_of
from photos_graph.images.formats import Bytes
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize

PLACEHOLDER_EDGE = 100  # pixels; the limit of ThumbHash


@dataclass(frozen=True, slots=True)
class Derived:
    """The derivatives of an original. ``width`` and ``height`` are those of the original as displayed, in pixels.
    ``orientation`` and ``look`` are those of ``Decoded``. ``warnings`` describe damage of the file. ``large`` is the
    encoded LARGE rendition."""

    width: int
    height: int
    format: str
    placeholder: str  # ThumbHash, base64
    large: bytes
    large_format: ThumbnailFormat
    warnings: tuple[str, ...]
    orientation: int
    look: str


def derive(data: Bytes, limits: DecodeLimits, quality: int) -> Derived:
    """Makes the LARGE rendition (as JPEG, or as WebP if it has transparency) and the placeholder.

    For a damaged file, it uses the part that can be decoded and adds a warning. Raises Unsupported, OverLimit and
    Unreadable.
    """
    decoded = decode(data, ThumbnailSize.LARGE.edge, limits)
    large_format = ThumbnailFormat.WEBP if decoded.image.hasalpha() else ThumbnailFormat.JPEG
    return Derived(
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        placeholder=placeholder(decoded.image),
        large=encode(decoded.image, large_format, quality_of(decoded, quality)),
        large_format=large_format,
        warnings=decoded.warnings,
        orientation=decoded.orientation,
        look=decoded.look,
    )


def placeholder(image: pyvips.Image) -> str:
    """Returns the ThumbHash, in base64, of an sRGB picture with 3 or 4 bands."""
    from fast_thumbhash import rgba_to_thumb_hash

    if image.hasalpha():
        small = image.thumbnail_image(PLACEHOLDER_EDGE, height=PLACEHOLDER_EDGE, size="down")
    else:  # means of whole pixels show the same in half the time
        factor = math.ceil(max(image.width, image.height) / PLACEHOLDER_EDGE)
        small = image.shrink(min(factor, image.width), min(factor, image.height)).bandjoin(255)
    pixels = bytes(small.cast("uchar").write_to_memory())
    return base64.b64encode(bytes(rgba_to_thumb_hash(small.width, small.height, pixels))).decode()
