"""Ages of persons whose birthday is known: "Anna at 3", "Bob a 10 anni", "Anna 3 years old"."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, time
from typing import NamedTuple

from photos_graph.model.search import MatchKind
from photos_graph.search.language.composition import all_of, any_of
from photos_graph.search.language.conditions import ConditionReader
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.grammar import Language, PhraseRole
from photos_graph.search.language.lexicon import Lexicon, Thing
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
        end, age, is_certain = found
        if not is_certain and self._is_unplaced(end):  # "Anna at 10 Downing Street"
            return None
        latest = date.max if is_certain else self._dates.today
        spans = {thing: span for thing in sorted(things) if (span := self._span(thing, age, latest)) is not None}
        if not spans:
            return None
        query = any_of([all_of([WithPerson(thing.id), span]) for thing, span in spans.items()])
        return Age(end, list(spans), query, any_of(list(spans.values())), f"at the age of {age}")

    def _years(self, at: int) -> tuple[int, int, bool] | None:
        """Returns the token after an age, the age, and whether it is certainly one: "Anna at 10" may be a house."""
        taken = self._language.taken
        lead = taken(self._texts, at, PhraseRole.AGED)
        start = at + lead + (taken(self._texts, at + lead, PhraseRole.OF) if lead else 0)
        text = self._texts[start] if start < len(self._texts) else ""
        age = int(text) if text.isdecimal() and len(text) <= 3 else self._language.numbers.get(text)
        if age is None or age > _MOST or self._dates.read(start) or self._conditions.read(start):
            return None
        years = taken(self._texts, start + 1, PhraseRole.YEAR)
        end = start + 1 + years
        old = taken(self._texts, end, PhraseRole.OLD) if years else 0
        is_said = old or (lead and (years or self._language.ages_need_no_years))
        return (end + old, age, bool(years)) if is_said else None

    def _span(self, person: Thing, age: int, latest: date) -> TakenIn | None:
        """Returns the year in which a person is of an age, unless it begins after ``latest``."""
        birthday = self._lexicon.birthday(person)
        if birthday is None or birthday.year + age + 1 > date.max.year:
            return None
        first, end = (same_day(birthday, 12 * years) for years in (age, age + 1))
        if first > latest:
            return None
        return TakenIn(datetime.combine(first, time()), datetime.combine(end, time()))
