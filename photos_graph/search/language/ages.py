"""Ages of persons whose birthday is known: "Anna at 3", "Bob a 10 anni", "Anna 3 years old"."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, time
from typing import NamedTuple

from photos_graph.model.search import MatchKind
from photos_graph.search.label_words import LabelWords
from photos_graph.search.language.composition import all_of, any_of
from photos_graph.search.language.conditions import ConditionReader
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.lexicon import Lexicon, Thing
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import within
from photos_graph.search.language.spans import same_day
from photos_graph.search.query import Query
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.persons import WithPerson

_MOST = 120  # years


class Age(NamedTuple):
    """An age that a text states after a person. ``persons`` are those whose birthday is known, ``query`` finds them at
    that age, and ``years`` only the years in which they had it."""

    end: int
    persons: list[Thing]
    query: Query
    years: Query
    label: str


class _Years(NamedTuple):
    """An age, from ``low`` to ``high`` years or months, both inclusive, of which one may be open. It is certainly one
    if that is said: "Anna at 10" may be a house."""

    end: int
    low: int | None
    high: int | None
    in_months: bool
    is_certain: bool

    def label(self, words: LabelWords) -> str:
        unit = " months" if self.in_months else ""
        if self.low is None:
            return words.say(f"up to the age of {{}}{unit}", self.high)
        if self.high is None:
            return words.say(f"from the age of {{}}{unit} on", self.low)
        if self.low < self.high:
            return words.say(f"at the age of {{}} to {{}}{unit}", self.low, self.high)
        return words.say(f"at the age of {{}}{unit}", self.low)


class AgeReader:
    """Reads the ages after persons in the tokens of one text in one language. ``is_unplaced`` tells whether the word at
    a token continues the one before it, and means nothing."""

    def __init__(
        self,
        lexicon: Lexicon,
        language: Language,
        dates: Dates,
        conditions: ConditionReader,
        is_unplaced: Callable[[int], bool],
    ) -> None:
        self._lexicon = lexicon
        self._language = language
        self._dates = dates
        self._texts = dates.texts
        self._conditions = conditions
        self._is_unplaced = is_unplaced

    def read(self, at: int, things: Collection[Thing]) -> Age | None:
        """Reads the age that begins at the token after persons. Returns None if there is none, or if no birthday is
        known."""
        found = self._years(at)
        if found is None or any(thing.kind is not MatchKind.PERSON for thing in things):
            return None
        if not found.is_certain and self._is_unplaced(found.end):  # "Anna at 10 Downing Street"
            return None
        latest = date.max if found.is_certain else self._dates.today
        spans = {thing: span for thing in sorted(things) if (span := self._span(thing, found, latest)) is not None}
        if not spans:
            return None
        query = any_of([all_of([WithPerson(thing.id), span]) for thing, span in spans.items()])
        return Age(found.end, list(spans), query, any_of(list(spans.values())), found.label(self._language.labels))

    def before(self, at: int) -> int:
        """Returns the token after an age that stands before a person, as in "3 year old Anna", or 0 for none."""
        years = self._language.taken(self._texts, at + 1, PhraseRole.YEAR)
        old = self._language.taken(self._texts, at + 1 + years, PhraseRole.OLD) if years else 0
        return at + 1 + years + old if old and self._age(at) is not None else 0

    def _years(self, at: int) -> _Years | None:
        """Reads "at 3", "3 years old", "between 3 and 5", "under 5" or "at 3 months"."""
        taken = self._language.taken
        if self._is_other(at):
            return None
        lead = taken(self._texts, at, PhraseRole.AGED)
        at += lead + (taken(self._texts, at + lead, PhraseRole.OF) if lead else 0)
        between = taken(self._texts, at, PhraseRole.BETWEEN) or taken(self._texts, at, PhraseRole.FROM)
        start, sign = self._conditions.bound(at + between)
        first = self._age(start)
        if first is None or self._is_other(at) or self._is_other(start):
            return None
        end, last = start + 1, first
        second = self._conditions.second(at, end)
        if second is not None and self._is_other(second):
            return None
        if second is not None and (found := self._age(second)) is not None and found >= first:
            end, last = second + 1, found
        elif between and not lead:
            return None
        in_months = taken(self._texts, end, PhraseRole.MONTH)
        years = 0 if in_months else taken(self._texts, end, PhraseRole.YEAR)
        old = taken(self._texts, end + in_months + years, PhraseRole.OLD)
        end += in_months + years + old
        if not (in_months or years or old) and taken(self._texts, start, PhraseRole.FILLER):  # "under a tree"
            return None
        is_certain = bool(in_months or years or sign or (between and last > first))
        if not (old or sign or between or (lead and (is_certain or self._language.ages_need_no_years))):
            return None
        low, high = (first, last) if first < last else within(first, sign)
        return _Years(end, low, high, bool(in_months), is_certain)

    def _is_other(self, at: int) -> bool:
        """Returns whether a date or a condition begins at the token, as in "between 3 and 5 June"."""
        if at >= len(self._texts) or not self._texts[at]:
            return False
        if self._dates.read(at) is not None:  # but not "Bob older than 5 years"
            return not any(self._language.taken(self._texts, at, role) for role in (PhraseRole.OLDER, PhraseRole.NEWER))
        return self._conditions.read(at) is not None

    def _age(self, at: int) -> int | None:
        text = self._texts[at] if at < len(self._texts) else ""
        age = int(text) if text.isdecimal() and len(text) <= 3 else self._language.numbers.get(text)
        return age if age is not None and age <= _MOST else None

    def _span(self, person: Thing, age: _Years, latest: date) -> TakenIn | None:
        """Returns the time in which a person is of an age, unless it begins after ``latest``."""
        birthday = self._lexicon.birthday(person)
        if birthday is None or birthday.year + (age.high or age.low or 0) + 1 > date.max.year:
            return None
        unit = 1 if age.in_months else 12
        first = same_day(birthday, unit * (age.low or 0))
        end = None if age.high is None else same_day(birthday, unit * (age.high + 1))
        if first > latest or end == first:
            return None
        return TakenIn(datetime.combine(first, time()), None if end is None else datetime.combine(end, time()))
