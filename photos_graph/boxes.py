"""Boxes of faces, and which of two lists show the same ones."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.model import Box

SAME = 0.3  # of their union in common: two programs draw boxes of one face with half of it, or somewhat less


def in_common(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(width, 0.0) * max(height, 0.0)
    return both / (one.width * one.height + other.width * other.height - both) if both else 0.0


def paired(one: Sequence[Box], other: Sequence[Box], least: float = SAME) -> dict[int, int]:
    """Place in ``one`` to place in ``other``: each at most once, those that have most in common come first."""
    shares = [
        (share, here, there)
        for here, mine in enumerate(one)
        for there, theirs in enumerate(other)
        if (share := in_common(mine, theirs)) >= least
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, here, there in sorted(shares, key=lambda each: (-each[0], *each[1:])):
        if here not in pairs and there not in taken:
            pairs[here] = there
            taken.add(there)
    return pairs
