"""Reads the operands of a search text: phrases, dates, words of file names, quoted phrases, and prefixes with their
values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import NamedTuple

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from photos_graph.model.search import MatchKind, SearchTerm
from photos_graph.search.folding import fold, name_words, words
from photos_graph.search.language.ages import Age, AgeReader
from photos_graph.search.language.composition import any_of, ordered, query_of
from photos_graph.search.language.conditions import ConditionReader
from photos_graph.search.language.content_words import Seen
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language, PhraseRole
from photos_graph.search.language.languages import EXACTLY, GRAMMAR, PREFIXES
from photos_graph.search.language.lexicon import MAX_THINGS, Lexicon, Thing
from photos_graph.search.language.name_matching import Named, NameMatcher, Spelling
from photos_graph.search.language.phrases import MatchLevel
from photos_graph.search.language.properties import Said
from photos_graph.search.language.spans import Span
from photos_graph.search.language.tokens import Token, TokenKind
from photos_graph.search.query import Or, Query
from photos_graph.search.terms.content import LooksLike
from photos_graph.search.terms.term import PrefixTerm
from photos_graph.search.terms.words import Words

_MAX_ALTERNATIVES = 5  # names that are offered for a phrase
_MAX_COMPARED = 200  # names of which these are chosen
_MIN_TEXT_LENGTH = 3  # characters of a text in file names
_INSIDE = {"", *"-_.'/\N{RIGHT SINGLE QUOTATION MARK}"}  # read as one word: "IMG_1234", "X-T3"
_NONE = Or(())  # the query of a term that is not applied
_ENDINGS = ",;:.!?"  # after the value of a prefix, these belong to the sentence


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand. ``end`` is the token after it. The query is None if nothing was found."""

    end: int
    query: Query | None = None
    span: Span | None = None  # set if the operand is only a date


class Mark(NamedTuple):
    terms: int
    things: int
    unmatched: int
    guesses: int


