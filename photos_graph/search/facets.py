"""How photos spread: counts by year, place, tag and person."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from pyroaring import BitMap

from photos_graph.search.hierarchy import Hierarchy, Row, sort_key
from photos_graph.search.person_sets import PersonSets
from photos_graph.search.rows import PlaceRow
from photos_graph.search.tag_sets import TagSets

Count = Callable[[BitMap], int]


def counting(found: BitMap, visible: BitMap) -> Count:
    """How many of a set of visible photos are among ``found``.

    Roaring keeps up to 4,096 numbers of a block of 65,536 as a list, and comparing two lists takes their lengths. Of
    an answer with many such lists the other photos are counted instead: they lie in bitmaps, where a look tells.
    """
    found = _without_runs(found)
    if found.get_statistics()["n_values_array_containers"] * _LISTED < len(visible):
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


def years(months: Mapping[int, BitMap], count: Count) -> list[tuple[int, int]]:
    """``months`` by months since January 1970. Each year with photos and their count, newest first."""
    counts: dict[int, int] = {}
    for month, photos in months.items():
        year = 1970 + month // 12
        counts[year] = counts.get(year, 0) + count(photos)
    return sorted(((year, photos) for year, photos in counts.items() if photos), reverse=True)


def place_counts(places: Hierarchy[PlaceRow], count: Count) -> Iterator[tuple[Row, int]]:
    """Where no photo is at two places within one, its count is the sum of theirs."""
    known: dict[str, int] = {}

    def of(place_id: str) -> int:
        if place_id not in known:
            below, children = places.below(place_id), places.child_ids(place_id)
            if children and sum(map(len, map(places.below, children))) + len(own := places.own(place_id)) == len(below):
                known[place_id] = sum(map(of, children)) + (count(own) if own else 0)
            else:
                known[place_id] = count(below)
        return known[place_id]

    return ((row, of(row.id)) for row in places)


def tag_counts(tags: TagSets, count: Count) -> Iterator[tuple[Row, int]]:
    return ((row, count(tags.having(row.id))) for row in tags.rows)


def person_counts(persons: PersonSets, count: Count) -> Iterator[tuple[Row, int]]:
    return ((row, count(persons.showing(row.id))) for row in persons.rows if not row.hidden)


def best(counts: Iterable[tuple[Row, int]], first: int) -> list[tuple[str, int]]:
    """Ids with their counts: the most photos first, those with as many by name, those with none not at all."""
    some = [pair for pair in counts if pair[1]]
    if len(some) > first:  # names are dear to compare
        least = heapq.nlargest(first, (count for _, count in some))[-1] if first else math.inf
        some = [pair for pair in some if pair[1] >= least]
    some.sort(key=lambda pair: (-pair[1], sort_key(pair[0])))
    return [(row.id, count) for row, count in some[:first]]
