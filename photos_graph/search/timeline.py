"""The sections of a timeline by year, month or day: counts, covers, and where each begins in the list of photos."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.search import PhotoOrder, TimelineUnit
from photos_graph.search import cursor
from photos_graph.search.arrays import Keys, Numbers, bitmap
from photos_graph.search.orders import IntegerOrder

_CODES = {TimelineUnit.YEAR: "M8[Y]", TimelineUnit.MONTH: "M8[M]", TimelineUnit.DAY: "M8[D]"}
_LAST_NUMBER = 2**32 - 1  # of all photos that have the key of a cursor


@dataclass(frozen=True, slots=True, eq=False)
class Bucket:
    """A section that has photos. ``offset`` is the number of photos before it in the list, and ``cursor`` the place in
    the list just before its first photo."""

    start: date  # its first day
    count: int
    offset: int
    cover_id: str  # the id of its most recent photo
    cursor: str
    _sequence: Numbers
    _ranks: npt.NDArray[np.int64]  # of its photos in the sequence

    def photos(self) -> BitMap:
        """Returns the numbers of its photos, as they were when the timeline was made."""
        return bitmap(self._sequence[self._ranks])


def timeline(
    newest_first: IntegerOrder,
    months: Iterable[int],
    found: BitMap,
    unit: TimelineUnit,
    order: PhotoOrder,
    ids_of: Callable[[Iterable[int]], list[str]],
) -> list[Bucket]:
    """Returns the buckets that have photos in one of the two orders by time. ``months`` are the months since January
    1970 that have any photos, found or not. ``ids_of`` returns the ids of photos by their numbers.

    In the order by date each bucket is a range, so its count is the number of found ranks between two edges.
    """
    starts = _starts(np.array(sorted(months, reverse=True), np.int64), unit)
    if not len(starts) or not found:
        return []
    ranks, sequence = newest_first.sorted_ranks(found), newest_first.sequence
    begin = np.searchsorted(ranks, _edges(newest_first, _microseconds(starts + 1)))
    end = np.searchsorted(ranks, _edges(newest_first, _microseconds(starts)))
    filled = np.flatnonzero(end > begin)
    if order is PhotoOrder.TAKEN_ASC:
        filled = filled[::-1]
    starts, begin, end = starts[filled], begin[filled], end[filled]
    counts = end - begin
    return [
        Bucket(day, count, offset, cover, cursor.encode(order, key, _LAST_NUMBER), sequence, ranks[first:last])
        for day, count, offset, cover, key, first, last in zip(
            starts.astype("M8[D]").tolist(),
            counts.tolist(),
            (np.cumsum(counts) - counts).tolist(),
            ids_of(sequence[ranks[begin]].tolist()),
            _keys_before(starts, order).tolist(),
            begin.tolist(),
            end.tolist(),
            strict=True,
        )
    ]


def _keys_before(starts: npt.NDArray[np.datetime64], order: PhotoOrder) -> Keys:
    """Returns the last sort key of each order before that of any photo of a bucket."""
    return _microseconds(starts) - 1 if order is PhotoOrder.TAKEN_ASC else -_microseconds(starts + 1)


def _starts(months: npt.NDArray[np.int64], unit: TimelineUnit) -> npt.NDArray[np.datetime64]:
    """Returns the first moments of the buckets that these months may fill, newest first, in the unit of the array's
    type."""
    moments = months.astype("M8[M]")
    if unit is TimelineUnit.DAY and len(moments):
        spans = [np.arange(month, month + 1, dtype="M8[D]")[::-1] for month in moments]
        return np.concatenate(spans)
    return np.unique(moments.astype(_CODES[unit]))[::-1]


def _microseconds(moments: npt.NDArray[np.datetime64]) -> Keys:
    return moments.astype("M8[us]").astype(np.int64)


def _edges(newest_first: IntegerOrder, moments: Keys) -> npt.NDArray[np.int64]:
    """Returns the number of photos at or after each moment."""
    return newest_first.edges(-moments + 1, np.zeros(len(moments), np.int64))
