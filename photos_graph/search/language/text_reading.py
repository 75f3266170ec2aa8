"""Reads the parts of a text in one language, and joins them to a query.

    all_of    group, group ...              side by side or joined by "and"; all must hold
    group     operand "or" operand ...      at least one must hold; binds tighter than "and"
    operand   a phrase, a date, a prefix, a phrase in quotes, or all_of in parentheses

"not", "without" and "only" may precede a group, and a minus sign an operand. "|" is "or", "&" and "+" are "and".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from photos_graph.errors import TooComplex
from photos_graph.model.search import MatchKind
from photos_graph.search.language.composition import all_of, any_of
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.operand_maker import Operand
from photos_graph.search.language.operands import OperandReader
from photos_graph.search.language.pairing import Alternative, PairedConditions
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.text_cursor import NO_NAME, Lead, TextCursor
from photos_graph.search.language.tokens import Token, TokenKind
from photos_graph.search.query import Not, Or, Query
from photos_graph.search.terms.persons import OnlyPersons, WithPerson
from photos_graph.search.terms.tags import OnlyTagged

_MAX_DEPTH = 30  # levels of parentheses
_SEPARATORS = ",;&+"
_ONLY: dict[MatchKind, tuple[type[OnlyPersons] | type[OnlyTagged], str]] = {
    MatchKind.PERSON: (OnlyPersons, "nobody else"),
    MatchKind.TAG: (OnlyTagged, "no other tags"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the conditions of a text, all of which must hold, and the places of its terms."""

    query: Query
    terms: range


