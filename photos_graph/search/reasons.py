"""Explains why a photo matches a query: which terms hold for it, and how each of them came to hold."""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from photos_graph.model.search import Match
from photos_graph.search.evaluation import evaluate_within
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.term import Reasons


def matches(sets: PhotoSets, query: Query, numbers: Sequence[int]) -> dict[int, list[Match]]:
    """Returns the reasons for which each photo matches; a photo that does not match has no reasons. A negated part
    gives no reason, and an ``or`` gives the reasons of the branches that hold. Raises TooComplex, as ``evaluate``
    does."""
    matching = evaluate_within(sets, query, BitMap(numbers) & sets.visible)
    found: dict[int, dict[Match, None]] = {number: {} for number in numbers}
    for number, match in _reasons(sets, query, matching):
        found[number][match] = None
    return {number: list(reasons) for number, reasons in found.items()}


def _reasons(sets: PhotoSets, query: Query, photos: BitMap) -> Reasons:
    """Yields the reasons of ``photos``, all of which match the query."""
    if not photos:
        return
    match query:
        case And(parts):
            for part in parts:
                yield from _reasons(sets, part, photos)
        case Or(parts):
            for part in parts:
                yield from _reasons(sets, part, evaluate_within(sets, part, photos))
        case Everything() | Not():
            return
        case _:
            yield from query.reasons(sets, photos)
