"""Makes the operands of a query from what was read, and records the terms to show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from photos_graph.model.search import MatchKind
from photos_graph.search.language.composition import any_of, ordered, query_of
from photos_graph.search.language.content_words import Seen
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.lexicon import MAX_THINGS, Lexicon, Thing
from photos_graph.search.language.look_words import Look
from photos_graph.search.language.name_matching import Spelling
from photos_graph.search.language.record import Record
from photos_graph.search.language.spans import Span
from photos_graph.search.language.tokens import Token
from photos_graph.search.query import Or, Query
from photos_graph.search.terms.content import LooksLike
from photos_graph.search.terms.words import Words

NOT_APPLIED = Or(())  # the query of a term that is only offered
_MIN_TEXT_LENGTH = 3  # characters of a text in file names


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand. ``end`` is the token after it. The query is None if nothing was found."""

    end: int
    query: Query | None = None
    span: Span | None = None  # set if the operand is only a date


class OperandMaker:
    """Makes the operands of one text. ``offers`` are what unknown words may mean, by their tokens."""

    def __init__(
        self,
        tokens: Sequence[Token],
        texts: Sequence[str],
        lexicon: Lexicon,
        spelling: Spelling,
        language: Language,
        record: Record,
        offers: Mapping[int, tuple[str, ...]],
    ) -> None:
        self._tokens = tokens
        self._texts = texts
        self._lexicon = lexicon
        self._spelling = spelling
        self._language = language
        self._record = record
        self._offers = offers

    def found(
        self,
        at: int,
        end: int,
        things: Collection[Thing],
        negated: bool,
        span: Span | None = None,
        alternatives: tuple[str, ...] = (),
    ) -> Operand:
        """Makes an operand of the things that words name, and of the date that they are."""
        if len(things) > MAX_THINGS:
            return self.text_of(at, end, negated)
        labelled = ordered(things, self._lexicon)
        self._record.things += [thing for thing, _ in labelled]
        for thing, label in labelled:
            self._record.note(at, end, thing.kind, label, query_of([thing]), negated, alternatives)
        if span is None:
            return Operand(end, query_of([thing for thing, _ in labelled]))
        self._record.note(at, end, MatchKind.DATE, span.label(self._language.labels), span.query(), negated)
        query = query_of([thing for thing, _ in labelled], [span.query()])
        return Operand(end, query, None if things else span)

    def operand(self, at: int, end: int, query: Query, kind: MatchKind, label: str, negated: bool) -> Operand:
        """Makes an operand of a single condition."""
        self._record.note(at, end, kind, label, query, negated)
        return Operand(end, query)

    def nothing(self, at: int, negated: bool = False, others: tuple[str, ...] = ()) -> Operand:
        """Records a token as unmatched, with what it may mean, and with ``others`` that it may mean."""
        self._record.unmatched.append((at, at + 1))
        if offers := (*self._offers.get(at, ()), *others):
            typed = self._record.typed(at, at + 1)
            self._record.note(at, at + 1, MatchKind.OTHER, typed, NOT_APPLIED, negated, offers)
        return Operand(at + 1)

    def text_of(self, at: int, end: int, negated: bool) -> Operand:
        """Makes an operand that searches for these words in all names of photos."""
        text = self._tokens[at].value or self._record.typed(at, end)
        return self.operand(at, end, Words(text), Words.kind, text, negated)

    def looks_like(self, at: int, seen: Seen, negated: bool) -> Operand:
        """Makes an operand of what a picture looks like, or of these words in file names."""
        looks = LooksLike(seen.concept_id)
        found = self.operand(at, seen.end, looks, LooksLike.kind, seen.name, negated)
        if not self.are_words(self._texts[at : seen.end], whole=True):
            return found
        text = self._record.typed(at, seen.end)
        self._record.note(at, seen.end, Words.kind, text, Words(text), negated)
        return Operand(seen.end, any_of([looks, Words(text)]))

    def looks_like_text(self, at: int, look: Look, negated: bool) -> Operand:
        """Makes an operand of words that are looked for in the pictures, or in file names that have them."""
        self._record.looked_for += range(at, look.end)
        found = self.operand(at, look.end, look.term, look.term.kind, look.term.text, negated)
        if not self.are_words(self._texts[at : look.end], whole=True):
            return found
        text = self._record.typed(at, look.end)
        self._record.note(at, look.end, Words.kind, text, Words(text), negated)
        return Operand(look.end, any_of([look.term, Words(text)]))

    def are_words(self, texts: Sequence[str], whole: bool) -> bool:
        """Returns whether these are words of file names or other names, or unless ``whole`` beginnings of some."""
        return sum(map(len, texts)) >= _MIN_TEXT_LENGTH and all(self._spelling.is_word(text, whole) for text in texts)
