"""How photos spread: counts by year, place, tag and person."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import numpy as np
from pyroaring import BitMap

from photos_graph.search.arrays import numbers_of
from photos_graph.search.columns import PhotoTable
from photos_graph.search.hierarchy import Hierarchy, Row, Sized, sort_key
from photos_graph.search.person_sets import PersonSets
from photos_graph.search.rows import PlaceRow
from photos_graph.search.tag_sets import TagSets

R = TypeVar("R", bound=Row)
Count = Callable[[BitMap], int]


def counting(found: BitMap, visible: BitMap) -> Count:
    """How many of a set of visible photos are among ``found``.

    Roaring keeps up to 4,096 numbers of a block of 65,536 as a list, and comparing two lists takes their lengths. Of
    an answer with many such lists the other photos are counted instead: they lie in bitmaps, where a look tells. So
    they are where they are few.
    """
    few, found = len(visible) // _LISTED, _without_runs(found)
    if found.get_statistics()["n_values_array_containers"] < few <= len(visible) - len(found):
        return found.intersection_cardinality
    others = _without_runs(visible - found)
    return lambda photos: len(photos) - photos.intersection_cardinality(others)


_LISTED = 150  # counting the others pays when more than one photo in so many is found in a list
_RUNS = 32  # bytes of runs in a block, above which a list or bitmap is the quicker one to look into


def _without_runs(photos: BitMap) -> BitMap:
    """Every second photo and every second photo make no runs, and united make none either."""
    about = photos.get_statistics()
    if about["n_bytes_run_containers"] <= _RUNS * about["n_run_containers"]:
        return photos
    end = photos.max() + 1
    return (photos & BitMap(range(0, end, 2))) | (photos & BitMap(range(1, end, 2)))


def years(sets: Mapping[int, BitMap], count: Count) -> list[tuple[int, int]]:
    """Each year with photos and their count, newest first."""
    return sorted(((year, photos) for year, each in sets.items() if (photos := count(each))), reverse=True)


def places(
    rows: Hierarchy[PlaceRow], table: PhotoTable, found: BitMap, visible: BitMap, first: int
) -> list[tuple[str, int]]:
    """As ``tags``, at a place or within it. Each photo tells where it is: those that were found, or where they are
    fewer the others."""
    if len(visible) - len(found) < len(found):
        left = _at_places(rows, table, visible - found)
        return best(((row, len(rows.below(row.id)) - left.get(row.id, 0)) for row in rows), first)
    there = _at_places(rows, table, found & visible)
    return best(((row, count) for id_, count in there.items() if (row := rows.get(id_)) is not None), first)


def _at_places(places: Hierarchy[PlaceRow], table: PhotoTable, photos: BitMap) -> dict[str, int]:
    each = np.bincount(table.places.take(numbers_of(photos)), minlength=1)
    totals: dict[str, int] = {}
    for code in np.flatnonzero(each).tolist():
        ids = table.place_sets.values[code]
        way = places.known_way_up(ids[0]) if len(ids) == 1 else {at for id_ in ids for at in places.known_way_up(id_)}
        for at in way:
            totals[at] = totals.get(at, 0) + int(each[code])
    return totals


def tags(tag_sets: TagSets, count: Count, first: int) -> list[tuple[str, int]]:
    """The ``first`` tags with the most photos, and their counts."""
    return _most(tag_sets.by_size(), count, first)


def persons(person_sets: PersonSets, count: Count, first: int) -> list[tuple[str, int]]:
    """As ``tags``; hidden persons are left out."""
    shown = (sized for sized in person_sets.by_size() if not sized.row.hidden)
    return _most(shown, count, first)


def _most(largest_first: Iterable[Sized[R]], count: Count, first: int) -> list[tuple[str, int]]:
    """Those are not counted at all that are smaller than what was found in enough others: of hundreds of tags a few
    are on most photos."""
    counts: list[tuple[R, int]] = []
    leading: list[int] = []  # a heap
    for size, row, photos in largest_first:
        if not first or (len(leading) == first and size < leading[0]):
            break
        found = count(photos)
        counts.append((row, found))
        if len(leading) < first:
            heapq.heappush(leading, found)
        else:
            heapq.heappushpop(leading, found)
    return best(counts, first)


def best(counts: Iterable[tuple[Row, int]], first: int) -> list[tuple[str, int]]:
    """Ids with their counts: the most photos first, those with as many by name, those with none not at all."""
    some = [pair for pair in counts if pair[1]]
    if len(some) > first:  # names are dear to compare
        least = heapq.nlargest(first, (count for _, count in some))[-1] if first else math.inf
        some = [pair for pair in some if pair[1] >= least]
    some.sort(key=lambda pair: (-pair[1], sort_key(pair[0])))
    return [(row.id, count) for row, count in some[:first]]
