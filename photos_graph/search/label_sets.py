"""The photos of every label that is on photos themselves, as in the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from pyroaring import BitMap

from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.rows import LabelPostings

K = TypeVar("K", str, int)

KINDS = tuple(field.name for field in fields(LabelPostings))


@dataclass(frozen=True, slots=True)
class ChangedLabels:
    """The ids of the tags and persons whose photos changed."""

    tags: frozenset[str]  # confirmed or predicted tags
    excluded: frozenset[str]
    persons: frozenset[str]


class LabelSets:
    """The photos of every label, including photos that have no file at the moment, since their files may return.

    A set is replaced when it changes; it is never changed in place.
    """

    def __init__(self) -> None:
        self.tagged: dict[str, BitMap] = {}
        self.excluded: dict[str, BitMap] = {}
        self.predicted: dict[str, BitMap] = {}
        self.persons: dict[str, BitMap] = {}
        self.persons_predicted: dict[str, BitMap] = {}
        self.faces: dict[int, BitMap] = {}
        self._unnamed: dict[bool, BitMap] = {}  # a cache of ``with_unnamed_faces``

    def replace(self, postings: LabelPostings, touched: BitMap | None) -> ChangedLabels:
        """Replaces the labels of the touched photos, or of all photos if ``touched`` is None."""
        self._unnamed.clear()
        changed = {kind: _replace(getattr(self, kind), getattr(postings, kind), touched) for kind in KINDS}
        return ChangedLabels(
            tags=frozenset(changed["tagged"] | changed["predicted"]),
            excluded=frozenset(changed["excluded"]),
            persons=frozenset(changed["persons"] | changed["persons_predicted"]),
        )

    def forget_tags(self, tag_ids: Iterable[str]) -> None:
        for tag_id in tag_ids:
            for sets in (self.tagged, self.excluded, self.predicted):
                sets.pop(tag_id, None)

    def forget_persons(self, person_ids: Iterable[str]) -> None:
        self._unnamed.clear()
        for person_id in person_ids:
            for sets in (self.persons, self.persons_predicted):
                sets.pop(person_id, None)

    def with_unnamed_faces(self, confirmed: bool, is_known: Callable[[str], bool]) -> BitMap:
        """Returns the photos with more faces than persons who are known. The set must not be changed. With
        ``confirmed``, persons who were predicted do not count."""
        if confirmed not in self._unnamed:
            self._unnamed[confirmed] = self._with_unnamed_faces(confirmed, is_known)
        return self._unnamed[confirmed]

    def _with_unnamed_faces(self, confirmed: bool, is_known: Callable[[str], bool]) -> BitMap:
        last = max((photos.max() for photos in self.faces.values()), default=-1)
        left = np.zeros(last + 1, np.int32)  # faces without a person, by photo
        for count, photos in self.faces.items():
            left[numbers_of(photos)] = count
        none: dict[str, BitMap] = {}
        predicted = none if confirmed else self.persons_predicted
        for person in filter(is_known, self.persons.keys() | predicted.keys()):
            numbers = numbers_of(self.persons.get(person, NONE) | predicted.get(person, NONE))
            left[numbers[numbers <= last]] -= 1
        return bitmap(np.flatnonzero(left > 0).astype(np.uint32))

    def faced(self, minimum: int | None, maximum: int | None) -> BitMap:
        """Returns the photos with ``minimum`` to ``maximum`` faces, among those that have any."""
        return union(
            photos
            for count, photos in self.faces.items()
            if (minimum is None or minimum <= count) and (maximum is None or count <= maximum)
        )


def _replace(sets: dict[K, BitMap], fresh: Mapping[K, BitMap], touched: BitMap | None) -> set[K]:
    """Replaces the sets and returns the keys whose photos changed."""
    changed = set()
    for key in sets.keys() | fresh.keys():
        before, now = sets.get(key, NONE), fresh.get(key, NONE)
        if touched is not None:
            if key not in fresh and not before.intersect(touched):
                continue
            now = (before - touched) | now
        if now == before:
            continue
        changed.add(key)
        if now:
            sets[key] = now
        else:
            del sets[key]
    return changed


NONE = BitMap()  # no photos; never changed


def union(sets: Iterable[BitMap]) -> BitMap:
    """Returns the union. A single set is returned as it is, so that a caller who changes the union must copy it."""
    some = [photos for photos in sets if photos]
    if len(some) > 1:
        return BitMap.union(*some)
    return some[0] if some else NONE
