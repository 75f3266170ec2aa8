"""A face cut out of a picture: square, upright, with some room around it."""

from __future__ import annotations

import math

from photos_graph.images.decoding import open_buffer, srgb, vips_errors
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from photos_graph.model import Box

ROOM = 0.3  # of the longer side of the box, on each side of it


def cut_lazily(
    data: bytes, box: Box, edge: int, limits: DecodeLimits, full_size_from: int | None = None
) -> pyvips.Image | None:
    """sRGB, 8 bit, 3 or 4 bands, ``edge`` pixels wide or what there is. Patient with damage.

    None where there is less, and ``data`` may be a copy made smaller: one whose longest edge is ``full_size_from``.
    Raises Unsupported, OverLimit, Unreadable.
    """
    opened = open_buffer(data, limits)
    left, top, side = _square(box, opened.width, opened.height)
    longest = max(opened.width, opened.height)
    if full_size_from is not None and side < edge and longest >= full_size_from:
        return None
    with vips_errors():
        image = srgb(opened.thumbnail(max(1, math.ceil(longest * min(1.0, edge / side))), "none"))
        scale = image.width / opened.width
        size = max(1, min(round(side * scale), edge, image.width, image.height))
        x = min(max(round(left * scale), 0), image.width - size)
        y = min(max(round(top * scale), 0), image.height - size)
        return image.extract_area(x, y, size, size)


def _square(box: Box, width: int, height: int) -> tuple[float, float, float]:
    """Left, top and side in pixels: around the middle of the box, moved where it would not lie in the picture."""
    side = max(box.width * width, box.height * height, 1.0) * (1 + 2 * ROOM)
    side = min(side, width, height)
    left = (box.x + box.width / 2) * width - side / 2
    top = (box.y + box.height / 2) * height - side / 2
    return min(max(left, 0.0), width - side), min(max(top, 0.0), height - side), side
