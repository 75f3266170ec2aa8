"""Cuts faces out of pictures: an upright square with a margin around the face."""

from __future__ import annotations

import math

from photos_graph.images.decoding import open_buffer, srgb, vips_errors
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from photos_graph.model.faces import Box

MARGIN = 0.3  # margin on each side of the box, as a share of its longer side


def cut_lazily(
    data: bytes, box: Box, edge: int, limits: DecodeLimits, full_size_from: int | None = None
) -> pyvips.Image | None:
    """Cuts a square around ``box``, as sRGB with 8 bits and 3 or 4 bands, at most ``edge`` pixels wide, without
    enlarging it. Decodes the intact part of a damaged file.

    Returns None if the square has fewer than ``edge`` pixels and ``data`` may be a reduced copy, that is, if its
    longest edge is at least ``full_size_from``. Raises Unsupported, OverLimit and Unreadable.
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
    """Returns left, top and side, in pixels, of a square around the centre of the box, moved to be inside the
    picture."""
    side = max(box.width * width, box.height * height, 1.0) * (1 + 2 * MARGIN)
    side = min(side, width, height)
    left = (box.x + box.width / 2) * width - side / 2
    top = (box.y + box.height / 2) * height - side / 2
    return min(max(left, 0.0), width - side), min(max(top, 0.0), height - side), side
