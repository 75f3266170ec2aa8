"""How photos spread: counts by year, place, tag and person."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping

from pyroaring import BitMap

from photos_graph.search.hierarchy import Hierarchy, Row, sort_key
from photos_graph.search.person_sets import PersonSets
from photos_graph.search.rows import PlaceRow
from photos_graph.search.tag_sets import TagSets


def years(months: Mapping[int, BitMap], found: BitMap) -> list[tuple[int, int]]:
    """``months`` by months since January 1970. Each year with photos and their count, newest first."""
    counts: dict[int, int] = {}
    for month, photos in months.items():
        year = 1970 + month // 12
        counts[year] = counts.get(year, 0) + photos.intersection_cardinality(found)
    return sorted(((year, count) for year, count in counts.items() if count), reverse=True)


def place_counts(places: Hierarchy[PlaceRow], found: BitMap) -> Iterator[tuple[Row, int]]:
    return ((row, places.below(row.id).intersection_cardinality(found)) for row in places)


def tag_counts(tags: TagSets, found: BitMap) -> Iterator[tuple[Row, int]]:
    return ((row, tags.having(row.id).intersection_cardinality(found)) for row in tags.rows)


def person_counts(persons: PersonSets, found: BitMap) -> Iterator[tuple[Row, int]]:
    return ((row, persons.showing(row.id).intersection_cardinality(found)) for row in persons.rows if not row.hidden)


def best(counts: Iterable[tuple[Row, int]], first: int) -> list[tuple[str, int]]:
    """Ids with their counts: the most photos first, those with as many by name, those with none not at all."""
    some = (pair for pair in counts if pair[1])
    return [(row.id, count) for row, count in heapq.nsmallest(first, some, key=lambda p: (-p[1], sort_key(p[0])))]
