"""Orders of folders, tags and persons: by name, or by a number that each of them has, such as that of its photos."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np
from pyroaring import BitMap

from photos_graph.search.arrays import Keys, numbers_of
from photos_graph.search.columns import NO_DATE
from photos_graph.search.hierarchy import Hierarchy, Row, sort_key

R = TypeVar("R", bound=Row)
RowKey = tuple[int, bytes, str, str]  # the negative number of a row, and its place by name

_MANY = 4  # if more than one row in so many has to be placed again, all are sorted
_FEW = 8  # if fewer than one row in so many is wanted, these are sorted
NEVER = -(2**62)  # the time of what has no date, which comes last in an order by time


class RowOrder(Generic[R]):
    """The rows of a hierarchy by a number, the largest first, and rows with equal numbers by name.

    The numbers are read when an order is first asked for, and those of some rows again after ``forget``, so that a
    question costs no more than what has changed since the last one. Without ``number_of``, all numbers are 0.
    """

    def __init__(self, rows: Hierarchy[R], number_of: Callable[[str], int] = lambda _: 0) -> None:
        self._rows = rows
        self._number_of = number_of
        self._keys: dict[str, RowKey] = {}
        self._sorted: list[RowKey] = []
        self._stale: set[str] = set()
        rows.watch(self)

    def added(self, row: R) -> None:
        self._stale.add(row.id)

    def removed(self, row: R) -> None:
        self._stale.add(row.id)

    def forget(self, row_ids: Iterable[str]) -> None:
        """Must be called with the ids of rows whose numbers may have changed."""
        self._stale.update(row_ids)

    def forget_all(self) -> None:
        self._stale.update(self._keys)

    def keys(self, among: Collection[str] | None = None) -> Sequence[RowKey]:
        """Returns the keys of all rows in order, or of those whose ids are ``among`` others. The sequence is valid
        until the index changes."""
        self._refresh()
        if among is None:
            return self._sorted
        if len(among) * _FEW < len(self._sorted):
            return sorted(self._keys[id_] for id_ in among if id_ in self._keys)
        return [key for key in self._sorted if key[-1] in among]

    def rows(self, keys: Iterable[RowKey]) -> list[R]:
        found = (self._rows.get(key[-1]) for key in keys)
        return [row for row in found if row is not None]

    def _refresh(self) -> None:
        stale, self._stale = self._stale, set()
        if len(stale) * _MANY > len(self._sorted):
            for row_id in stale:
                self._renew(row_id)
            self._sorted = sorted(self._keys.values())
            return
        for row_id in stale:
            before, now = self._keys.get(row_id), self._renew(row_id)
            if before == now:
                continue
            if before is not None:
                del self._sorted[bisect_left(self._sorted, before)]
            if now is not None:
                insort(self._sorted, now)

    def _renew(self, row_id: str) -> RowKey | None:
        """Reads the key of a row again, and returns it."""
        row = self._rows.get(row_id)
        if row is None:
            self._keys.pop(row_id, None)
            return None
        key = self._keys[row_id] = (-self._number_of(row_id), *sort_key(row))
        return key


def newest(taken: Keys, found: BitMap) -> int | None:
    """Returns the photo that is the first of the found ones in an order by time, newest first, or None if none was
    found. ``taken`` are the times of all photos by number."""
    numbers = numbers_of(found)
    if not len(numbers):
        return None
    times = taken[numbers]
    return int(numbers[np.where(times == NO_DATE, NEVER, times).argmax()])


def span(taken: Keys, found: BitMap) -> tuple[int, int] | None:
    """Returns the first and the last time of the found photos, in microseconds since 1970, or None if none of them has
    a date."""
    times = taken[numbers_of(found)]
    times = times[times != NO_DATE]
    return (int(times.min()), int(times.max())) if len(times) else None
