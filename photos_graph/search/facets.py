"""How the photos of an answer are distributed: counts by year, place, tag, person, group of persons and album."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from pyroaring import BitMap

from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.library import Place
from photos_graph.search.arrays import numbers_of
from photos_graph.search.folding import fold
from photos_graph.search.hierarchy import Hierarchy, Row, Sized, sort_key
from photos_graph.search.label_sets import union
from photos_graph.search.person_groups import groups
from photos_graph.search.photo_sets import PhotoSets

R = TypeVar("R", bound=Row)
Count = Callable[[BitMap], int]


def counting(found: BitMap, visible: BitMap) -> Count:
    """Returns a function that counts how many photos of a visible set are among ``found``.

    Roaring stores up to 4,096 numbers of a block of 65,536 as a list, and the time to compare two lists is linear in
    their lengths. If ``found`` has many such lists, or nearly all visible photos, the function counts the photos that
    are not in ``found`` instead: in the first case these are in bitmaps, in which a look-up takes constant time, and in
    the second case they are few.
    """
    few, found = len(visible) // _PHOTOS_PER_LISTED, _without_runs(found)
    if found.get_statistics()["n_values_array_containers"] < few <= len(visible) - len(found):
        return found.intersection_cardinality
    others = _without_runs(visible - found)
    return lambda photos: len(photos) - photos.intersection_cardinality(others)


_PHOTOS_PER_LISTED = 150  # counting the others pays when more than one photo in so many is found in a list
_MAX_RUN_BYTES = 32  # bytes of runs in a block, above which a list or bitmap is the quicker one to look into


def _without_runs(photos: BitMap) -> BitMap:
    """Returns the same photos in containers without runs: the union of two sets without runs has no runs either."""
    about = photos.get_statistics()
    if about["n_bytes_run_containers"] <= _MAX_RUN_BYTES * about["n_run_containers"]:
        return photos
    end = photos.max() + 1
    return (photos & BitMap(range(0, end, 2))) | (photos & BitMap(range(1, end, 2)))


class Facets:
    """Counts the photos of an answer, which is a set of visible photos, with one method for each facet.

    The facets of a page are computed one after the other for the same set, so the way to count in it is chosen once.
    """

    def __init__(self, sets: PhotoSets) -> None:
        self._sets = sets
        self._counting: tuple[BitMap, Count] | None = None

    def forget(self) -> None:
        """Clears the cache. It must be called whenever photos have changed."""
        self._counting = None

    def years(self, found: BitMap) -> list[tuple[int, int]]:
        """Returns each year that has photos and their number, the newest year first."""
        count = self._count_in(found)
        counts = ((year, count(photos)) for year, photos in self._sets.years.items())
        return sorted((pair for pair in counts if pair[1]), reverse=True)

    def undated(self, found: BitMap) -> int:
        """Returns the number of photos without a date."""
        return len(found) - sum(count for _, count in self.years(found))

    def places(self, found: BitMap, first: int) -> list[tuple[Place, int]]:
        """Returns the places with the most photos at or within them. It looks up each photo that was found or each
        photo that was not found, whichever are fewer."""
        rows, visible = self._sets.places, self._sets.visible
        if len(visible) - len(found) < len(found):
            others = self._at_places(visible - found)
            return most(((row, rows.photo_count(row.id) - others.get(row.id, 0)) for row in rows), first)
        counts = self._at_places(found & visible)
        return most(((row, count) for id_, count in counts.items() if (row := rows.get(id_)) is not None), first)

    def tags(self, found: BitMap, first: int) -> list[tuple[Tag, int]]:
        """Returns the tags that most of these photos have, including predictions."""
        if not found.intersect(self._sets.tags.having_any()):
            return []
        return _most_of(self._sets.tags.by_size(), self._count_in(found), first)

    def persons(self, found: BitMap, first: int) -> list[tuple[Person, int]]:
        """Returns the persons whom most of these photos show, including predictions but not hidden persons."""
        shown = (sized for sized in self._sets.persons.by_size() if not sized.row.hidden)
        return _most_of(shown, self._count_in(found), first)

    def albums(self, found: BitMap, first: int) -> list[tuple[Album, int]]:
        """Returns the albums in which most of these photos are, without smart albums."""
        return _most_of(self._sets.albums.by_size(), self._count_in(found), first)

    def groups(self, found: BitMap, first: int) -> list[tuple[str, int]]:
        """Returns the names of the groups of persons of which most of these photos show a member who is not hidden,
        including predictions."""
        persons, count = self._sets.persons, self._count_in(found)
        counts = [
            (group.name, count(union(persons.showing(id_) for id_ in group.member_ids)))
            for group in groups(row for row in persons.rows if not row.hidden)
        ]
        some = sorted((pair for pair in counts if pair[1]), key=lambda pair: (-pair[1], fold(pair[0])))
        return some[:first]

    def _count_in(self, found: BitMap) -> Count:
        if self._counting is None or self._counting[0] is not found:
            self._counting = found, counting(found, self._sets.visible)
        return self._counting[1]

    def _at_places(self, photos: BitMap) -> dict[str, int]:
        table, places = self._sets.table, self._sets.places
        each = np.bincount(table.places.take(numbers_of(photos)), minlength=1)
        totals: dict[str, int] = {}
        for code in np.flatnonzero(each).tolist():
            ids = table.place_sets.values[code]
            for at in places.cached_ancestry(ids[0]) if len(ids) == 1 else _around(places, ids):
                totals[at] = totals.get(at, 0) + int(each[code])
        return totals


def _around(places: Hierarchy[Place], ids: Iterable[str]) -> set[str]:
    return {at for id_ in ids for at in places.cached_ancestry(id_)}


def _most_of(largest_first: Iterable[Sized[R]], count: Count, first: int) -> list[tuple[R, int]]:
    """Returns the rows with the highest counts. Sets that are smaller than the counts already found are not counted:
    among hundreds of tags, a few are on most photos."""
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
    return most(counts, first)


def most(counts: Iterable[tuple[R, int]], first: int) -> list[tuple[R, int]]:
    """Returns the rows with the most photos. Rows with equal counts are sorted by name, and rows without photos are
    left out."""
    some = [pair for pair in counts if pair[1]]
    if len(some) > first:  # names are expensive to compare
        least = heapq.nlargest(first, (count for _, count in some))[-1] if first else math.inf
        some = [pair for pair in some if pair[1] >= least]
    some.sort(key=lambda pair: (-pair[1], sort_key(pair[0])))
    return some[:first]
