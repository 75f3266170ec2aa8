"""The photos that a question matches, by set algebra over its terms."""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.term import SetTerm, Term

_MAX_DEPTH = 100  # levels of and/or/not


def evaluate(sets: PhotoSets, query: Query) -> BitMap:
    """The visible photos that match the question, as a set of the caller's own.

    Raises TooComplex if and/or/not are nested too deep, or a text has too many words.
    """
    return evaluate_within(sets, query, sets.visible).copy()


def evaluate_within(sets: PhotoSets, query: Query, within: BitMap) -> BitMap:
    """The photos of ``within``, all of them visible, that match the question; for reading only. Raises TooComplex."""
    return _evaluate(sets, query, within, 0)


def _evaluate(sets: PhotoSets, query: Query, within: BitMap, depth: int) -> BitMap:
    """The photos of ``within`` that match the question. Never changes a set that it was given."""
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
    """All of the parts: first the terms that are sets, the smallest first, and last those that look at photos one by
    one, which then have few left to look at."""
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
    """Without an and/or of one part around it."""
    while isinstance(query, And | Or) and len(query.parts) == 1:
        query = query.parts[0]
    return query
