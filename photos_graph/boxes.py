"""Boxes of faces: which boxes of two lists show the same faces, and where they are once the picture is turned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from photos_graph.model.faces import Box
from photos_graph.model.succession import View

LEAST_SHOWN = 0.5  # share of a face that a part of a picture must show of it

# Intersection over union from which two boxes are taken for one face: programs that mark the same face differently
# still agree in half of the union, or in somewhat less.
SAME_FACE_OVERLAP = 0.3


def overlap(one: Box, other: Box) -> float:
    """Returns the intersection over union of two boxes, from 0 to 1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(width, 0.0) * max(height, 0.0)
    return both / (one.width * one.height + other.width * other.height - both) if both else 0.0


def displayed(box: Box, orientation: int) -> Box:
    """Converts a box in the stored picture to one in the displayed picture. ``orientation`` is EXIF's, 1..8."""
    x, y, w, h = box.x, box.y, box.width, box.height
    right, below = 1 - x - w, 1 - y - h
    return {
        2: Box(right, y, w, h),
        3: Box(right, below, w, h),
        4: Box(x, below, w, h),
        5: Box(y, x, h, w),
        6: Box(below, x, h, w),
        7: Box(below, right, h, w),
        8: Box(y, right, h, w),
    }.get(orientation, box)


def stored(box: Box, orientation: int) -> Box:
    """Converts a box in the displayed picture to one in the stored picture. ``orientation`` is EXIF's, 1..8."""
    return displayed(box, {6: 8, 8: 6}.get(orientation, orientation))


def turned(box: Box, before: int, now: int) -> Box:
    """Returns where the box is displayed once the orientation of the picture is ``now`` and no longer ``before``."""
    return displayed(stored(box, before), now)


def turn_between(before: int, now: int) -> int:
    """Returns the orientation (EXIF, 1..8) by which a picture as it was displayed is turned to how it is now."""
    box = Box(0.1, 0.2, 0.3, 0.05)  # lies differently in every orientation
    wanted = turned(box, before, now)
    return next(each for each in range(1, 9) if overlap(displayed(box, each), wanted) > 0.9)


def seen_in(box: Box, view: View) -> Box | None:
    """Returns where the box is in a picture that shows that of another one, or None if it is not, or hardly, in it."""
    whole, part = displayed(box, view.orientation), view.part
    left, top = max(whole.x, part.x), max(whole.y, part.y)
    width = min(whole.x + whole.width, part.x + part.width) - left
    height = min(whole.y + whole.height, part.y + part.height) - top
    if min(width, height) <= 0 or width * height < LEAST_SHOWN * whole.width * whole.height:
        return None
    return Box((left - part.x) / part.width, (top - part.y) / part.height, width / part.width, height / part.height)


def paired(one: Sequence[Box], other: Sequence[Box], least: float = SAME_FACE_OVERLAP) -> dict[int, int]:
    """Pairs boxes of two lists that overlap by at least ``least``, so that the pairs' overlaps add up to the most.

    Returns the position in ``one`` mapped to the position in ``other``; each position occurs at most once.
    """
    overlaps = np.array([[overlap(mine, theirs) for theirs in other] for mine in one]).reshape(len(one), len(other))
    overlaps[overlaps < least] = 0
    if not overlaps.any():
        return {}
    from scipy.optimize import linear_sum_assignment  # 40 MB, which a service without faces does not need

    pairs = zip(*linear_sum_assignment(overlaps, maximize=True), strict=True)
    return {int(here): int(there) for here, there in pairs if overlaps[here, there]}
