"""Reads the text of a search as a query. ``docs/search.md`` describes what it understands.

A text is read with the table of each language, and the reading that leaves the fewest words unmatched is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from photos_graph.errors import BadInput, TooComplex
from photos_graph.model.search import SearchTerm
from photos_graph.search.language.composition import all_of
from photos_graph.search.language.customs import EVERY_LANGUAGE, Customs
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import JOINTS
from photos_graph.search.language.lexicon import Lexicon
from photos_graph.search.language.mixing import mixed
from photos_graph.search.language.name_matching import Spelling
from photos_graph.search.language.operands import OperandReader
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.respelling import corrected, offered
from photos_graph.search.language.text_reading import Condition, TextReading
from photos_graph.search.language.tokens import Token, TokenKind, tokens
from photos_graph.search.query import Everything, Or, Query

MAX_CHARACTERS = 10_240
_MAX_WORDS = 50  # words with a meaning
_MAX_TOKENS = 200
_NO_OFFERS: Mapping[int, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The query of a text. ``terms`` and ``unmatched`` are in the order of the text, and as they were typed.
    ``term_queries`` has the query of each term alone, without regard to whether it is negated."""

    query: Query
    terms: tuple[SearchTerm, ...]
    unmatched: tuple[str, ...]
    term_queries: tuple[Query, ...] = field(default=(), compare=False)
    conditions: tuple[Condition, ...] = field(default=(), compare=False)


def parse(
    text: str, lexicon: Lexicon, today: date, customs: Customs = EVERY_LANGUAGE, *, sees_all: bool = True
) -> Parsed:
    """Parses the text of a search in the languages that are on. Unless ``sees_all``, no words are left to an image-text
    model, even if there is one.

    Raises BadInput if the text is longer than 10,240 characters, or if the value of a prefix is invalid. Raises
    TooComplex if the text has more than 50 words with a meaning or 200 words in all, or if parentheses are nested more
    than 30 levels deep.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadInput(f"A search text has at most {MAX_CHARACTERS:,} characters; this one has {len(text):,}.")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    found = _within_limits(tokens(text))
    spelling = Spelling(lexicon)
    readings: list[_Read] = []
    for language in customs.languages:
        readings.append(
            _read(text, found, Dates(language, customs, today, found), lexicon, spelling, language, 0, sees_all)
        )
        if readings[-1].is_certain:
            break
    best = min(readings, key=_Read.rank)
    for language in customs.languages if best.unknown and len(customs.languages) > 1 else ():
        both = mixed(language, customs.languages)
        dates = Dates(both, customs, today, found)
        readings.append(_read(text, found, dates, lexicon, spelling, both, 1, sees_all))
    best = min(readings, key=_Read.rank)
    for language in customs.languages if best.unknown else ():
        better, count = corrected(found, best.unknown, lexicon, language, customs)
        if count:
            dates = Dates(language, customs, today, better)
            readings.append(_read(text, better, dates, lexicon, spelling, language, count, sees_all))
    best = min(readings, key=_Read.rank)
    offers = offered(best.tokens, best.unknown, customs.languages, customs) if best.unknown else {}
    if offers:
        dates = Dates(best.language, customs, today, best.tokens)
        best = _read(text, best.tokens, dates, lexicon, spelling, best.language, best.guesses, sees_all, offers)
    return best.parsed


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as it is read in one language: ``unknown`` are the folded words that were not understood and are no
    grammar words of the language, ``looked_for`` is how many words are left to an image-text model, and ``familiar``
    how many are grammar words of the language."""

    parsed: Parsed
    guesses: int
    familiar: int
    unknown: frozenset[str]
    looked_for: int
    tokens: Sequence[Token]
    language: Language

    @property
    def is_certain(self) -> bool:
        return not self.parsed.unmatched and not self.guesses

    def rank(self) -> tuple[int, int, int]:
        """Returns a key that is the smallest for the best reading."""
        return len(self.parsed.unmatched) + self.looked_for, self.guesses, -self.familiar


def _read(
    text: str,
    found: Sequence[Token],
    dates: Dates,
    lexicon: Lexicon,
    spelling: Spelling,
    language: Language,
    guesses: int,
    sees_all: bool,
    offers: Mapping[int, tuple[str, ...]] = _NO_OFFERS,
) -> _Read:
    reader = OperandReader(text, found, lexicon, spelling, language, dates, sees_all, offers)
    reading = TextReading(found, reader, language)
    parts = reading.whole()
    record = reader.record
    if not parts and not record.unmatched and not _asks_for_all(reader.texts, language):
        record.skip((at, at + 1) for at, folded in enumerate(reader.texts) if folded)
    unmatched = tuple(record.left_over())
    query = all_of(parts) if parts else Or(()) if unmatched else Everything()
    parsed = Parsed(query, tuple(record.terms), unmatched, tuple(record.queries), tuple(reading.conditions))
    left = [at for begin, end in record.unmatched for at in range(begin, end) if at not in record.offered]
    unknown = frozenset(found[at].folded for at in (*left, *record.looked_for)) - language.words
    guesses += record.guesses
    is_certain = not unmatched and not guesses
    familiar = 0 if is_certain else sum(token.folded in language.words for token in found)
    return _Read(parsed, guesses, familiar, unknown, len(record.looked_for), found, language)


def _asks_for_all(texts: Sequence[str], language: Language) -> bool:
    """Returns whether a text that names nothing asks for all photos, as "all photos" does, but not "with the"."""
    return any(language.taken(texts, at, PhraseRole.PHOTOS) for at in range(len(texts)))


def _within_limits(found: Iterable[Token]) -> list[Token]:
    kept: list[Token] = []
    meant = 0
    for token in found:
        kept.append(token)
        meant += token.kind in (TokenKind.QUOTED, TokenKind.FIELD) or (
            token.kind is TokenKind.WORD and token.folded not in JOINTS
        )
        if meant > _MAX_WORDS or len(kept) > _MAX_TOKENS:
            raise TooComplex(f"A search text has at most {_MAX_WORDS} words with a meaning, and {_MAX_TOKENS} in all.")
    return kept
