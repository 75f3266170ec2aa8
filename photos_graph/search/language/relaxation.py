"""Finds the conditions of a text because of which it finds nothing, and what is found without them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pyroaring import BitMap

from photos_graph.search.index import SearchIndex
from photos_graph.search.language.composition import all_of
from photos_graph.search.language.parser import Parsed
from photos_graph.search.language.text_reading import Condition
from photos_graph.search.query import Query

MAX_RELAXED = 10


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A query without some of the conditions. ``terms`` are the places of the terms that are left out."""

    terms: tuple[int, ...]
    query: Query


def relaxed(index: SearchIndex, parsed: Parsed) -> list[Relaxed]:
    """Returns the queries, each without one condition, that find something although the whole finds nothing, the one
    that finds the most first.

    If there are none, several conditions have to be left out: each that leaves nothing of what those before it found.
    Returns nothing if no condition finds anything. Each condition is evaluated once. Raises TooComplex.
    """
    conditions = parsed.conditions
    if len(conditions) < 2:
        return []
    found = [index.evaluate(condition.query) for condition in conditions]
    after = list(accumulate(reversed(found), BitMap.intersection, initial=index.sets.visible))[::-1]
    before = accumulate(found, BitMap.intersection, initial=index.sets.visible)
    counts = [photos.intersection_cardinality(rest) for photos, rest in zip(before, after[1:], strict=False)]
    single = sorted((place for place, count in enumerate(counts) if count), key=lambda place: -counts[place])
    if single:
        return [_without({place}, conditions) for place in single[:MAX_RELAXED]]
    left_out = _left_out(index.sets.visible, found)
    return [_without(left_out, conditions)] if len(left_out) < len(conditions) else []


def _left_out(photos: BitMap, found: Sequence[BitMap]) -> set[int]:
    left_out = set()
    for place, those in enumerate(found):
        if photos.intersect(those):
            photos = photos & those
        else:
            left_out.add(place)
    return left_out


def _without(left_out: Collection[int], conditions: Sequence[Condition]) -> Relaxed:
    kept = [condition.query for place, condition in enumerate(conditions) if place not in left_out]
    return Relaxed(tuple(term for place in sorted(left_out) for term in conditions[place].terms), all_of(kept))
