"""Words as a question: what a search box asks. ``docs/search.md`` says what it understands.

    all_of    group, group ...        juxtaposed or joined by "and": all must hold
    group     unit "or" unit ...      any may hold; binds tighter
    unit      a phrase, a date, a prefix, a phrase in quotes, or all_of in parentheses

Before a group may stand "not", "without" and "only". A text is read with the table of each language, and the reading
that leaves the fewest words unmatched is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from photos_graph.errors import BadInput, TooComplex
from photos_graph.model import MatchKind, SearchTerm
from photos_graph.search.language.grammar import Language, PhraseRole
from photos_graph.search.language.languages import JOINTS, LANGUAGES
from photos_graph.search.language.lexicon import Lexicon
from photos_graph.search.language.meaning import all_of, any_of
from photos_graph.search.language.name_matching import Spelling
from photos_graph.search.language.tokens import Token, TokenKind, tokens
from photos_graph.search.language.units import Unit, Units
from photos_graph.search.query import Everything, Not, Or, Query
from photos_graph.search.terms.persons import OnlyPersons
from photos_graph.search.terms.tags import OnlyTagged

MOST_CHARACTERS = 10_240
_MOST_WORDS = 50  # that say something
_MOST_TOKENS = 200
_DEEPEST = 30  # parentheses
_ONLY: dict[MatchKind, tuple[type[OnlyPersons] | type[OnlyTagged], str]] = {
    MatchKind.PERSON: (OnlyPersons, "nobody else"),
    MatchKind.TAG: (OnlyTagged, "no other tags"),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """``terms`` and ``unmatched`` are in the order of the text, and in its own words."""

    query: Query
    terms: tuple[SearchTerm, ...]
    unmatched: tuple[str, ...]


def parse(text: str, lexicon: Lexicon, today: date) -> Parsed:
    """Raises BadInput when the text is longer than 10,240 characters, or the value of a prefix makes no sense;
    TooComplex when it has more than 50 words of meaning or 200 in all, or parentheses more than 30 deep."""
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"A search text has at most {MOST_CHARACTERS:,} characters; this one has {len(text):,}.")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    found = _within_limits(tokens(text))
    spelling = Spelling(lexicon)
    readings: list[tuple[int, int, Parsed]] = []
    for language in LANGUAGES:
        units = Units(text, found, lexicon, spelling, language, today)
        parts = _Reading(found, units, language).whole()
        unmatched = tuple(units.left_over())
        query = all_of(parts) if parts else Or(()) if unmatched else Everything()
        readings.append((len(unmatched), units.guesses, Parsed(query, tuple(units.terms), unmatched)))
        if not unmatched and not units.guesses:
            break
    return min(readings, key=lambda reading: reading[:2])[2]


def _within_limits(found: Iterable[Token]) -> list[Token]:
    kept: list[Token] = []
    meant = 0
    for token in found:
        kept.append(token)
        meant += token.kind in (TokenKind.QUOTED, TokenKind.FIELD) or (
            token.kind is TokenKind.WORD and token.folded not in JOINTS
        )
        if meant > _MOST_WORDS or len(kept) > _MOST_TOKENS:
            raise TooComplex(
                f"A search text has at most {_MOST_WORDS} words with a meaning, and {_MOST_TOKENS} in all."
            )
    return kept


@dataclass(slots=True)
class _Lead:
    """What stood before a group, and where each word of it stood."""

    negate: bool = False
    goes_on: bool = False  # over an "and"
    only: int | None = None
    said: list[tuple[int, int]] = field(default_factory=list)


class _Reading:
    def __init__(self, tokens: Sequence[Token], units: Units, language: Language) -> None:
        self._tokens = tokens
        self._units = units
        self._language = language
        self._at = 0

    def whole(self) -> list[Query]:
        """The parts of the question, all of which must hold."""
        while 0 < (count := self._language.taken(self._units.texts, self._at, PhraseRole.OPENING)) < self._left():
            self._at += count
        parts = self._all_of(0, False)
        while self._left():  # behind a parenthesis that closes nothing
            self._at += 1
            parts += self._all_of(0, False)
        return parts

    def _all_of(self, depth: int, negated: bool) -> list[Query]:
        if depth > _DEEPEST:
            raise TooComplex(f"A search text nests parentheses at most {_DEEPEST} deep.")
        parts: list[Query] = []
        while True:
            lead = self._lead()
            if self._ended():
                self._units.skip(lead.said)
                return parts
            if lead.only is not None:
                parts += self._only(lead, lead.only, depth, negated)
                continue
            parts += self._group(lead.negate, depth, negated)
            while lead.goes_on and self._go_on():
                parts += self._group(lead.negate, depth, negated)

    def _group(self, negate: bool, depth: int, negated: bool) -> list[Query]:
        found = self._any_of(depth, negated != negate)
        if found is None:
            return []
        return [Not(found) if negate else found]

    def _only(self, lead: _Lead, said: int, depth: int, negated: bool) -> list[Query]:
        """The names that follow, as long as they are persons, or tags; and nobody, or no tag, beside them."""
        units, inside = self._units, negated != lead.negate
        before = units.mark()
        parts = self._group(False, depth, inside)
        kinds = {thing.kind for thing in units.things_since(before)}
        kind = next((kind for kind in _ONLY if kind in kinds), None)
        while kind is not None:
            at, mark = self._at, units.mark()
            if not self._go_on():
                break
            found = self._group(False, depth, inside)
            if found and all(thing.kind is not kind for thing in units.things_since(mark)):
                self._at = at
                units.forget(mark)
                break
            parts += found
        if kind is not None:
            ids = dict.fromkeys(thing.id for thing in units.things_since(before) if thing.kind is kind)
            make, label = _ONLY[kind]
            parts.append(make(tuple(ids)))
            units.note_only(before, said, label, inside)
        if lead.negate and parts:
            return [Not(all_of(parts))]
        return parts

    def _any_of(self, depth: int, negated: bool) -> Query | None:
        unit = self._unit(depth, negated)
        operands = [unit.query]
        while self._or(unit):
            lead = self._lead()
            if self._ended():
                self._units.skip(lead.said)
                break
            if lead.only is not None:
                operands.append(_whole(self._only(lead, lead.only, depth, negated)))
                break
            if lead.negate:
                operands.append(_whole(self._group(True, depth, negated)))
                break
            unit = self._unit(depth, negated)
            operands.append(unit.query)
        found = [query for query in operands if query is not None]
        return any_of(found) if found else None

    def _or(self, unit: Unit) -> bool:
        """Takes an "or"; or what is between dates that exclude each other, since no photo is of both."""
        if count := self._language.taken(self._units.texts, self._at, PhraseRole.OR):
            self._at += count
            return True
        at = self._at
        if unit.span is not None:
            lead = self._lead()
            if not lead.said and not self._ended():
                following = self._units.dates.read(self._at)
                if following is not None and unit.span.excludes(following[1]):
                    return True
        self._at = at
        return False

    def _unit(self, depth: int, negated: bool) -> Unit:
        if self._tokens[self._at].kind is not TokenKind.OPEN:
            unit = self._units.read(self._at, negated)
            self._at = unit.end
            return unit
        self._at += 1
        query = _whole(self._all_of(depth + 1, negated))
        self._at += self._left() > 0
        return Unit(self._at, query)

    def _lead(self) -> _Lead:
        lead = _Lead()
        while not self._ended() and not self._units.is_me(self._at):
            count, roles = self._language.lead(self._units.texts, self._at)
            if not count or self._units.begins(self._at):
                break
            said = (self._at, self._at + count)
            if PhraseRole.NOT in roles or PhraseRole.WITHOUT in roles:
                lead.negate = not lead.negate
                lead.goes_on = PhraseRole.WITHOUT in roles
                lead.said.append(said)
            elif PhraseRole.ONLY in roles:
                lead.only = self._at
                lead.said.append(said)
            self._at += count
        return lead

    def _go_on(self) -> bool:
        """Takes an "and" behind which a name stands by itself: not led in, and no date."""
        texts = self._units.texts
        count = self._language.taken(texts, self._at, PhraseRole.AND)
        if not count:
            return False
        at = self._at + count
        while at < len(texts) and (filler := self._language.taken(texts, at, PhraseRole.FILLER)):
            at += filler
        if at >= len(texts) or self._tokens[at].kind is TokenKind.CLOSE or self._units.dates.read(at) is not None:
            return False
        if self._language.lead(texts, at)[0] and not self._units.begins(at):
            return False
        self._at = at
        return True

    def _left(self) -> int:
        return len(self._tokens) - self._at

    def _ended(self) -> bool:
        return not self._left() or self._tokens[self._at].kind is TokenKind.CLOSE


def _whole(parts: Sequence[Query]) -> Query | None:
    return all_of(parts) if parts else None
