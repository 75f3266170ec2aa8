"""The sections of a timeline by year, month or day: counts, covers, and where each begins in the list of photos."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.search import PhotoOrder, TimelineUnit
from photos_graph.search import cursor
from photos_graph.search.arrays import Keys, Numbers, bitmap
from photos_graph.search.orders import IntegerOrder, Key

_CODES = {TimelineUnit.YEAR: "M8[Y]", TimelineUnit.MONTH: "M8[M]", TimelineUnit.DAY: "M8[D]"}
_LAST_NUMBER = 2**32 - 1  # of all photos that have the key of a cursor

Moments = npt.NDArray[np.datetime64]
Ranks = npt.NDArray[np.int64]


class TimelinePart(NamedTuple):
    """A part of a timeline: up to ``first`` or ``last`` sections, of those between the sections that begin on the days
    ``after`` and ``before``."""

    first: int | None = None
    after: date | None = None
    last: int | None = None
    before: date | None = None


WHOLE = TimelinePart()


@dataclass(frozen=True, slots=True, eq=False)
class Bucket:
    """A section that has photos. ``offset`` is the number of photos before it in the list, and ``cursor`` the place in
    the list just before its first photo. Its photos are a list of their own (``paging.Listed``), as they were when the
    timeline was made."""

    start: date  # its first day
    count: int
    offset: int
    cover_id: str  # the id of its most recent photo
    cursor: str
    _order: IntegerOrder
    _sequence: Numbers
    _ranks: Ranks  # of its photos in the sequence

    def photos(self) -> BitMap:
        """Returns the numbers of its photos."""
        return bitmap(self._sequence[self._ranks])

    def __len__(self) -> int:
        return self.count

    def position(self, key: Key, number: int) -> int:
        """Returns the number of its photos before (key, number)."""

        def place(at: int) -> tuple[Key, int]:
            of = int(self._sequence[self._ranks[at]])
            return self._order.key(of), of

        return bisect_left(range(self.count), (key, number), key=place)

    def keys_of(self, numbers: Sequence[int]) -> Sequence[Key]:
        return self._order.keys_of(numbers)

    def take(self, low: int, high: int, count: int, backwards: bool = False) -> list[int]:
        """Returns the first (or last) ``count`` photos at the places from ``low`` to ``high``, in order."""
        low, high = (max(low, high - count), high) if backwards else (low, min(high, low + count))
        taken: list[int] = self._sequence[self._ranks[low : max(low, high)]].tolist()
        return taken


@dataclass(frozen=True, slots=True, eq=False)
class _Sections:
    """The sections of the ``found`` photos, in the order of the list. ``begin`` and ``end`` are the places of their
    photos in ``ranks``."""

    name: PhotoOrder
    unit: TimelineUnit
    sequence: Numbers
    found: BitMap
    ranks: Ranks
    starts: Moments
    begin: Ranks
    end: Ranks

    def are_of(self, order: IntegerOrder, name: PhotoOrder, found: BitMap, unit: TimelineUnit) -> bool:
        """Returns whether they are still those of this question. A changed order has another sequence."""
        same = self.sequence is order.sequence and self.name is name and self.unit is unit
        return same and self.found == found

    def places(self, part: TimelinePart) -> slice:
        """Returns where the sections of a part of the timeline are."""
        days = self.starts.astype("M8[D]")
        low, high = 0, len(days)
        descends = self.name is PhotoOrder.TAKEN_DESC
        if part.after is not None:
            after = np.datetime64(part.after, "D")
            low = int((days >= after if descends else days <= after).sum())
        if part.before is not None:
            before = np.datetime64(part.before, "D")
            high = int((days > before if descends else days < before).sum())
        if part.first is not None:
            high = min(high, low + part.first)
        if part.last is not None:
            low = max(low, high - part.last)
        return slice(low, max(low, high))


class Timelines:
    """Makes timelines of photos. The sections of the last question are kept, so that the next part of a timeline takes
    no time for each photo. ``ids_of`` returns the ids of photos by their numbers."""

    def __init__(self, ids_of: Callable[[Iterable[int]], list[str]]) -> None:
        self._ids_of = ids_of
        self._last: _Sections | None = None

    def buckets(
        self,
        order: IntegerOrder,
        name: PhotoOrder,
        months: Iterable[int],
        found: BitMap,
        unit: TimelineUnit,
        part: TimelinePart = WHOLE,
    ) -> list[Bucket]:
        """Returns the buckets that have photos in one of the two orders by time, which must be up to date. ``months``
        are the months since January 1970 that have any photos, found or not."""
        if self._last is None or not self._last.are_of(order, name, found, unit):
            self._last = _sections(order, name, months, BitMap(found), unit)
        sections = self._last
        at = sections.places(part)
        starts, begin, end = sections.starts[at], sections.begin[at], sections.end[at]
        if not len(starts):
            return []
        return [
            Bucket(day, last - first, offset, cover, place, order, sections.sequence, sections.ranks[first:last])
            for day, offset, cover, place, first, last in zip(
                starts.astype("M8[D]").tolist(),
                (begin - sections.begin[0]).tolist(),
                self._ids_of(_newest(order, name, sections, begin, end).tolist()),
                (cursor.encode(name, key, _LAST_NUMBER) for key in _keys_before(starts, name).tolist()),
                begin.tolist(),
                end.tolist(),
                strict=True,
            )
        ]


def _sections(
    order: IntegerOrder, name: PhotoOrder, months: Iterable[int], found: BitMap, unit: TimelineUnit
) -> _Sections:
    """In an order by date each section is a range, so its count is the number of found ranks between two edges."""
    starts = _starts(np.array(sorted(months), np.int64), unit)
    ranks = order.sorted_ranks(found)
    if name is PhotoOrder.TAKEN_DESC:
        starts = starts[::-1]
        edges = [_edges(order, -_microseconds(moments) + 1) for moments in (starts + 1, starts)]
    else:
        edges = [_edges(order, _microseconds(moments)) for moments in (starts, starts + 1)]
    begin, end = (np.searchsorted(ranks, each) for each in edges)
    filled = np.flatnonzero(end > begin)
    return _Sections(name, unit, order.sequence, found, ranks, starts[filled], begin[filled], end[filled])


def _newest(order: IntegerOrder, name: PhotoOrder, sections: _Sections, begin: Ranks, end: Ranks) -> Numbers:
    """Returns the number of the most recent photo of each section; of several, the lowest."""
    if name is PhotoOrder.TAKEN_DESC:
        return sections.sequence[sections.ranks[begin]]
    latest = np.array(order.keys_of(sections.sequence[sections.ranks[end - 1]].tolist()), np.int64)
    return sections.sequence[sections.ranks[np.searchsorted(sections.ranks, _edges(order, latest))]]


def _keys_before(starts: Moments, order: PhotoOrder) -> Keys:
    """Returns the last sort key of each order before that of any photo of a bucket."""
    return _microseconds(starts) - 1 if order is PhotoOrder.TAKEN_ASC else -_microseconds(starts + 1)


def _starts(months: npt.NDArray[np.int64], unit: TimelineUnit) -> Moments:
    """Returns the first moments (ascending) of the buckets that these months may fill, in the unit of the array's
    type."""
    moments = months.astype("M8[M]")
    if unit is TimelineUnit.DAY and len(moments):
        return np.concatenate([np.arange(month, month + 1, dtype="M8[D]") for month in moments])
    return np.unique(moments.astype(_CODES[unit]))


def _microseconds(moments: Moments) -> Keys:
    return moments.astype("M8[us]").astype(np.int64)


def _edges(order: IntegerOrder, keys: Keys) -> Ranks:
    """Returns the number of photos of the order before each key."""
    return order.edges(keys, np.zeros(len(keys), np.int64))
