"""Reads phrases in quotes, and prefixes with their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property

from photos_graph.model.search import MatchKind
from photos_graph.search.folding import name_words, words
from photos_graph.search.language.composition import any_of, query_of
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import PREFIXES
from photos_graph.search.language.lexicon import MAX_PHRASE_WORDS, MAX_THINGS, Lexicon, Thing
from photos_graph.search.language.name_matching import Named, NameMatcher, Spelling
from photos_graph.search.language.operand_maker import Operand, OperandMaker
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.phrases import MatchLevel
from photos_graph.search.language.term_labels import term_label
from photos_graph.search.language.tokens import Token
from photos_graph.search.query import Query
from photos_graph.search.terms.content import LooksLike
from photos_graph.search.terms.term import PrefixTerm

_WHOLE = (MatchLevel.NAME, MatchLevel.FOLDER)  # names, rather than parts of them
_ENDINGS = ",;:.!?"  # after the value of a prefix, these belong to the sentence


class LiteralReader:
    """Reads the quotes and prefixes of one text. Unless ``sees_all``, nothing is left to an image-text model."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        spelling: Spelling,
        language: Language,
        naming: NameMatcher,
        make: OperandMaker,
        sees_all: bool,
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._texts = naming.texts
        self._lexicon = lexicon
        self._spelling = spelling
        self._language = language
        self._naming = naming
        self._make = make
        self._sees_all = sees_all

    # The same prefix may occur fifty times and name thousands of folders.

    @cached_property
    def _of_kind(self) -> Callable[[MatchKind, str, str, bool], frozenset[Thing]]:
        return cache(self._things_of)

    @cached_property
    def _any_of(self) -> Callable[[frozenset[Thing]], Query]:
        return cache(lambda things: query_of(sorted(things)))

    def quoted(self, at: int, negated: bool) -> Operand:
        """Reads a phrase in quotes: a name, a path, or words in file names."""
        token = self._tokens[at]
        phrase = name_words(token.folded)
        if not phrase:
            return Operand(at + 1)
        things = self._naming.at_path(token.value) if "/" in token.value else self._naming.quoted(phrase)
        if things:
            return self._make.found(at, at + 1, things, negated)
        if self._make.are_words(words(token.folded), whole=False):
            return self._make.text_of(at, at + 1, negated)
        return self._make.nothing(at)

    def field(self, at: int, negated: bool) -> Operand:
        """Reads a prefix with its value."""
        token = self._tokens[at]
        prefix, value, typed = PREFIXES[token.prefix], token.folded.strip(), token.value
        if not token.exact:
            value, typed = value.rstrip(_ENDINGS), typed.rstrip(_ENDINGS)
        if prefix is LooksLike:
            return self._look(at, typed, negated)
        if not isinstance(prefix, MatchKind):
            return self._of_value(at, prefix, value, typed, negated)
        if not token.exact and (whole := self._goes_on_as(prefix, at)):
            return self._make.found(at, whole.end, whole.things, negated)
        things = self._of_kind(prefix, token.value, token.folded, token.exact)
        if len(things) > MAX_THINGS:
            return self._make.operand(at, at + 1, self._any_of(things), prefix, token.value, negated)
        return self._make.found(at, at + 1, things, negated) if things else self._make.nothing(at)

    def _look(self, at: int, typed: str, negated: bool) -> Operand:
        looks = [each for each in self._lexicon.looks(typed) if self._sees_all or isinstance(each, LooksLike)]
        if not looks:
            return self._make.nothing(at)
        return self._make.operand(at, at + 1, any_of(looks), LooksLike.kind, typed, negated)

    def _goes_on_as(self, kind: MatchKind, at: int) -> Named | None:
        """Reads a name of several words after its prefix, without quotes, such as "place:New York"."""
        end = at + 1
        while end < min(len(self._tokens), at + MAX_PHRASE_WORDS) and self._texts[end] and self._is_spaced(end):
            end += 1
        for stop in range(end, at + 1, -1):
            phrase = [*name_words(self._tokens[at].folded), *self._texts[at + 1 : stop]]
            exact = (self._lexicon.exact(level, phrase, kind is MatchKind.ALBUM) for level in _WHOLE)
            named = (thing for things in exact for thing in things)
            if things := [thing for thing in named if thing.kind is kind]:
                return Named(stop, things)
        return None

    def _is_spaced(self, at: int) -> bool:
        return self._text[self._tokens[at - 1].end : self._tokens[at].start].isspace()

    def _of_value(self, at: int, term: type[PrefixTerm], value: str, typed: str, negated: bool) -> Operand:
        read = term.of_value(value, typed)
        if read is None:
            return self._make.nothing(at)
        found, label = read
        if self._language.code != "en":
            label = term_label(found, self._language.labels) or label
        return self._make.operand(at, at + 1, found, found.kind, label, negated)

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
        return frozenset(self._naming.quoted(phrase, kind) if exact else self._naming.one_of(kind, phrase))
