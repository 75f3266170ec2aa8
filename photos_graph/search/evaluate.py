"""A question's photos, by set algebra over the terms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.search import geo
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.folding import words
from photos_graph.search.query import (
    And,
    AtPlace,
    Everything,
    Favourite,
    InBox,
    InFolder,
    Near,
    Not,
    Or,
    Query,
    Rated,
    TakenIn,
    TakenWith,
    Words,
)
from photos_graph.search.table import NO_DATE, microseconds
from photos_graph.search.terms import Terms

_DEEPEST = 100  # levels of and/or/not
_MOST_WORDS = 50  # in one text


def evaluate(terms: Terms, query: Query) -> BitMap:
    """The visible photos of a question, as a set of the caller's own.

    Raises TooComplex when and/or/not are nested too deep, or a text has too many words.
    """
    return _evaluate(terms, query, terms.visible, 0).copy()


def _evaluate(terms: Terms, query: Query, within: BitMap, depth: int) -> BitMap:
    """The photos of ``within`` that answer the query; never changes a set that it was given."""
    if depth > _DEEPEST:
        raise TooComplex(f"The filter nests and/or/not more than {_DEEPEST} deep.")
    match query:
        case Everything():
            return within
        case And(parts):
            return _narrow(terms, parts, within, depth)
        case Or(parts):
            return BitMap.union(BitMap(), *[_evaluate(terms, part, within, depth + 1) for part in parts])
        case Not(part):
            return within - _evaluate(terms, part, within, depth + 1)
        case TakenIn():
            return within & _taken(terms, query)
        case Near() | InBox():
            return _located(terms, query, within)
        case Words(text):
            return _worded(terms, text, within)
        case _:
            return within & _term(terms, query)


def _term(terms: Terms, query: InFolder | AtPlace | Rated | Favourite | TakenWith) -> BitMap:
    match query:
        case InFolder(folder_id, recursive):
            return terms.folders.below(folder_id) if recursive else terms.folders.own(folder_id)
        case AtPlace(place_id):
            return terms.places.below(place_id)
        case Rated(minimum, maximum):
            low, high = (-np.inf if minimum is None else minimum), (np.inf if maximum is None else maximum)
            return _union(photos for rating, photos in terms.ratings.items() if low <= rating <= high)
        case Favourite(wanted):
            return terms.favourites if wanted else terms.visible - terms.favourites
        case TakenWith(text):
            return terms.with_camera(text)


_COST = {Everything: 0, TakenWith: 1, TakenIn: 1}  # the others may look at photos one by one: 2


def _narrow(terms: Terms, parts: Iterable[Query], within: BitMap, depth: int) -> BitMap:
    """All of the parts: what is ready as a set first and the rarest of it first, what must look at photos last."""
    ready, rest = [], []
    for part in parts:
        match part:
            case InFolder() | AtPlace() | Favourite() | Rated():
                ready.append(_term(terms, part))
            case _:
                rest.append(part)
    for photos in sorted(ready, key=len):
        within = within & photos
    for part in sorted(rest, key=lambda part: _COST.get(type(part), 2)):
        if not within:
            break
        within = _evaluate(terms, part, within, depth + 1)
    return within


def _taken(terms: Terms, query: TakenIn) -> BitMap:
    """Whole months are united; of the first and last one the photos are looked at."""
    if query == TakenIn():
        return terms.visible
    low = -NO_DATE if query.after is None else microseconds(query.after)
    high = NO_DATE if query.before is None else microseconds(query.before)
    first, last = _month(query.after, -(2**31)), _month(query.before, 2**31)
    whole: list[BitMap] = []
    parts: list[BitMap] = []
    for month, photos in terms.months.items():
        year, place = divmod(month, 12)
        if first <= month <= last and query.year in (None, year + 1970) and query.month in (None, place + 1):
            (parts if month in (first, last) else whole).append(photos)
    edges = numbers_of(_union(parts))
    taken = terms.table.taken[edges]
    return _union(whole) | bitmap(edges[(low <= taken) & (taken < high)])


def _month(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else (moment.year - 1970) * 12 + moment.month - 1


def _located(terms: Terms, query: Near | InBox, within: BitMap) -> BitMap:
    table = terms.table
    look = geo.near if isinstance(query, Near) else geo.in_box
    if len(within) * 8 > table.size:
        return bitmap(look(table.latitude[: table.size], table.longitude[: table.size], query)) & within  # type: ignore[arg-type]
    numbers = numbers_of(within)
    return bitmap(numbers[look(table.latitude[numbers], table.longitude[numbers], query)])  # type: ignore[arg-type]


def _worded(terms: Terms, text: str, within: BitMap) -> BitMap:
    """Every word, the longest first since it is the rarest as a rule; a text without words asks for nothing."""
    wanted = set(words(text))
    if len(wanted) > _MOST_WORDS:
        raise TooComplex(f"The text has more than {_MOST_WORDS} words.")
    for word in sorted(wanted, key=len, reverse=True):
        if not within:
            break
        within = within & (terms.names.find(word) | terms.folders.worded(word) | terms.places.worded(word))
    return within


def _union(sets: Iterable[BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *sets)
