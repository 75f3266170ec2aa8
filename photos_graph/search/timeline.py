"""Counts and covers by year, month or day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.search import TimelineUnit
from photos_graph.search.arrays import Keys
from photos_graph.search.orders import IntegerOrder

_CODES = {TimelineUnit.YEAR: "M8[Y]", TimelineUnit.MONTH: "M8[M]", TimelineUnit.DAY: "M8[D]"}


@dataclass(frozen=True, slots=True)
class Bucket:
    start: date  # its first day
    count: int
    cover_id: str  # the id of its most recent photo


def timeline(
    newest_first: IntegerOrder,
    months: Iterable[int],
    found: BitMap,
    unit: TimelineUnit,
    ids_of: Callable[[Iterable[int]], list[str]],
) -> list[Bucket]:
    """Returns the buckets that have photos, newest first. ``months`` are the months since January 1970 that have any
    photos, found or not. ``ids_of`` returns the ids of photos by their numbers.

    In the order by date each bucket is a range, so its count is the number of found ranks between two edges.
    """
    starts = _starts(np.array(sorted(months, reverse=True), np.int64), unit)
    if not len(starts) or not found:
        return []
    ranks = newest_first.sorted_ranks(found)
    begin = np.searchsorted(ranks, _edges(newest_first, _microseconds(starts + 1)))
    end = np.searchsorted(ranks, _edges(newest_first, _microseconds(starts)))
    filled = np.flatnonzero(end > begin)
    covers = ids_of(newest_first.sequence[ranks[begin[filled]]].tolist())
    days = starts[filled].astype("M8[D]").tolist()
    counts = (end - begin)[filled].tolist()
    return [Bucket(day, count, cover) for day, count, cover in zip(days, counts, covers, strict=True)]


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
