"""Finds pictures that were turned or mirrored among many, by small pictures of them: arrays in, arrays out.

Two pictures whose small pictures agree have the same mean over each set of places that turns exchange. So these means
leave few pairs, of which all turns are tried.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from photos_graph.learn.relations import Ints

EDGE = 7  # places along each side of a small picture
APART = 10.0  # colour levels, 0..255: root mean square by which the small pictures of one picture may differ,
APART_SHARE = 0.25  # or share of their standard deviation: a ThumbHash has 16 steps for its largest contrast
FAINT = 4.0  # colour levels: standard deviation up to which a small picture tells nothing
_CELLS = 1 << 24  # distances that are in memory at once
_MOST_ROWS = 1024

Colours = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def turned_pairs(small: Colours, new: npt.NDArray[np.bool_]) -> Ints:
    """Returns pairs (m, 2) of positions, the smaller one first, of pictures of which one may be the other one turned
    or mirrored, and at least one is ``new`` (n,). ``small`` (n, EDGE, EDGE, 3) are small pictures."""
    spread = small.reshape(len(small), EDGE * EDGE, 3).astype(np.float32).std(axis=1)
    known = np.flatnonzero(spread.max(axis=1) > FAINT)
    means, most = _means(small[known]), np.maximum(APART, APART_SHARE * np.sqrt((spread[known] ** 2).mean(axis=1)))
    order = np.argsort(means[:, 0], kind="stable")
    known, means, most = known[order], means[order], most[order]
    found = [
        known[pairs[_are_turned(small, known[pairs], most[pairs].min(axis=1))]]
        for pairs in _candidates(means, most, new[known])
    ]
    every = np.concatenate([np.zeros((0, 2), np.int64), *found])
    result: Ints = np.unique(np.sort(every, axis=1), axis=0)
    return result


def _candidates(means: Floats, most: Floats, new: npt.NDArray[np.bool_]) -> Iterator[Ints]:
    """Yields pairs of places of which one is new and whose means differ no more than ``most`` (n,) allows. ``means``
    are sorted by the first."""
    fresh, start = np.flatnonzero(new), 0
    while start < len(fresh):
        rows = max(1, min(_MOST_ROWS, _CELLS // len(means)))
        block = fresh[start : start + rows]
        reach = most[block].max() * EDGE  # how much the mean brightness, times EDGE, may differ
        low = int(np.searchsorted(means[:, 0], means[block[0], 0] - reach))
        high = int(np.searchsorted(means[:, 0], means[block[-1], 0] + reach, side="right"))
        here, there = means[block], means[low:high]
        apart = (here**2).sum(1)[:, None] + (there**2).sum(1)[None] - 2 * here @ there.T
        one, other = np.nonzero(apart <= (most[block] ** 2 * EDGE * EDGE)[:, None])
        pairs = np.stack([block[one], other + low], axis=1).astype(np.int64)
        yield pairs[(pairs[:, 0] < pairs[:, 1]) | ((pairs[:, 0] > pairs[:, 1]) & ~new[pairs[:, 1]])]
        start += rows


def _means(small: Colours) -> Floats:
    """Returns the mean brightness, and the means of brightness over each set of places that turns exchange, without
    that mean, all times the root of the number of their places. Their distance is at most that of the pictures."""
    grey = small.astype(np.float32).mean(axis=3).reshape(len(small), EDGE * EDGE)
    whole = grey.mean(axis=1, keepdims=True)
    rows, columns = np.indices((EDGE, EDGE)) - EDGE // 2
    sides = np.sort(np.abs(np.stack([rows.ravel(), columns.ravel()])), axis=0)
    sets = np.unique(sides[0] * EDGE + sides[1], return_inverse=True)[1].ravel()
    sizes = np.bincount(sets)
    sums = (grey - whole) @ np.eye(len(sizes), dtype=np.float32)[sets]
    means: Floats = np.concatenate([whole * EDGE, sums / np.sqrt(sizes)], axis=1).astype(np.float32)
    return means


def _are_turned(small: Colours, pairs: Ints, most: Floats) -> npt.NDArray[np.bool_]:
    """Returns of which pairs (m, 2) one small picture is the other one, turned or mirrored, up to ``most`` (m,)."""
    found = np.zeros(len(pairs), np.bool_)
    for start in range(0, len(pairs), _MOST_ROWS):
        part = pairs[start : start + _MOST_ROWS]
        one, other = (small[part[:, side]].astype(np.float32) for side in (0, 1))
        apart = [((one - turned) ** 2).mean(axis=(1, 2, 3)) for turned in _turns(other)]
        found[start : start + _MOST_ROWS] = np.min(apart, axis=0) <= most[start : start + _MOST_ROWS] ** 2
    return found


def _turns(small: Floats) -> Iterator[Floats]:
    """Yields small pictures (n, EDGE, EDGE, 3) in the seven other orientations."""
    for transposed in (False, True):
        image = small.swapaxes(1, 2) if transposed else small
        for rows, columns in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            if transposed or (rows, columns) != (1, 1):
                yield image[:, ::rows, ::columns]
