"""Which suggestions come first: those that fit best, and of these the ones that find the most photos."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from pyroaring import BitMap

from photos_graph.search.suggestions.name_index import Called, Quality
from photos_graph.search.suggestions.sources import NameSource, Typed

PER_ROUND = 3  # suggestions of a kind that come before the fourth of any other kind, among those that fit as well

Count = Callable[[BitMap], int]


class Completion(NamedTuple):
    """A thing that fits what was typed, with the number of its photos, the name by which it does, and the beginnings of
    words that count as typed."""

    quality: Quality
    photos: int
    source: NameSource[Any]
    name: Called[Any]
    starts: Sequence[str]


def completions(sources: Iterable[NameSource[Any]], typed: Typed, count: Count, first: int) -> list[Completion]:
    """Returns the best completions of a text, best first, without those that have no photos. ``count`` counts the
    photos of a set that matter. Slips are only looked for if too little fits without them."""
    sources = list(sources)
    found = {source.kind: _best(source, typed, count, first, False, set()) for source in sources}
    if sum(map(len, found.values())) < first:
        for source in sources:
            known = {each.name.key for each in found[source.kind]}
            found[source.kind] += _best(source, typed, count, first, True, known)
    ranked = [(_rank(each, place), each) for those in found.values() for each, place in _placed(those)]
    return [each for _, each in heapq.nsmallest(first, ranked, key=lambda pair: pair[0])]


def _rank(each: Completion, place: int) -> tuple[int, int, int, Sequence[str], str]:
    return each.quality, place // PER_ROUND, -each.photos, each.name.words, each.source.kind


def _placed(those: Sequence[Completion]) -> Iterable[tuple[Completion, int]]:
    """Yields each with its place among those of its kind that fit as well."""
    places = dict.fromkeys(Quality, 0)
    for each in those:
        yield each, places[each.quality]
        places[each.quality] += 1


def _best(
    source: NameSource[Any], typed: Typed, count: Count, first: int, slipped: bool, known: set[Hashable]
) -> list[Completion]:
    """Returns the best completions of one kind, which are not among the ``known`` keys, best first."""
    fitting = source.find(typed, slipped)
    best: list[Completion] = []
    for quality in Quality:
        names = fitting.names.get(quality, ())
        fresh = {name.key: name for name in reversed(names) if name.key not in known}  # the first name of each
        known = known | fresh.keys()
        if len(best) < first and fresh:
            most = _most(source, list(fresh.values()), count, first - len(best))
            best += [Completion(quality, number, source, name, fitting.starts) for number, name in most]
    return best


def _most(
    source: NameSource[Any], names: Sequence[Called[Any]], count: Count, first: int
) -> list[tuple[int, Called[Any]]]:
    """Returns the names with the most photos. Things that may not have as many as those found already are not
    counted."""
    sized = [(-source.most(name.key), place) for place, name in enumerate(names)]
    heapq.heapify(sized)  # of tens of thousands, a few are taken
    found: list[tuple[int, Called[Any]]] = []
    leading: list[int] = []  # a heap of the highest numbers
    while sized:
        size, place = heapq.heappop(sized)
        if not size or (len(leading) == first and -size < leading[0]):
            break
        if number := count(source.photos(names[place].key)):
            found.append((number, names[place]))
            (heapq.heappushpop if len(leading) == first else heapq.heappush)(leading, number)
    return heapq.nsmallest(first, found, key=lambda pair: (-pair[0], pair[1].words))
