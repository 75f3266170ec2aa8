"""Average linkage without a matrix: the two most similar groups are merged repeatedly, down to the cut.

The similarity of two groups is the mean similarity of their pairs: the product of their sums divided by the product of
their sizes. A heap holds the best partner of each group. When that partner has been merged, the entry is still an upper
bound, because a merged group is never more similar to a third group than the better of its parts was. The group is
therefore examined again only when its entry comes up. For the same reason, a neighbour below the cut can be dropped.

Both groups of a pair know of each other, so that one of the two is enough to find it. A crowd, which is a group with a
great number of neighbours, therefore looks at other crowds alone, and all other groups find it. Otherwise each of the
faces that join a person of 100,000 would make all others be compared with that person again.
"""

from __future__ import annotations

import heapq
import math
from array import array
from itertools import islice

import numpy as np
import numpy.typing as npt

from photos_graph.faces.group_constraints import GroupConstraints
from photos_graph.faces.group_sums import GroupSums
from photos_graph.faces.neighbour_lists import NeighbourLists
from photos_graph.model.faces import UNASSIGNED

PRODUCTS = 32 * 1024 * 1024  # of groups with each other that are computed at once
MISSED = 128  # pairs of one group that are added at once
CROWD = 256  # neighbours of a group from which on it is a crowd
NO_KEY = -1


class Linkage:
    """A run of average linkage over g groups, which takes over what it is given and changes it.

    ``neighbours`` are the groups with which a group has a similar pair. There may be other similar pairs of those
    groups that are True in ``open_`` (g,) with each other; by default there are none. ``apart`` is how much more
    similar than the cut two groups must be for each photo that both are in.
    """

    def __init__(
        self,
        sums: GroupSums,
        neighbours: NeighbourLists,
        groups: GroupConstraints,
        cut: float,
        open_: npt.NDArray[np.bool_] | None = None,
        apart: float = math.inf,
    ) -> None:
        self._sums, self._sizes, self._neighbours = sums, sums.sizes, neighbours
        self._groups, self._cut, self._apart = groups, np.float32(cut), apart
        self._open = np.flatnonzero(open_).astype(np.int32) if open_ is not None else np.zeros(0, np.int32)
        count = len(sums)
        self._into = np.arange(count, dtype=np.int32)  # the group itself, or the one that it was merged into
        self._is_crowd = np.zeros(count, bool)
        # These are numbers, as millions of tuples would take a gigabyte. Only one entry of a group counts.
        self._heap: list[int] = []
        self._key = array("q", [NO_KEY]) * count
        self._version = array("i", [0]) * count
        self._partner = array("i", [UNASSIGNED]) * count
        self._partner_version = array("i", [0]) * count

    def run(self) -> npt.NDArray[np.int32]:
        """Returns, for each group at the start, a representative of its final group (g,)."""
        best = self._neighbours.best
        for group in np.flatnonzero(best >= self._cut).tolist():
            self._push(group, float(best[group]))
        self._merge_all()
        while self._find_missed() and self._merge_all():  # a pair may be above the cut only by how it was rounded
            pass
        return self._roots(np.arange(len(self._into), dtype=np.int32))

    def _push(self, group: int, alike: float, partner: int = UNASSIGNED) -> None:
        """Puts the group on the heap. Without a partner, its best one is at most so similar."""
        key = int((2 - min(max(alike, -1), 2)) * (1 << 29)) << 32 | group
        self._key[group], self._partner[group] = key, partner
        if partner != UNASSIGNED:
            self._partner_version[group] = self._version[partner]
        heapq.heappush(self._heap, key)

    def _merge_all(self) -> bool:
        """Returns whether any groups were merged."""
        merged = False
        while self._heap:
            key = heapq.heappop(self._heap)
            group = key & 0xFFFFFFFF
            if self._key[group] != key:
                continue
            partner = self._partner[group]
            if partner != UNASSIGNED and self._version[partner] == self._partner_version[group]:
                self._merge(group, partner)
                merged = True
            else:
                self._find_partner(group)
        return merged

    def _merge(self, group: int, partner: int) -> None:
        if self._sizes[group] < self._sizes[partner]:  # so that no group is many steps away from the one that it is in
            group, partner = partner, group
        self._sums.merge(group, partner)
        self._groups.merge(group, partner)
        self._neighbours.merge(group, partner)
        self._into[partner] = group
        self._version[group] += 1
        self._version[partner] += 1
        self._key[partner] = NO_KEY
        self._is_crowd[group] |= self._is_crowd[partner]
        self._find_partner(group)

    def _find_partner(self, group: int) -> None:
        """Finds the best partner of the group, if it has one, and puts it on the heap."""
        near = self._near(group)
        alike = (self._sums.of(near) @ self._sums.one(group)) / (self._sizes[near] * self._sizes[group])
        stay = alike >= self._cut
        near, alike = near[stay], alike[stay]
        self._key[group] = NO_KEY
        while len(near):
            best = int(alike.argmax())
            partner = int(near[best])
            if not self._excluded(group, partner, float(alike[best])):
                self._push(group, float(alike[best]), partner)
                break
            # Any group into which this partner is merged is excluded too: it is not more similar than the better of its
            # parts, and in no fewer photos.
            near, alike = np.delete(near, best), np.delete(alike, best)
        self._neighbours.put(group, near)

    def _near(self, group: int) -> npt.NDArray[np.int32]:
        """Returns the present groups among which the group has to look for its partner, each once."""
        near: npt.NDArray[np.int32] = np.sort(self._roots(self._neighbours.of(group)))
        near = near[np.flatnonzero((np.diff(near, prepend=UNASSIGNED) != 0) & (near != group))]
        if len(near) > CROWD:
            self._is_crowd[group] = True
        if self._is_crowd[group]:
            near = near[self._is_crowd[near]]
        return near

    def _excluded(self, group: int, partner: int, alike: float) -> bool:
        surplus = (alike - float(self._cut)) / self._apart
        return self._groups[group].excludes(self._groups[partner], surplus)

    def _roots(self, groups: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        roots = self._into[groups]
        while True:
            further = self._into[roots]
            if (further == roots).all():
                break
            roots = further
        self._into[groups] = roots
        return roots

    def _find_missed(self) -> bool:
        """Adds pairs of open groups above the cut that have no stored pair of faces: of each group those with the
        MISSED most similar groups before it. Returns whether there are any."""
        alive = np.unique(self._roots(self._open))
        means = self._sums.of(alive)
        means /= self._sizes[alive, None]
        step = max(1, PRODUCTS // max(1, len(alive)))
        missed = False
        for start in range(0, len(alive), step):
            alike = means[start : start + step] @ means[: start + step].T
            above = np.tril(alike >= self._cut, start - 1)
            for row in np.flatnonzero(above.any(axis=1)).tolist():
                one, others = int(alive[start + row]), np.flatnonzero(above[row])
                others = others[np.argsort(-alike[row, others], kind="stable")]
                pairs = zip(alive[others].tolist(), alike[row, others].tolist(), strict=True)
                partners = list(islice((it for it, how in pairs if not self._excluded(one, it, how)), MISSED))
                if partners:
                    missed = True
                    self._add_pairs(one, partners)
        return missed

    def _add_pairs(self, one: int, partners: list[int]) -> None:
        self._neighbours.extend(one, np.array(partners, np.int32))
        for partner in partners:
            self._neighbours.extend(partner, np.array([one], np.int32))
        for group in (one, *partners):
            self._push(group, 2.0)  # to be looked at before all others
