"""A question's photos, by set algebra over the terms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import TooComplex
from photos_graph.search import geo
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import NO_DATE, microseconds
from photos_graph.search.folding import name_words
from photos_graph.search.label_sets import union
from photos_graph.search.query import (
    And,
    AtPlace,
    Everything,
    Excluded,
    FacesIn,
    Favourite,
    InBox,
    InFolder,
    Near,
    Not,
    OnlyPersons,
    OnlyTagged,
    Or,
    Query,
    Rated,
    Tagged,
    TakenIn,
    TakenWith,
    Untagged,
    WithPerson,
    Words,
)
from photos_graph.search.terms import Terms

_DEEPEST = 100  # levels of and/or/not
_MOST_WORDS = 50  # in one text


def evaluate(terms: Terms, query: Query) -> BitMap:
    """The visible photos of a question, as a set of the caller's own.

    Raises TooComplex when and/or/not are nested too deep, or a text has too many words.
    """
    return evaluate_within(terms, query, terms.visible).copy()


def evaluate_within(terms: Terms, query: Query, within: BitMap) -> BitMap:
    """Those of ``within``, which are visible, that answer the query; read only. Raises TooComplex."""
    return _evaluate(terms, query, within, 0)


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
        case Words(text, confirmed):
            return _worded(terms, text, confirmed, within)
        case TakenWith(text):
            return within & terms.with_camera(text)
        case OnlyTagged(tag_ids, confirmed):
            return within - terms.tags.having_others(tag_ids, confirmed)
        case OnlyPersons(person_ids, confirmed):
            return within - terms.persons.showing_others(person_ids, confirmed)
        case Untagged(confirmed):
            return within - terms.tags.having_any(confirmed)
        case _:
            return within & _ready(terms, query)


Ready = InFolder | AtPlace | Rated | Favourite | Tagged | WithPerson | FacesIn | Excluded


def _ready(terms: Terms, query: Ready) -> BitMap:
    """What lies there as a set, or nearly so; not to be changed."""
    match query:
        case InFolder(folder_id, recursive):
            return terms.folders.below(folder_id) if recursive else terms.folders.own(folder_id)
        case AtPlace(place_id):
            return terms.places.below(place_id)
        case Rated(minimum, maximum):
            low, high = (-np.inf if minimum is None else minimum), (np.inf if maximum is None else maximum)
            return union(photos for rating, photos in terms.ratings.items() if low <= rating <= high)
        case Favourite(wanted):
            return terms.favourites if wanted else terms.visible - terms.favourites
        case Tagged(tag_id, confirmed):
            return terms.tags.having(tag_id, confirmed)
        case WithPerson(person_id, confirmed):
            return terms.persons.showing(person_id, confirmed)
        case FacesIn(minimum, maximum):
            return terms.faced(minimum, maximum)
        case Excluded(tag_id):
            return terms.tags.excluded(tag_id)


_LAST = (Words, Near, InBox)  # they may look at photos one by one


def _narrow(terms: Terms, parts: Iterable[Query], within: BitMap, depth: int) -> BitMap:
    """All of the parts: what is ready as a set first and the rarest of it first, what must look at photos last."""
    ready, rest = [], []
    for part in map(_bare, parts):
        if isinstance(part, Ready):
            ready.append(_ready(terms, part))
        else:
            rest.append(part)
    for photos in sorted(ready, key=len):
        within = within & photos
    for part in sorted(rest, key=lambda part: isinstance(part, _LAST)):
        if not within:
            break
        within = _evaluate(terms, part, within, depth + 1)
    return within


def _bare(query: Query) -> Query:
    """Without an and/or of one part around it."""
    while isinstance(query, And | Or) and len(query.parts) == 1:
        query = query.parts[0]
    return query


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
    edges = numbers_of(union(parts))
    taken = terms.table.taken[edges]
    return union(whole) | bitmap(edges[(low <= taken) & (taken < high)])


def _month(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else (moment.year - 1970) * 12 + moment.month - 1


def _located(terms: Terms, query: Near | InBox, within: BitMap) -> BitMap:
    table = terms.table
    look = geo.near if isinstance(query, Near) else geo.in_box
    if len(within) * 8 > table.size:
        return bitmap(look(table.latitude[: table.size], table.longitude[: table.size], query)) & within  # type: ignore[arg-type]
    numbers = numbers_of(within)
    return bitmap(numbers[look(table.latitude[numbers], table.longitude[numbers], query)])  # type: ignore[arg-type]


def _worded(terms: Terms, text: str, confirmed: bool, within: BitMap) -> BitMap:
    """Every word, the longest first since it is the rarest as a rule; a blank text asks for nothing, and
    one of punctuation alone is in no name."""
    wanted = set(name_words(text))
    if not wanted and text.strip():
        return BitMap()
    if len(wanted) > _MOST_WORDS:
        raise TooComplex(f"The text has more than {_MOST_WORDS} words.")
    for word in sorted(wanted, key=len, reverse=True):
        if not within:
            break
        tags = (terms.tags.having(tag_id, confirmed) for tag_id in terms.tags.rows.topmost_worded(word))
        persons = (terms.persons.showing(id_, confirmed) for id_ in terms.persons.rows.topmost_worded(word))
        places = (terms.names.find(word), terms.folders.worded(word), terms.places.worded(word))
        within = within & union([*places, *tags, *persons])
    return within
