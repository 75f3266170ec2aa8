"""Puts queries into words: the conditions of a filter, each with a label, and a text that finds by the same filter.

The text consists of prefixes, which every language understands, and of words of the owner's first language. It is
read again before it is given out, so that it is only called readable if it means the filter. For some conditions there
are no words, such as that only confirmed labels count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial, reduce

from photos_graph.errors import BadInput, TooComplex
from photos_graph.model.search import MatchKind, SearchTerm
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.composition import all_of
from photos_graph.search.language.condition_words import ConditionWords
from photos_graph.search.language.customs import Customs
from photos_graph.search.language.parser import parse
from photos_graph.search.query import And, Everything, Not, Or, Query, terms_of
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, WithPerson
from photos_graph.search.terms.properties import Favourite, Rated
from photos_graph.search.terms.tags import OnlyTagged, Tagged
from photos_graph.search.terms.term import Term

_MAX_NAMES = 50  # conditions of which a text is short enough to be read again


@dataclass(frozen=True, slots=True)
class Explained:
    """A query in words. ``text`` finds by the same query if ``is_readable``. Each of the terms, all of which must hold,
    has its query without regard to whether it is negated."""

    text: str
    is_readable: bool
    terms: tuple[SearchTerm, ...]
    queries: tuple[Query, ...]


def explain(query: Query, index: SearchIndex, today: date, customs: Customs) -> Explained:
    """Puts a query into words. Conditions for which there are no words are in the text by their labels, and the text is
    not readable then."""
    words = ConditionWords(index, customs)
    plain = _Sayer(words, _is_read_alone(index, today, customs) if _size(query) <= _MAX_NAMES else None)
    for sayer, joint in ((plain, ", "), (plain, " "), (_Sayer(words, None), " ")):
        text = sayer.text(query, joint)
        if text is not None and _means(text, query, index, today, customs):
            break
    else:
        text = None
    conditions = list(_conditions(query))
    texts = [plain.text(each, ", ") for each in conditions]
    terms = [_term(each, text, words) for each, text in zip(conditions, texts, strict=True)]
    whole = text if text is not None else ", ".join(term.text for term in terms)
    return Explained(whole, text is not None, tuple(terms), tuple(_affirmed(each)[0] for each in conditions))


def _term(query: Query, text: str | None, words: ConditionWords) -> SearchTerm:
    affirmed, negated = _affirmed(query)
    label = _label(affirmed, words)
    return SearchTerm(text if text is not None else _label(query, words), _kind(affirmed), label, negated)


def _affirmed(query: Query) -> tuple[Query, bool]:
    if isinstance(query, Not):
        return query.part, True
    return (Favourite(), True) if query == Favourite(False) else (query, False)


def _conditions(query: Query) -> Iterator[Query]:
    """Yields the conditions that must hold: an "only" together with its names, and each date for itself."""
    if isinstance(query, Everything):
        return
    parts = query.parts if isinstance(query, And) else (query,)
    for group in _grouped(parts):
        yield all_of(group)


def _grouped(parts: Sequence[Query]) -> list[list[Query]]:
    """Puts each "only" together with the names that it is about."""
    groups: list[list[Query]] = []
    only = {id(part): part for part in parts if isinstance(part, OnlyTagged | OnlyPersons)}
    taken: dict[int, list[Query]] = {}
    for part in parts:
        about = next((each for each in only.values() if id(part) not in only and _is_about(part, each)), None)
        if about is not None:
            taken.setdefault(id(about), []).append(part)
    inside = {id(part) for group in taken.values() for part in group}
    for part in parts:
        if id(part) not in inside:
            groups.append([*taken.get(id(part), ()), part])
    return groups


def _is_about(part: Query, only: OnlyTagged | OnlyPersons) -> bool:
    names = part.parts if isinstance(part, Or) else (part,)
    if isinstance(only, OnlyTagged):
        return bool(names) and all(isinstance(each, Tagged) and each.tag_id in only.tag_ids for each in names)
    return bool(names) and all(isinstance(each, WithPerson) and each.person_id in only.person_ids for each in names)


class _Sayer:
    """Makes texts. ``is_plain`` tells whether a name without its prefix means nothing but the term; without it, names
    have prefixes throughout."""

    def __init__(self, words: ConditionWords, is_plain: Callable[[str, Query], bool] | None) -> None:
        self._words = words
        self._is_plain = is_plain

    def text(self, query: Query, joint: str) -> str | None:
        """Returns the text of a query, or None if there are no words for a part of it."""
        if isinstance(query, Everything):
            return ""
        texts = [self._group(group) for group in _grouped(query.parts if isinstance(query, And) else (query,))]
        return joint.join(each for each in texts if each is not None) if None not in texts else None

    def _group(self, group: Sequence[Query]) -> str | None:
        *names, last = group
        if not isinstance(last, OnlyTagged | OnlyPersons):
            return self._one(last)
        texts = [self._one(name) for name in names]
        if not texts or None in texts:
            return None
        return f"{self._words.only} " + f" {self._words.and_} ".join(each for each in texts if each is not None)

    def _one(self, query: Query) -> str | None:
        match query:
            case Everything():
                return None
            case And():
                inside = self.text(query, " ")
                return None if inside is None else f"({inside})"
            case Or((only,)):
                return self._one(only)
            case Or(parts):
                texts = [self._one(part) for part in parts]
                joined = f" {self._words.or_} ".join(each for each in texts if each is not None)
                return joined if parts and None not in texts else self._shared_name(query)
            case Not(part):
                return self._negated(part)
            case Favourite(False):
                return self._negated(Favourite())
            case _:
                return self._atom(query)

    def _shared_name(self, query: Or) -> str | None:
        """Returns a name that means all of the alternatives, such as that of a tag and of a place."""
        for term in terms_of(query) if self._is_plain is not None else ():
            for text in self._words.plain(term) if isinstance(term, Tagged) else ():
                if self._is_plain is not None and self._is_plain(text, query):
                    return text
        return None

    def _negated(self, part: Query) -> str | None:
        text = self._one(part)
        if text is None:
            return None
        if self._is_plain is not None:
            return f"{self._words.without} {text}"
        return f"-{text}" if isinstance(part, Term) and " " not in text else f"-({text})"

    def _atom(self, query: Term) -> str | None:
        candidates = self._words.plain(query) if self._is_plain is not None else ()
        for text in candidates:
            if self._is_plain is not None and self._is_plain(text, query):
                return text
        return self._words.exact(query)


def _is_read_alone(index: SearchIndex, today: date, customs: Customs) -> Callable[[str, Query], bool]:
    return cache(lambda text, query: _means(text, query, index, today, customs))


def _means(text: str, query: Query, index: SearchIndex, today: date, customs: Customs) -> bool:
    try:
        parsed = parse(text, index.lexicon, today, customs)
    except (BadInput, TooComplex):
        return False
    return not parsed.unmatched and normal_form(parsed.query) == normal_form(query)


def normal_form(query: Query) -> Hashable:
    """Returns a value that is equal for queries that say the same in another order or form."""
    match query:
        case Everything():
            return ("and", frozenset())
        case And(parts):
            return _joined("and", parts)
        case Or(parts):
            return _joined("or", parts)
        case Not(part):
            inside = normal_form(part)
            return inside[1] if isinstance(inside, tuple) and inside[0] == "not" else ("not", inside)
        case Favourite(False):
            return ("not", normal_form(Favourite()))
        case TakenIn():
            return _parts_of_date(query)
        case AddedIn():
            return _all_hold(_bounds(query))
        case Rated(low, high):
            return Rated(None if low is None or low <= -1 else low, None if high is None or high >= 5 else high)
        case FacesIn(low, high):
            return FacesIn(None if low is None or low <= 0 else low, high)
        case OnlyTagged(ids, confirmed):
            return OnlyTagged(tuple(sorted(set(ids))), confirmed)
        case OnlyPersons(ids, confirmed):
            return OnlyPersons(tuple(sorted(set(ids))), confirmed)
    return query


def _joined(kind: str, parts: Iterable[Query]) -> Hashable:
    found: set[Hashable] = set()
    for part in map(normal_form, parts):
        if isinstance(part, tuple) and part[0] == kind and isinstance(part[1], frozenset):
            found |= part[1]
        else:
            found.add(part)
    return next(iter(found)) if len(found) == 1 else (kind, frozenset(found))


def _parts_of_date(query: TakenIn) -> Hashable:
    """Takes a condition on the date apart: a year, month and day is also a span from one midnight to another."""
    rest = replace(query, after=None, before=None)
    return _all_hold(_bounds(query) | ({rest} if rest != TakenIn() else set()))


def _bounds(query: AddedIn | TakenIn) -> set[Hashable]:
    """Returns the conditions that each have one of its bounds."""
    kind: Callable[..., Query] = type(query)
    parts: set[Hashable] = {kind(after=query.after)} if query.after is not None else set()
    return parts | ({kind(before=query.before)} if query.before is not None else set())


def _all_hold(parts: set[Hashable]) -> Hashable:
    return next(iter(parts)) if len(parts) == 1 else ("and", frozenset(parts))


def _kind(query: Query) -> MatchKind:
    if isinstance(query, And | Or):
        kinds = {_kind(part) for part in query.parts}
        return kinds.pop() if len(kinds) == 1 else MatchKind.OTHER
    return query.kind if isinstance(query, Term) else MatchKind.OTHER


def _label(query: Query, words: ConditionWords) -> str:
    match query:
        case Everything():
            return words.labels.say("all photos")
        case And(parts):
            return ", ".join(_nested(part, words) for part in parts)
        case Or(()):
            return words.labels.say("nothing")
        case Or(parts):
            return reduce(partial(words.labels.say, "{} or {}"), (_nested(part, words) for part in parts))
        case Not(part):
            return words.labels.say("not {}", _nested(part, words))
        case _:
            return words.label(query)


def _nested(query: Query, words: ConditionWords) -> str:
    label = _label(query, words)
    return f"({label})" if isinstance(query, And | Or) and len(query.parts) > 1 else label


def _size(query: Query) -> int:
    match query:
        case And(parts) | Or(parts):
            return sum(_size(part) for part in parts)
        case Not(part):
            return _size(part)
        case _:
            return 1
