"""Computes the photos that a query matches, by set algebra over its terms."""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.term import SetTerm, Term

_MAX_DEPTH = 100  # levels of and/or/not


def evaluate(sets: PhotoSets, query: Query) -> BitMap:
    """Returns the visible photos that match the query. The caller may change the returned set.

    Raises TooComplex if and/or/not are nested too deeply, or if a text has too many words.
    """
    return evaluate_within(sets, query, sets.visible).copy()


def evaluate_within(sets: PhotoSets, query: Query, within: BitMap) -> BitMap:
    """Returns the photos of ``within``, all of them visible, that match the query. The returned set must not be
    changed. Raises TooComplex."""
    return _evaluate(sets, query, within, 0)


def _evaluate(sets: PhotoSets, query: Query, within: BitMap, depth: int) -> BitMap:
    """Returns the photos of ``within`` that match the query. It never changes a set that it is given."""
    if depth > _MAX_DEPTH:
        raise TooComplex(f"The filter nests `and`, `or` and `not` more than {_MAX_DEPTH} deep.")
    match query:
        case Everything():
            return within
        case And(parts):
            return _narrow(sets, parts, within, depth)
        case Or(parts):
            return BitMap.union(BitMap(), *[_evaluate(sets, part, within, depth + 1) for part in parts])
        case Not(part):
            return within - _evaluate(sets, part, within, depth + 1)
        case _:
            return query.photos(sets, within)


def _narrow(sets: PhotoSets, parts: Iterable[Query], within: BitMap, depth: int) -> BitMap:
    """Returns the photos that match all of the parts. Terms that are sets are intersected first, starting with the
    smallest set. Terms that look at photos one by one come last, so that few photos are left for them."""
    ready, rest = [], []
    for part in map(_unwrapped, parts):
        if isinstance(part, SetTerm):
            ready.append(part.all_photos(sets))
        else:
            rest.append(part)
    for photos in sorted(ready, key=len):
        within = within & photos
    for part in sorted(rest, key=lambda part: isinstance(part, Term) and part.is_slow):
        if not within:
            break
        within = _evaluate(sets, part, within, depth + 1)
    return within


def _unwrapped(query: Query) -> Query:
    """Removes an and/or that has only one part."""
    while isinstance(query, And | Or) and len(query.parts) == 1:
        query = query.parts[0]
    return query