class OperandReader:
    """Reads operands, and records the terms to show, the unmatched words, and the number of guesses."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        spelling: Spelling,
        language: Language,
        dates: Dates,
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._lexicon = lexicon
        self._spelling = spelling
        self._language = language
        self.texts = dates.texts
        self.dates = dates
        self.naming = NameMatcher(lexicon, spelling, language, self.texts, self.dates)
        self._conditions = ConditionReader(text, tokens, lexicon, language, dates, self.naming)
        self._ages = AgeReader(lexicon, language, dates, self._conditions, self._goes_on_unplaced)
        self.terms: list[SearchTerm] = []
        self.queries: list[Query] = []  # of each term alone, without regard to whether it is negated
        self.things: list[Thing] = []  # the things that were named, in the order of the text
        self.unmatched: list[tuple[int, int]] = []  # first token, token after the last
        self.guesses = 0
        # The same prefix may occur fifty times and name thousands of folders.
        self._of_kind = cache(self._things_of)
        self._any_of = cache(lambda things: query_of(sorted(things)))

    def read(self, at: int, negated: bool) -> Operand:
        match self._tokens[at].kind:
            case TokenKind.QUOTED:
                return self._quoted(at, negated)
            case TokenKind.FIELD:
                return self._field(at, negated)
            case _:
                return self._words(at, negated)

    def begins(self, at: int) -> bool:
        """Returns whether a date, a property, or a name of several words, begins with this grammar word."""
        return self._date(at) is not None or self._said(at) is not None or self.naming.longest(at) is not None

    def skip(self, spans: Iterable[tuple[int, int]]) -> None:
        """Records tokens as unmatched."""
        self.unmatched += spans

    def mark(self) -> Mark:
        return Mark(len(self.terms), len(self.things), len(self.unmatched), self.guesses)

    def things_since(self, mark: Mark) -> list[Thing]:
        return self.things[mark.things :]

    def forget(self, mark: Mark) -> None:
        """Removes everything that was recorded since the mark."""
        del self.terms[mark.terms :], self.queries[mark.terms :]
        del self.things[mark.things :], self.unmatched[mark.unmatched :]
        self.guesses = mark.guesses

    # words

    def _words(self, at: int, negated: bool) -> Operand:
        dated, said, named = self._date(at), self._said(at), self._path(at) or self.naming.longest(at)
        if dated and max(named.end if named else 0, said.end if said else 0) <= dated[0]:
            end, span = dated
            also = named.things if named and named.end == end and named.level is MatchLevel.NAME else ()
            return self._found(at, end, also if len(also) <= MAX_THINGS else (), negated, span)
        if said and (named is None or named.end <= said.end):
            return self._saying(at, said, named, negated)
        if named:
            return self._named(at, named, negated)
        if self.is_me(at):
            me = self._lexicon.me()
            if me and (age := self._ages.read(at + 1, me)):
                return self._aged(at, at + 1, age, negated)
            return self._found(at, at + 1, me, negated) if me else self._nothing(at)
        return self._guessed(at, negated)

    def _saying(self, at: int, said: Said, named: Named | None, negated: bool) -> Operand:
        """Makes an operand of a property, which may also be the name of a tag, person or place."""
        if said.gives_way and named is not None and named.end == said.end and named.level is not MatchLevel.PART:
            return self._found(at, named.end, named.things, negated, alternatives=(said.label,))
        whole = named is not None and named.end == said.end and named.level is MatchLevel.NAME
        things = named.things if named is not None and whole and len(named.things) <= MAX_THINGS else ()
        found = self._found(at, said.end, things, negated) if things else None
        self._note(at, said.end, said.kind, said.label, said.query, negated)
        return Operand(said.end, query_of(self.things[-len(things) :], [said.query]) if found else said.query)

    def _guessed(self, at: int, negated: bool) -> Operand:
        """Guesses the meaning of a word. A whole word of a file name, and what a picture looks like, take precedence
        over a misspelling, and this over the beginning of a word of a file name."""
        self.guesses += 1
        end = self._in_file_names(at, whole=True)
        if (seen := self._lexicon.looks_like(self.texts, at, self._language)) and seen.end >= end:
            return self._looks_like(at, seen, negated)
        if end:
            return self._text_of(at, end, negated)
        if named := self.naming.misspelt(at):
            return self._named(at, named, negated)
        if end := self._in_file_names(at, whole=False):
            return self._text_of(at, end, negated)
        self.guesses -= 1
        return self._nothing(at)

    def _named(self, at: int, named: Named, negated: bool) -> Operand:
        """Makes an operand of what a phrase names. If the phrase is only a part of a name and a word beside it means
        nothing, the text means something else: "New York" is not "New South Wales", which is only offered."""
        if named.level is not MatchLevel.FOLDER and (age := self._ages.read(named.end, named.things)):
            return self._aged(at, named.end, age, negated)
        self.guesses += self.naming.is_foreign(at, named)
        start = at - 1 if self._beside(at) and self._is_unmatched(at - 1) else at
        stop = named.end + 1 if self._goes_on_unplaced(named.end) else named.end
        if named.level is not MatchLevel.PART or (start, stop) == (at, named.end):
            others = self._others(at, named) if named.level is MatchLevel.NAME else ()
            return self._found(at, named.end, named.things, negated, alternatives=others)
        self.unmatched.append((at, named.end))
        typed = self._typed(start, stop)
        self._note(start, stop, MatchKind.OTHER, typed, _NONE, negated, self._nearest(typed, named.things))
        return Operand(named.end)

    def _aged(self, at: int, end: int, age: Age, negated: bool) -> Operand:
        self._found(at, end, age.persons, negated)
        self._note(end, age.end, MatchKind.DATE, age.label, age.years, negated)
        return Operand(age.end, age.query)

    def _beside(self, at: int) -> bool:
        """Returns whether a token and the one before it are words with nothing but a space or hyphen between them."""
        inside = 0 < at < len(self._tokens) and bool(self.texts[at] and self.texts[at - 1])
        return inside and (self._tokens[at].joint in _INSIDE or self._tokens[at].joint.isspace())

    def _is_unmatched(self, at: int) -> bool:
        text = self.texts[at]
        return (at, at + 1) in self.unmatched[-1:] and text not in GRAMMAR and not text.isdecimal()

    def _goes_on_unplaced(self, at: int) -> bool:
        """Returns whether the word at a token continues the one before it, and would be unmatched."""
        return self._beside(at) and self._is_unplaced(at)

    def _is_unplaced(self, at: int) -> bool:
        """Returns whether a word would be unmatched. A number that begins a date, as in "8/2019", is left alone."""
        text = self.texts[at]
        if (
            text in GRAMMAR
            or self.is_me(at)
            or self._date(at)
            or self._said(at)
            or self._path(at)
            or self.naming.longest(at)
        ):
            return False
        if text.isdecimal() and at + 1 < len(self._tokens) and self._tokens[at + 1].joint in ("/", ".", "-"):
            return False
        return not (
            self._in_file_names(at, whole=True)
            or self._lexicon.looks_like(self.texts, at, self._language)
            or self.naming.misspelt(at)
            or self._in_file_names(at, whole=False)
        )

    def _others(self, at: int, named: Named) -> tuple[str, ...]:
        """Returns longer names with this phrase in them, such as "Beach volleyball" beside "Beach"."""
        found = self._lexicon.exact(MatchLevel.PART, self.texts[at : named.end])
        others = [thing for thing in islice(found, _MAX_COMPARED) if thing not in named.things]
        return self._nearest(self._typed(at, named.end), others)

    def _nearest(self, typed: str, things: Collection[Thing]) -> tuple[str, ...]:
        """Returns the names that are most like what was typed."""
        labels = sorted({self._lexicon.label(thing) for thing in islice(things, _MAX_COMPARED)})
        near = extract(typed, labels, scorer=ratio, processor=fold, limit=_MAX_ALTERNATIVES)
        return tuple(label for label, _, _ in near)

    def _text_of(self, at: int, end: int, negated: bool) -> Operand:
        """Makes an operand that searches for these words in all names of photos."""
        text = self._tokens[at].value or self._typed(at, end)
        return self._operand(at, end, Words(text), Words.kind, text, negated)

    def _looks_like(self, at: int, seen: Seen, negated: bool) -> Operand:
        """Makes an operand of what a picture looks like, or of these words in file names."""
        looks = LooksLike(seen.concept_id)
        found = self._operand(at, seen.end, looks, LooksLike.kind, seen.name, negated)
        if not self._are_words(self.texts[at : seen.end], whole=True):
            return found
        text = self._typed(at, seen.end)
        self._note(at, seen.end, Words.kind, text, Words(text), negated)
        return Operand(seen.end, any_of([looks, Words(text)]))

    def is_me(self, at: int) -> bool:
        if exactly := EXACTLY.get(self.texts[at]):
            return self._typed(at, at + 1) == exactly
        return PhraseRole.ME in self._language.roles.get(self.texts[at], ())

    def _said(self, at: int) -> Said | None:
        return self._conditions.read(at) if self.texts[at] else None

    def _date(self, at: int) -> tuple[int, Span] | None:
        return self.dates.read(at) if self.texts[at] else None

    def _path(self, at: int) -> Named | None:
        """Reads a path without spaces, such as "Places/Abruzzo"."""
        end = at + 1
        while end < len(self._tokens) and self.texts[end] and self._tokens[end].joint in _INSIDE:
            end += 1
        if not any(self._tokens[place].joint == "/" for place in range(at + 1, end)):
            return None
        things = self._at_path(self._typed(at, end))
        return Named(end, things) if things else None

    def _at_path(self, path: str) -> Collection[Thing]:
        named = {thing for kind in (MatchKind.TAG, MatchKind.PLACE) for thing in self._spelling.at_path(kind, path)}
        return named or self._spelling.at_path(MatchKind.FOLDER, path)

    def _in_file_names(self, at: int, whole: bool) -> int:
        """Returns the token after a word that file names contain, including the words joined to it if file names
        contain these too. Returns 0 if no file name contains the word."""
        end = at
        while end < len(self._tokens) and self.texts[end] and (end == at or self._tokens[end].joint in _INSIDE):
            end += 1
        for stop in (end, at + 1):
            if self._are_words(self.texts[at:stop], whole):
                return stop
        return 0

    def _are_words(self, texts: Sequence[str], whole: bool) -> bool:
        return sum(map(len, texts)) >= _MIN_TEXT_LENGTH and all(self._spelling.is_word(text, whole) for text in texts)

    # quotes and prefixes

    def _quoted(self, at: int, negated: bool) -> Operand:
        token = self._tokens[at]
        phrase = name_words(token.folded)
        if not phrase:
            return Operand(at + 1)
        things = self._at_path(token.value) if "/" in token.value else self.naming.quoted(phrase)
        if things:
            return self._found(at, at + 1, things, negated)
        if self._are_words(words(token.folded), whole=False):
            return self._text_of(at, at + 1, negated)
        return self._nothing(at)

    def _field(self, at: int, negated: bool) -> Operand:
        token = self._tokens[at]
        prefix, value, typed = PREFIXES[token.prefix], token.folded.strip(), token.value
        if not token.exact:
            value, typed = value.rstrip(_ENDINGS), typed.rstrip(_ENDINGS)
        if not isinstance(prefix, MatchKind):
            return self._of_value(at, prefix, value, typed, negated)
        things = self._of_kind(prefix, token.value, token.folded, token.exact)
        if len(things) > MAX_THINGS:
            return self._operand(at, at + 1, self._any_of(things), prefix, token.value, negated)
        return self._found(at, at + 1, things, negated) if things else self._nothing(at)

    def _of_value(self, at: int, term: type[PrefixTerm], value: str, typed: str, negated: bool) -> Operand:
        read = term.of_value(value, typed)
        if read is None:
            return self._nothing(at)
        found, label = read
        return self._operand(at, at + 1, found, found.kind, label, negated)

    def _things_of(self, kind: MatchKind, value: str, folded: str, exact: bool) -> frozenset[Thing]:
        folded = folded if exact else folded.rstrip(_ENDINGS)
        if kind is MatchKind.PERSON and PhraseRole.ME in self._language.roles.get(folded, ()) and self._lexicon.me():
            return frozenset(self._lexicon.me())
        for path in dict.fromkeys((value, value if exact else value.rstrip(_ENDINGS))):
            if things := self._spelling.at_path(kind, path):
                return frozenset(things)
        phrase = name_words(folded)
        if not phrase:
            return frozenset()
        named = self.naming.quoted(phrase) if exact else self.naming.one_of(kind, phrase)
        return frozenset(thing for thing in named if thing.kind is kind)

    # what was found

    def _found(
        self,
        at: int,
        end: int,
        things: Collection[Thing],
        negated: bool,
        span: Span | None = None,
        alternatives: tuple[str, ...] = (),
    ) -> Operand:
        if len(things) > MAX_THINGS:
            return self._text_of(at, end, negated)
        labelled = ordered(things, self._lexicon)
        self.things += [thing for thing, _ in labelled]
        for thing, label in labelled:
            self._note(at, end, thing.kind, label, query_of([thing]), negated, alternatives)
        if span is None:
            return Operand(end, query_of([thing for thing, _ in labelled]))
        self._note(at, end, MatchKind.DATE, span.label(), span.query(), negated)
        query = query_of([thing for thing, _ in labelled], [span.query()])
        return Operand(end, query, None if things else span)

    def _operand(self, at: int, end: int, query: Query, kind: MatchKind, label: str, negated: bool) -> Operand:
        self._note(at, end, kind, label, query, negated)
        return Operand(end, query)

    def _note(
        self,
        at: int,
        end: int,
        kind: MatchKind,
        label: str,
        query: Query,
        negated: bool,
        alternatives: tuple[str, ...] = (),
    ) -> None:
        self.terms.append(SearchTerm(self._typed(at, end), kind, label, negated, alternatives))
        self.queries.append(query)

    def _typed(self, at: int, end: int) -> str:
        return self._text[self._tokens[at].start : self._tokens[end - 1].end]

    def note_only(self, mark: Mark, at: int, label: str, query: Query, negated: bool) -> None:
        """Records the term of an "only" before the terms that were recorded since the mark."""
        self.terms.insert(mark.terms, SearchTerm(self._typed(at, at + 1), MatchKind.OTHER, label, negated))
        self.queries.insert(mark.terms, query)

    def _nothing(self, at: int) -> Operand:
        self.unmatched.append((at, at + 1))
        return Operand(at + 1)

    def left_over(self) -> Iterable[str]:
        """Returns the unmatched parts, in order and as they were typed. Tokens that were typed without a space between
        them are one part."""
        spans: list[list[int]] = []
        for at, end in sorted(self.unmatched):
            start, stop = self._tokens[at].start, self._tokens[end - 1].end
            if spans and not any(c.isspace() for c in self._text[spans[-1][1] : start]) and spans[-1][2] == at:
                spans[-1][1:] = [stop, end]
            else:
                spans.append([start, stop, end])
        return [self._text[start:stop] for start, stop, _ in spans]
