"""Lists of the groups with which each group has a similar pair of faces, in one array."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from photos_graph.faces.similarity import Ints, Pairs

BLOCK = 2_000_000  # pairs that are sorted at once
ROUNDED = np.float32(2.0**-11)  # how much more similar a pair may be than its stored similarity


class NeighbourLists:
    """The neighbours of g groups. ``best`` (g,) is at least as much as the similarity of the most similar pair of each,
    or -1."""

    def __init__(self, group_of: Ints, pairs: Pairs, count: int) -> None:
        """``group_of`` (n,) is the group of each face."""
        self._sizes = np.zeros(count, np.int32)
        for first, second, _ in _parts(group_of, pairs):
            self._sizes += np.bincount(first, minlength=count).astype(np.int32)
            self._sizes += np.bincount(second, minlength=count).astype(np.int32)
        self._starts = np.cumsum(self._sizes, dtype=np.int64) - self._sizes
        self._room = self._sizes.copy()
        self._kept = np.empty(int(self._sizes.sum(dtype=np.int64)), np.int32)
        self._outgrown: dict[int, Ints] = {}
        self.best = np.full(count, -1, np.float32)
        self._fill(group_of, pairs)

    def _fill(self, group_of: Ints, pairs: Pairs) -> None:
        ends = self._starts.copy()
        for first, second, similar in _parts(group_of, pairs):
            one, other = np.concatenate([first, second]), np.concatenate([second, first])
            np.maximum.at(self.best, one, np.tile(similar.astype(np.float32) + ROUNDED, 2))
            order = np.argsort(one, kind="stable")
            one, other = one[order], other[order]
            begins = np.flatnonzero(np.diff(one, prepend=-1))
            counts = np.diff(begins, append=len(one))
            within = np.arange(len(one)) - np.repeat(begins, counts)
            self._kept[ends[one] + within] = other
            ends[one[begins]] += counts

    def of(self, group: int) -> Ints:
        """Returns the neighbours of the group, some of them more than once. They must not be changed."""
        found = self._outgrown.get(group)
        if found is None:
            start = int(self._starts[group])
            return self._kept[start : start + int(self._sizes[group])]
        return found

    def put(self, group: int, near: Ints) -> None:
        """Replaces the neighbours of the group."""
        count = len(near)
        if count > self._room[group]:
            self._outgrown[group] = near
            return
        start = int(self._starts[group])
        self._kept[start : start + count] = near
        self._sizes[group] = count
        self._outgrown.pop(group, None)

    def extend(self, group: int, near: Ints) -> None:
        self.put(group, np.concatenate([self.of(group), near]))

    def merge(self, group: int, partner: int) -> None:
        """Adds the neighbours of ``partner``, which is no group any more, to those of ``group``."""
        both = np.concatenate([self.of(group), self.of(partner)])
        self._outgrown.pop(partner, None)
        if self._room[partner] > self._room[group]:
            for each in (self._starts, self._room):
                each[group], each[partner] = each[partner], each[group]
        self.put(group, both)


def _parts(group_of: Ints, pairs: Pairs) -> Iterator[tuple[Ints, Ints, npt.NDArray[np.float16]]]:
    """Yields the pairs of groups and their similarities."""
    for start in range(0, len(pairs), BLOCK):
        some = pairs[start : start + BLOCK]
        first, second = group_of[some.first], group_of[some.second]
        apart = first != second
        yield first[apart], second[apart], some.similar[apart]