class TextReading(TextCursor):
    """Reads the tokens of one text in one language, as the grammar above describes it."""

    def __init__(self, tokens: Sequence[Token], reader: OperandReader, language: Language) -> None:
        super().__init__(tokens, reader, language)
        self._joint = 0  # the first term to which an "alone" may belong
        self._after_alone = 0  # the term after the last "alone"
        self._has_or = any(
            token.kind is TokenKind.OR or token.folded in language.longest[PhraseRole.OR] for token in tokens
        )
        self._alternatives: list[Alternative] = []  # of the last condition
        self.conditions: list[Condition] = []

    def whole(self) -> list[Query]:
        """Reads the whole text. Returns the parts of the query, all of which must hold."""
        while 0 < (count := self._language.taken(self._reader.texts, self._at, PhraseRole.OPENING)) < self._left():
            self._at += count
        parts = self._all_of(0, False)
        while self._left():  # an unbalanced closing parenthesis
            self._at += 1
            parts += self._all_of(0, False)
        return parts

    def _all_of(self, depth: int, negated: bool) -> list[Query]:
        if depth > _MAX_DEPTH:
            raise TooComplex(f"A search text nests parentheses at most {_MAX_DEPTH} deep.")
        parts: list[Query] = []
        pairs: PairedConditions | None = None
        outer, self._joint = self._joint, len(self._reader.record.terms)
        last_alone = 0  # the part after an "alone", or 0
        while True:
            begin = self._at
            lead = self._lead()
            if self._ended():
                self._reader.record.skip(lead.meaningful)
                self._joint = outer
                return parts
            if pairs and (lead.meaningful or self._is_separate(begin)):
                pairs = None
            first = len(self._reader.record.terms)
            if not lead.meaningful and (alone := self._alone(negated)):  # "I am alone"
                parts += self._condition(alone, first, depth)
                last_alone = self._either(parts, last_alone, depth)
                pairs = None
                continue
            if lead.only is not None:
                parts += self._condition(self._only(lead, lead.only, depth, negated), first, depth)
                pairs = None
                continue
            found = self._group(lead.negate, depth, negated)
            parts += self._condition(found, first, depth)
            if found:
                pairs = None if lead.meaningful else self._paired(pairs, parts, depth)
            while lead.goes_on and self._go_on():
                first = len(self._reader.record.terms)
                parts += self._condition(self._group(lead.negate, depth, negated), first, depth)
            first = len(self._reader.record.terms)
            if alone := self._alone(negated):
                parts += self._condition(alone, first, depth)
                last_alone = self._either(parts, last_alone, depth)
                pairs = None

    def _is_separate(self, begin: int) -> bool:
        """Returns whether the words from a token up to this one set a condition apart: an "and", or a comma."""
        language, texts = self._language, self._reader.texts
        between = self._reader.record.between(begin, self._at)
        if any(sign in between for sign in _SEPARATORS):
            return True
        return any(language.taken(texts, at, PhraseRole.AND) for at in range(begin, self._at))

    def _paired(self, pairs: PairedConditions | None, parts: list[Query], depth: int) -> PairedConditions | None:
        """Joins the last condition to those before it if they are pairs, as in "Rome 2019 or Milan 2020". Returns the
        pairs to which the next condition may belong."""
        if not self._has_or:
            return None
        joined = pairs.with_next(self._alternatives) if pairs else None
        if joined is None:
            return PairedConditions.of(self._alternatives)
        if not depth:
            before, last = self.conditions[-2:]
            self.conditions[-2:] = [Condition(joined.query, range(before.terms.start, last.terms.stop))]
        parts[-2:] = [joined.query]
        return joined

    def _either(self, parts: list[Query], last: int, depth: int) -> int:
        """Joins persons who are alone to those before them who are alone too, and end at the part ``last``: a photo
        shows one or the other. Returns the part after them."""
        begin = len(parts) - 1
        while begin and isinstance(parts[begin - 1], WithPerson):
            begin -= 1
        if not last or begin != last:
            return len(parts)
        before = last - 1
        while before and isinstance(parts[before - 1], WithPerson):
            before -= 1
        either = any_of([all_of(parts[before:last]), all_of(parts[last:])])
        if not depth:
            joined = self.conditions[before - len(parts) :]
            terms = range(joined[0].terms.start, joined[-1].terms.stop)
            self.conditions[before - len(parts) :] = [Condition(either, terms)]
        parts[before:] = [either]
        return len(parts)

    def _alone(self, negated: bool) -> list[Query]:
        """Reads an "alone" after persons, which must all be in the picture."""
        count = self._language.taken(self._reader.texts, self._at, PhraseRole.ALONE)
        if not count:
            return []
        ids = self._reader.record.persons_since(self._joint, negated)
        if not ids or (self._language.taken(self._reader.texts, self._at, PhraseRole.ONLY) and self._names(count)):
            return []
        only = OnlyPersons(ids)
        self._reader.record.note(
            self._at,
            self._at + count,
            MatchKind.OTHER,
            self._language.labels.say(_ONLY[MatchKind.PERSON][1]),
            only,
            negated,
        )
        self._at += count
        self._joint = self._after_alone = len(self._reader.record.terms)
        return [only]

    def _condition(self, parts: list[Query], first: int, depth: int) -> list[Query]:
        """Records a condition of the whole text, with the terms from ``first`` on. Returns its parts."""
        if parts and not depth:
            self.conditions.append(Condition(all_of(parts), range(first, len(self._reader.record.terms))))
        return parts

    def _group(self, negate: bool, depth: int, negated: bool, *, after_only: bool = False) -> list[Query]:
        found = self._any_of(depth, negated != negate, negate, after_only)
        if found is None:
            return []
        return [Not(found) if negate else found]

    def _only(self, lead: Lead, only_at: int, depth: int, negated: bool) -> list[Query]:
        """Reads what follows an "only", and the alternatives that have one too: "only Anna or only Bob"."""
        inside = negated != lead.negate
        parts = self._one_only(only_at, depth, inside)
        found = [all_of(parts)] if parts else []
        while other := self._or_only():
            is_negated = other[0].negate
            each = self._one_only(other[1], depth, inside != is_negated)
            found += [Not(all_of(each)) if is_negated else all_of(each)] if each else []
        parts = [any_of(found)] if len(found) > 1 else parts
        return [Not(all_of(parts))] if lead.negate and parts else parts

    def _or_only(self) -> tuple[Lead, int] | None:
        """Reads an "or only". Returns None if there is none."""
        at = self._at
        if self._or(Operand(at)):
            lead = self._lead()
            if lead.only is not None and not self._ended():
                return lead, lead.only
        self._at = at
        return None

    def _one_only(self, only_at: int, depth: int, inside: bool) -> list[Query]:
        """Reads the names after an "only", as long as they are all persons or all tags. Returns them together with the
        condition that a photo has no others."""
        reader = self._reader
        before = reader.record.mark()
        parts = self._group(False, depth, inside, after_only=True)
        kinds = {thing.kind for thing in reader.record.things_since(before)}
        kind = next((kind for kind in _ONLY if kind in kinds), None)
        while kind is not None:
            if kind is MatchKind.PERSON and (count := self._after_only()):  # "only Anna and nobody else"
                self._at += count
                break
            at, mark = self._at, reader.record.mark()
            if not self._go_on():
                break
            found = self._group(False, depth, inside, after_only=True)
            if found and all(thing.kind is not kind for thing in reader.record.things_since(mark)):
                self._at = at
                reader.record.forget(mark)
                break
            parts += found
        if kind is not None:
            ids = dict.fromkeys(thing.id for thing in reader.record.things_since(before) if thing.kind is kind)
            make, label = _ONLY[kind]
            parts.append(make(tuple(ids)))
            reader.record.note_only(before, only_at, self._language.labels.say(label), parts[-1], inside)
        return parts

    def _after_only(self) -> int:
        """Returns the words of an "alone" that repeats an "only", or 0. Before a name, it is another "only"."""
        count = self._language.taken(self._reader.texts, self._at, PhraseRole.ALONE)
        is_only = self._language.taken(self._reader.texts, self._at, PhraseRole.ONLY) > 0
        return 0 if is_only and self._names(count) else count

    def _any_of(self, depth: int, negated: bool, is_negation: bool, after_only: bool) -> Query | None:
        """Reads alternatives. An "alone" belongs to the last of them, or to the whole condition if there is only one
        that is not negated."""
        joint = self._joint
        if is_negation:
            self._joint = len(self._reader.record.terms)
        first = len(self._reader.record.terms)
        is_plain = [self._kind() not in NO_NAME and self._kind() is not TokenKind.OPEN]
        operand = self._operand(depth, negated)
        operands = [self._with_alone(operand, negated, is_negation or self._or_follows_alone())]
        firsts = [first]
        while (at := self._at) < len(self._tokens) and self._or(operand):
            lead = self._lead()
            if after_only and lead.only is not None:
                self._at = at
                break
            if self._ended():
                self._reader.record.skip(lead.meaningful)
                break
            firsts.append(len(self._reader.record.terms))
            is_plain.append(not lead.meaningful and self._kind() not in NO_NAME and self._kind() is not TokenKind.OPEN)
            if lead.only is not None:
                operands.append(_whole(self._only(lead, lead.only, depth, negated)))
                break
            if lead.negate:
                operands.append(_whole(self._group(True, depth, negated)))
                break
            self._joint = len(self._reader.record.terms)
            operand = self._operand(depth, negated)
            operands.append(self._with_alone(operand, negated, True))
        self._joint = max(joint, self._after_alone)
        found = [query for query in operands if query is not None]
        if self._has_or:
            self._alternatives = list(self._with_kinds(operands, firsts, is_plain))
        return any_of(found) if found else None

    def _with_kinds(
        self, operands: Sequence[Query | None], firsts: Sequence[int], is_plain: Sequence[bool]
    ) -> Iterator[Alternative]:
        """Yields the alternatives with the kinds of their terms, which begin with ``firsts``."""
        terms = self._reader.record.terms
        for query, first, last, plain in zip(operands, firsts, (*firsts[1:], len(terms)), is_plain, strict=True):
            kinds = {term.kind for term in terms[first:last]} if plain else set()
            if query is not None:
                yield Alternative(query, frozenset(kinds))
            elif plain:
                yield Alternative(Or(()), frozenset(), is_unknown=True)

    def _with_alone(self, operand: Operand, negated: bool, is_inside: bool) -> Query | None:
        """Returns the query of an operand, with that of an "alone" after it if it belongs to the operand."""
        if operand.query is None or not is_inside or not (alone := self._alone(negated)):
            return operand.query
        return all_of([operand.query, *alone])

    def _operand(self, depth: int, negated: bool) -> Operand:
        if self._kind() is TokenKind.MINUS:
            self._at += 1
            query = self._operand(depth, not negated).query
            return Operand(self._at, None if query is None else Not(query))
        if self._kind() is not TokenKind.OPEN:
            operand = self._named(depth, negated)
            self._at = operand.end
            return operand
        self._at += 1
        query = _whole(self._all_of(depth + 1, negated))
        self._at += self._left() > 0
        return Operand(self._at, query)

    def _named(self, depth: int, negated: bool) -> Operand:
        """Reads a phrase. The name of an album means the album, or what it would mean if there was no such album:
        "Rome 2019" is also a place and a year. What it could only be guessed to mean does not count."""
        at, record = self._at, self._reader.record
        album, mark = self._reader.album(at), record.mark()
        operand = self._reader.read(at, negated)
        if album is None or operand.end > album.end:
            return operand
        record.forget(mark)
        inside = self._reader.without_albums(album.end)
        reading = TextReading(self._tokens[: album.end], inside, self._language)
        reading._at = at
        parts = reading._all_of(depth + 1, negated)
        if not parts or reading._left() or inside.record.unmatched or inside.record.guesses:
            return self._reader.of_album(at, album, negated)
        record.add(inside.record)
        found = self._reader.of_album(at, album, negated)
        return Operand(album.end, any_of([all_of(parts), *([found.query] if found.query is not None else [])]))


def _whole(parts: Sequence[Query]) -> Query | None:
    return all_of(parts) if parts else None
