"""Average linkage without a matrix: the two most similar groups are merged repeatedly, down to the cut.

The similarity of two groups is the mean similarity of their pairs: the product of their sums divided by the product of
their sizes. A heap holds the best partner of each group. When that partner has been merged, the entry is still an upper
bound, because a merged group is never more similar to a third group than the better of its parts was. The group is
therefore examined again only when its entry comes up. For the same reason, a neighbour below the cut can be dropped.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt

from photos_graph.faces.sightings import Floats

PRODUCTS = 32 * 1024 * 1024  # of groups with each other that are computed at once
MISSED = 128  # pairs of one group that are added at once
UNASSIGNED = -1  # no person, cluster or group


@dataclass(slots=True)
class GroupConstraint:
    """The constraint on merging a group. ``person`` is the assigned person, or UNASSIGNED."""

    person: int = UNASSIGNED
    photos: set[int] = field(default_factory=set)
    not_persons: Set[int] = frozenset()  # most groups share this one

    def excludes(self, other: GroupConstraint, surplus: float = 0.0) -> bool:
        """Returns whether the two groups must not be merged. ``surplus`` is how many photos they may share, because
        they are so similar that it may be one person in a mirror or a collage."""
        if self.person != UNASSIGNED and other.person != UNASSIGNED:
            return True  # they are different persons, since groups of one person are merged from the start
        if self.person in other.not_persons or other.person in self.not_persons:
            return True
        if surplus < 1:
            return not self.photos.isdisjoint(other.photos)
        return len(self.photos & other.photos) > surplus

    def absorb(self, other: GroupConstraint) -> None:
        """Adds the constraints of a group that is merged into this one."""
        if self.person == UNASSIGNED:
            self.person = other.person
        if len(other.photos) > len(self.photos):
            self.photos, other.photos = other.photos, self.photos
        self.photos |= other.photos
        if other.not_persons:
            self.not_persons = self.not_persons | other.not_persons


NO_GROUP = GroupConstraint()  # in place of those that were merged into others


class Linkage:
    """A run of average linkage over g groups, which takes over what it is given and changes it.

    ``sums`` (g, dimensions) and ``sizes`` (g,) describe the groups at the start. ``neighbours`` maps a group to the
    groups with which it has a similar pair. There may be other similar pairs of those groups that are True in ``open_``
    (g,) with each other; by default there are none. ``apart`` is how much more similar than the cut two groups must be
    for each photo that both are in.
    """

    def __init__(
        self,
        sums: Floats,
        sizes: npt.NDArray[np.float32],
        neighbours: dict[int, npt.NDArray[np.int32]],
        groups: list[GroupConstraint],
        cut: float,
        open_: npt.NDArray[np.bool_] | None = None,
        apart: float = math.inf,
    ) -> None:
        self._sums, self._sizes, self._neighbours = sums, sizes, neighbours
        self._groups, self._cut, self._apart = groups, np.float32(cut), apart
        self._open = np.flatnonzero(open_).astype(np.int32) if open_ is not None else np.zeros(0, np.int32)
        self._into = np.arange(len(sizes), dtype=np.int32)  # the group itself, or the one that it was merged into
        self._version = [0] * len(sizes)
        self._heap: list[tuple[float, int, int, int, int]] = []

    def run(self) -> npt.NDArray[np.int32]:
        """Returns, for each group at the start, a representative of its final group (g,)."""
        for group in self._neighbours:
            heapq.heappush(self._heap, (-2.0, group, self._version[group], UNASSIGNED, 0))
        self._merge_all()
        while self._find_missed() and self._merge_all():  # a pair may be above the cut only by how it was rounded
            pass
        return self._roots(np.arange(len(self._into), dtype=np.int32))

    def _merge_all(self) -> bool:
        """Returns whether any groups were merged."""
        version, merged = self._version, False
        while self._heap:
            _, group, seen, partner, partner_seen = heapq.heappop(self._heap)
            if version[group] != seen:
                continue
            if partner != UNASSIGNED and version[partner] == partner_seen:
                self._merge(group, partner)
                merged = True
            else:
                self._find_partner(group)
        return merged

    def _merge(self, group: int, partner: int) -> None:
        self._sums[group] += self._sums[partner]
        self._sizes[group] += self._sizes[partner]
        self._groups[group].absorb(self._groups[partner])
        self._groups[partner] = NO_GROUP
        self._into[partner] = group
        self._version[group] += 1
        self._version[partner] += 1
        beside = self._neighbours.pop(partner, None)
        if beside is not None:
            mine = self._neighbours.get(group)
            self._neighbours[group] = beside if mine is None else np.concatenate([mine, beside])
        self._find_partner(group)

    def _find_partner(self, group: int) -> None:
        """Finds the best partner of the group, if it has one, and puts it on the heap."""
        if group not in self._neighbours:
            return
        near = np.unique(self._roots(self._neighbours[group]))
        near = near[near != group]
        alike = (self._sums[near] @ self._sums[group]) / (self._sizes[near] * self._sizes[group])
        stay = alike >= self._cut
        near, alike = near[stay], alike[stay]
        while len(near):
            best = int(alike.argmax())
            partner = int(near[best])
            if not self._excluded(group, partner, float(alike[best])):
                entry = (-float(alike[best]), group, self._version[group], partner, self._version[partner])
                heapq.heappush(self._heap, entry)
                break
            # Any group into which this partner is merged is excluded too: it is not more similar than the better of its
            # parts, and in no fewer photos.
            near, alike = np.delete(near, best), np.delete(alike, best)
        self._neighbours[group] = near

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
        means = self._sums[alive] / self._sizes[alive, None]
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
                    beside = self._neighbours.get(one, np.zeros(0, np.int32))
                    self._neighbours[one] = np.concatenate([beside, np.array(partners, np.int32)])
                    heapq.heappush(self._heap, (-2.0, one, self._version[one], UNASSIGNED, 0))
        return missed
