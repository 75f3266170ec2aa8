"""Holidays: those that people name in a search everywhere, and the public holidays of countries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache

from dateutil.easter import easter
from dateutil.relativedelta import SU, relativedelta, weekday

from photos_graph.search.folding import name_words
from photos_graph.search.language.spans import Span
from photos_graph.search.terms.times import YearlySpan

_NAMED_IN = (1995, 2010, 2025)  # a public holiday is known if it was one in any of these years
_LANGUAGE = re.compile("[a-z]{2}")  # of a locale such as "en_US"
_REMARK = re.compile(r"\([^()]*\)")  # "Independence Day (observed)"
MAX_WORDS = 7  # of the name of a holiday


@dataclass(frozen=True, slots=True)
class OfEaster:
    """The days that are ``first`` to ``last`` days after Easter Sunday; before it if the numbers are negative."""

    first: int
    last: int

    def days(self, year: int) -> tuple[date, date]:
        sunday = easter(year)
        return sunday + timedelta(days=self.first), sunday + timedelta(days=self.last)


@dataclass(frozen=True, slots=True)
class OfMonth:
    """One day of the week in a month, such as the fourth Thursday in November, or the last one if the number is -1.
    Monday is 0."""

    month: int
    number: int
    weekday: int

    def days(self, year: int) -> tuple[date, date]:
        found = date(year, self.month, 1) + relativedelta(
            day=31 if self.number < 0 else 1, weekday=weekday(self.weekday, self.number)
        )
        return found, found


@dataclass(frozen=True, slots=True)
class Advent:
    """The days from the fourth Sunday before Christmas until Christmas Eve."""

    def days(self, year: int) -> tuple[date, date]:
        eve = date(year, 12, 24)
        return eve + relativedelta(weekday=SU(-4)), eve


@dataclass(frozen=True, slots=True)
class Public:
    """A public holiday of a country, by its name in a language of the ``holidays`` package."""

    country: str
    language: str
    label: str

    def days(self, year: int) -> tuple[date, date] | None:
        found = _public(self.country, self.language, year).get(self.label)
        return (found, found) if found else None


class Holiday(Enum):
    """A holiday that is named in the table of each language: fixed days, or a rule."""

    NEW_YEAR = ((1, 1),)
    EPIPHANY = ((1, 6),)
    VALENTINE = ((2, 14),)
    CARNIVAL = OfEaster(-52, -47)
    PALM_SUNDAY = OfEaster(-7, -7)
    HOLY_WEEK = OfEaster(-7, 0)
    GOOD_FRIDAY = OfEaster(-2, -2)
    EASTER = OfEaster(0, 1)
    EASTER_SUNDAY = OfEaster(0, 0)
    EASTER_MONDAY = OfEaster(1, 1)
    ASCENSION = OfEaster(39, 39)
    PENTECOST = OfEaster(49, 50)
    LABOUR_DAY = ((5, 1),)
    SAINT_JOSEPH = ((3, 19),)
    MOTHERS_DAY = OfMonth(5, 2, 6)
    MOTHERS_DAY_IN_FRANCE = OfMonth(5, -1, 6)
    MOTHERS_DAY_IN_SPAIN = OfMonth(5, 1, 6)
    FATHERS_DAY = OfMonth(6, 3, 6)
    ASSUMPTION = ((8, 15),)
    HALLOWEEN = ((10, 31),)
    ALL_SAINTS = ((11, 1),)
    THANKSGIVING = OfMonth(11, 4, 3)
    ADVENT = Advent()
    SAINT_NICHOLAS = ((12, 6),)
    CHRISTMAS_EVE = ((12, 24),)
    CHRISTMAS = ((12, 24), (12, 25), (12, 26))
    CHRISTMAS_DAY = ((12, 25),)
    BOXING_DAY = ((12, 26),)
    NEW_YEARS_EVE = ((12, 31),)

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def span(self) -> Span:
        """The days of any year."""
        return Span(days=self.value) if isinstance(self.value, tuple) else Span(movable=self)

    def days(self, year: int) -> tuple[date, date] | None:
        if isinstance(self.value, tuple):
            (first, last) = self.value[0], self.value[-1]
            return date(year, *first), date(year, *last)
        rule: YearlySpan = self.value
        return rule.days(year)


@dataclass(frozen=True, slots=True)
class HolidayNames:
    """Holidays by their folded names, with the first words of these."""

    spans: Mapping[str, Span]
    starts: frozenset[str]

    @classmethod
    def of(cls, spans: Mapping[str, Span]) -> HolidayNames:
        return cls(spans, frozenset(name.partition(" ")[0] for name in spans))


@cache
def public_holidays(countries: Sequence[str], code: str) -> HolidayNames:
    """Returns the public holidays of countries by their names in a language.

    The countries are given by their codes of ISO 3166, and the language by its code of ISO 639. Countries, and
    languages of a country, that the package does not have are left out. The first call loads the package.
    """
    import holidays  # takes 0.4 s

    supported = holidays.list_localized_countries()
    found: dict[str, Span] = {}
    for country in countries:
        for language in supported.get(country, ()):
            if (match := _LANGUAGE.match(language)) and match[0] == code:
                for year in _NAMED_IN:
                    for name in _public(country, language, year):
                        found.setdefault(" ".join(name_words(name)), Span(movable=Public(country, language, name)))
    return HolidayNames.of(found)


@cache
def _public(country: str, language: str, year: int) -> Mapping[str, date]:
    from holidays import country_holidays

    """Returns the day of each holiday. The day on which it is made up for, if it is a Sunday, is left out."""
    days = country_holidays(country, years=year, language=language, observed=False)
    return {_REMARK.sub("", name).strip(): day for day, names in days.items() for name in names.split(";")}
