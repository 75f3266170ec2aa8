"""Which boxes of two lists show the same faces."""

from __future__ import annotations

import numpy as np

from photos_graph.faces.detect import Floats

LEAST_IOU = 0.3  # two detectors draw boxes of one face with half of their union in common, or somewhat less


def overlaps(one: Floats, other: Floats) -> Floats:
    """(n, m): intersection over union, 0..1, of boxes (n, 4) and (m, 4): x, y, width, height in the same unit."""
    near = np.maximum(one[:, None, :2], other[None, :, :2])
    far = np.minimum(one[:, None, :2] + one[:, None, 2:], other[None, :, :2] + other[None, :, 2:])
    shared = np.prod(np.clip(far - near, 0, None), axis=2)
    areas = np.prod(one[:, None, 2:], axis=2) + np.prod(other[None, :, 2:], axis=2)
    # Boxes without an area have nothing in common with any.
    shares: Floats = (shared / np.maximum(areas - shared, np.finfo(np.float32).tiny)).astype(np.float32)
    return shares


def paired(one: Floats, other: Floats, least: float = LEAST_IOU) -> dict[int, int]:
    """Place in ``one`` (n, 4) to place in ``other`` (m, 4): each at most once, those that overlap most come first."""
    shares = overlaps(one, other)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for at in np.argsort(-shares, axis=None, kind="stable").tolist():
        here, there = divmod(at, shares.shape[1])
        if shares[here, there] < least:
            break
        if here not in pairs and there not in taken:
            pairs[here] = there
            taken.add(there)
    return pairs
