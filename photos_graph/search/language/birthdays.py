"""Birthdays of persons in words: "Bob's birthday", "before my birthday", "il quinto compleanno di Bob"."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from photos_graph.model.search import MatchKind
from photos_graph.search.language.composition import any_of
from photos_graph.search.language.dates import Dates, bounded
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.lexicon import Lexicon, Thing
from photos_graph.search.language.name_matching import NameMatcher
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.phrases import MatchLevel
from photos_graph.search.language.properties import PropertyWords, Said, Saying
from photos_graph.search.language.spans import Span, day_of_year, first_day, in_year, latest

_BOUNDS = (PhraseRole.BEFORE, PhraseRole.AFTER, PhraseRole.SINCE, PhraseRole.UNTIL)


class _Birthday(NamedTuple):
    """Whose birthday it is, and which one, or 0 for each. ``end`` is the token after the words."""

    end: int
    persons: Collection[Thing]
    number: int


class BirthdayReader:
    """Reads birthdays from the tokens of one text in one language. Nothing is read if no birthday is known, or if a tag
    or another name is the word for a birthday."""

    def __init__(
        self, language: Language, dates: Dates, lexicon: Lexicon, naming: NameMatcher, properties: PropertyWords
    ) -> None:
        self._language = language
        self._dates = dates
        self._texts = dates.texts
        self._lexicon = lexicon
        self._naming = naming
        self._properties = properties
        self._has_any = any(properties.is_word_of(text, Saying.BIRTHDAY) for text in dates.texts)

    def read(self, at: int) -> Said | None:
        """Reads the days of a birthday, or those before, after, since or until the latest one."""
        if not self._has_any:
            return None
        role, start = self._bound(at)
        found = self._found(start) if start < len(self._texts) and self._texts[start] else None
        if found is None:
            return None
        year = self._dates.year(found.end) if not found.number else None
        spans = (self._span(person, found.number, first_day(year[1]).year if year else 0) for person in found.persons)
        known = [span for span in spans if span is not None]
        if role is not None:
            today = self._dates.today
            known = [bounded(role, latest(span, today) if span.recurs else span) for span in known]
        if not known:
            return None
        label = known[0].label(self._language.labels)
        return Said(year[0] if year else found.end, any_of([span.query() for span in known]), label, MatchKind.DATE)

    def _bound(self, at: int) -> tuple[PhraseRole | None, int]:
        taken = self._language.taken
        for role in _BOUNDS:
            if count := taken(self._texts, at, role):
                filler = 0 if self._mine(at + count) else taken(self._texts, at + count, PhraseRole.FILLER)
                return role, at + count + filler
        return None, at

    def _found(self, at: int) -> _Birthday | None:
        if count := self._mine(at):
            end, number = self._numbered(at + count)
            return _Birthday(end, self._lexicon.me(), number) if end else None
        end, number = self._numbered(at)
        if end:  # "birthday of Bob"
            for start in self._dates.past_links(end):
                if start > end and (persons := self._persons(start)):
                    return _Birthday(persons[0], persons[1], number)
            return None
        if (persons := self._persons(at)) is None:
            return None
        start = persons[0] + self._language.taken(self._texts, persons[0], PhraseRole.FILLER)  # the "s" of "Bob's"
        end, number = self._numbered(start)
        return _Birthday(end, persons[1], number) if end else None

    def _mine(self, at: int) -> int:
        return self._language.taken(self._texts, at, PhraseRole.MINE)

    def _numbered(self, at: int) -> tuple[int, int]:
        """Reads "5th birthday" or "birthday". Returns the token after it, or 0, and the number, or 0."""
        number = self._dates.day_number(at) if at < len(self._texts) and self._texts[at] else None
        start = number[0] if number else at
        end, found = self._properties.past(start, Saying.BIRTHDAY)
        if not found:
            return 0, 0
        named = self._naming.longest(start)
        is_name = named is not None and named.level is MatchLevel.NAME
        return (0, 0) if is_name else (end, number[1] if number else 0)

    def _persons(self, at: int) -> tuple[int, Collection[Thing]] | None:
        if at >= len(self._texts) or not self._texts[at]:
            return None
        named = self._naming.longest(at)
        if named is None or any(thing.kind is not MatchKind.PERSON for thing in named.things):
            return None
        return named.end, named.things

    def _span(self, person: Thing, number: int, year: int) -> Span | None:
        born = self._lexicon.birthday(person)
        span = None if born is None else day_of_year(born.month, born.day)
        if born is None or span is None:
            return None
        year = born.year + number if number else year
        return in_year(span, year) if year and year < date.max.year else span
