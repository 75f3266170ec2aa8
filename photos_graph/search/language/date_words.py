"""The words of dates: months, seasons, quarters, decades and days, and what is counted from today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Self, TypeVar

from photos_graph.search.language.customs import Customs
from photos_graph.search.language.grammar import MAX_PHRASE_WORDS, Language
from photos_graph.search.language.holidays import MAX_WORDS as HOLIDAY_WORDS
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.spans import (
    Span,
    day,
    day_of_year,
    first_day,
    in_year,
    latest,
    months_on,
    same_day,
    whole_months,
    yearly,
)
from photos_graph.search.language.tokens import Token, TypedWords

YEARS = range(1800, 2100)  # other numbers of four digits are more often part of a file name
_MOST = 1000  # of what is counted back
_NAMED_DAYS = ((PhraseRole.TODAY, 0), (PhraseRole.YESTERDAY, 1), (PhraseRole.DAY_BEFORE_YESTERDAY, 2))
DASHES = {"..", "-", "\N{EN DASH}", "\N{EM DASH}"}
_APOSTROPHES = {"'", "\N{RIGHT SINGLE QUOTATION MARK}"}

N = TypeVar("N")
Found = tuple[int, Span] | None  # the token after the date, and the span


class DateWords:
    """Reads single dates in words. ``texts`` are the folded words, or "" for a token that is not a word."""

    def __init__(self, language: Language, customs: Customs, today: date, tokens: Sequence[Token]) -> None:
        self.typed = TypedWords(tokens)
        self.texts = self.typed.texts
        self._text, self._joint = self.typed.text, self.typed.joint
        self._language = language
        self._customs = customs
        self._seasons = customs.seasons(language)
        self._holidays = customs.holidays(language)
        self._today = today
        self._tokens = tokens
        self._known: dict[int, Found] = {}  # by the token at which a date begins, or None if none does

    def until(self, end: int) -> Self:
        """Returns a reader of the dates before a token."""
        return type(self)(self._language, self._customs, self._today, self._tokens[:end])

    @property
    def today(self) -> date:
        return self._today

    def _may_begin(self, at: int) -> bool:
        """Returns whether a word can begin a date. Most cannot, which is soon seen."""
        text = self.texts[at]
        return (
            text in self._language.date_starts
            or text.isdecimal()
            or any(text in known.starts for known in self._holidays)
        )

    def _part(self, at: int) -> Found:
        """Reads a holiday, a month by its full name, a season or a quarter, of any year."""
        text = self._text(at)
        for known in self._holidays:
            if text in known.starts:
                count, holiday = self._named(at, known.spans, HOLIDAY_WORDS)
                if holiday:
                    return at + count, holiday
        if (month := self._language.months.get(text)) is not None:
            return at + 1, yearly(month, 1)
        if (month := self._seasons.get(text)) is not None:
            return at + 1, yearly(month, 3)
        return self._quarter(at)

    def _quarter(self, at: int) -> Found:
        """Reads "Q2", "second quarter" or "2nd quarter"."""
        text = self._text(at)
        if text in self._language.quarters and self._joint(at + 1) == "" and self._text(at + 1) in {*"1234"}:
            return at + 2, yearly(3 * int(self._text(at + 1)) - 2, 3)
        number, start = self._language.ordinals.get(text, 0), at + 1
        if not number and text in {*"1234"} and (ending := self._taken_beside(at + 1, PhraseRole.DAY_ENDING)):
            number, start = int(text), at + 1 + ending
        elif not number and text in {*"1234"} and self._joint(at + 1).startswith("."):
            number = int(text)
        count = self._language.taken(self.texts, start, PhraseRole.QUARTER)
        return (start + count, yearly(3 * number - 2, 3)) if number and count else None

    def time(self, at: int) -> Found:
        """Reads a time of the day, such as "morning"."""
        count, time = self._named(at, self._language.times)
        return (at + count, Span(time=time)) if time else None

    def _weekday(self, at: int) -> Found:
        """Reads a day of the week, such as "Sundays", "weekends" or "weekdays"."""
        if count := self._language.taken(self.texts, at, PhraseRole.WORKDAYS):
            return at + count, Span(weekdays=(0, 1, 2, 3, 4))
        if count := self._language.taken(self.texts, at, PhraseRole.WEEKEND):
            return at + count, Span(weekdays=(5, 6))
        weekday = self._language.weekdays.get(self._text(at))
        return None if weekday is None else (at + 1, Span(weekdays=(weekday,)))

    def _named(self, at: int, names: Mapping[str, N], most: int = MAX_PHRASE_WORDS) -> tuple[int, N | None]:
        return self._language.named(self.texts, at, names, most)

    def _day_of_year(self, at: int) -> Found:
        """Reads a day and month without a year: "25 December", "July 4th" or "25.12."."""
        if (number := self.day_number(at)) and (month := self._month(self._past_of(number[0]))):
            return self._any_year(*month, number[1])
        if (month := self._month(at)) and (number := self._day_after(month[0])):
            return self._any_year(number[0], month[1], number[1])
        if self._text(at).isdecimal() and self._joint(at + 1) in {".", "/"} and self._is_month_number(at + 1):
            first, second = int(self._text(at)), int(self._text(at + 1))
            return self._any_year(at + 2, second, first) or self._any_year(at + 2, first, second)  # "12/25"
        return None

    def _is_month_number(self, at: int) -> bool:
        """Returns whether there are two digits, or one at the end of a range, with no more numbers after them: "2.8"
        and "1.2.3" are no dates."""
        text = self._text(at)
        is_last = (
            at > 2 and self._joint(at - 1) in DASHES and self._joint(at - 2) == self._joint(at)
        )  # the 1 of "24/12-6/1"
        goes_on = {".", "/"} if self._joint(at + 2) in {".", "/"} else {".", "/", "-"}  # "24/12-6/1" is a range
        more = self._text(at + 1).isdecimal() and self._joint(at + 1) in goes_on
        return text.isdecimal() and (len(text) == 2 or is_last) and not more

    def _any_year(self, end: int, month: int, number: int) -> Found:
        span = day_of_year(month, number)
        return (end, span) if span else None

    def _decade(self, at: int) -> Found:
        """Reads "the nineties", "1990s", "90s", "anni novanta" or "anni 90"."""
        led = self._language.taken(self.texts, at, PhraseRole.DECADE)
        at += led
        text = self._text(at)
        count, decade = self._named(at, self._language.decades)
        if decade is not None and (led or not self._language.leads_decades):
            return self._of_decade(at + count, decade)
        if not text.isdecimal() or len(text) not in (2, 4) or text[-1] != "0":
            return None
        ending = self._taken_beside(at + 1, PhraseRole.DECADE_ENDING)
        return self._of_decade(at + 1 + ending, int(text)) if led or ending else None

    def _of_decade(self, end: int, first: int) -> Found:
        if first < 100:  # the latest that has begun
            first += self._today.year // 100 * 100
            first -= 100 if first > self._today.year else 0
        if first not in YEARS:
            return None
        end += self._language.taken(self.texts, end, PhraseRole.YEAR)
        return end, whole_months(date(first, 1, 1), 120)

    def _taken_beside(self, at: int, role: PhraseRole) -> int:
        """Returns the words of a phrase that was typed directly after the previous word, or 0."""
        count = self._language.taken(self.texts, at, role)
        return count if count and self._joint(at) in {"", ".", *_APOSTROPHES} else 0

    def _month(self, at: int) -> tuple[int, int] | None:
        text = self._text(at)
        month = self._language.months.get(text) or self._language.short_months.get(text)
        return (at + 1, month) if month else None

    def year(self, at: int) -> Found:
        """Reads a year, with or without the word for it: "im Jahr 2019"."""
        at += self._language.taken(self.texts, at, PhraseRole.YEAR)
        text = self._text(at)
        if len(text) == 2 and text.isdecimal() and self._joint(at) in _APOSTROPHES:  # "summer '18"
            text = self._of_century(text)
        if len(text) == 4 and text.isdecimal() and int(text) in YEARS:
            return at + 1, whole_months(date(int(text), 1, 1), 12)
        return None

    def _of_century(self, year: str) -> str:
        """Returns the latest year that ends with two digits and is not after next year."""
        century = self._today.year // 100
        return f"{century - (int(year) > self._today.year % 100 + 1)}{year}"

    def day_number(self, at: int) -> tuple[int, int] | None:
        """Returns the token after a day of the month and its ending, such as "th", and the day; also "first"."""
        text = self._text(at)
        if not text.isdecimal():
            number = self._language.ordinals.get(text)
            return None if number is None else (at + 1, number)
        if len(text) > 2:
            return None
        ending = self._language.taken(self.texts, at + 1, PhraseRole.DAY_ENDING)
        return at + 1 + (ending if ending and self._joint(at + 1) == "" else 0), int(text)

    def _short_year(self, at: int) -> str:
        """Reads the year of "14 Aug 19", after which nothing goes on: "14 August 20 people" has none."""
        text, end = self._text(at), at + 1
        is_spaced = at < len(self._tokens) and self._tokens[at].joint.lstrip(".").isspace()
        if not is_spaced or len(text) != 2 or not text.isdecimal():
            return text
        ends = end == len(self.texts) or self._joint(end).startswith(",") or self._language.lead(self.texts, end)[0]
        return self._of_century(text) if ends else text

    def _day_after(self, at: int) -> tuple[int, int] | None:
        """Reads the day that stands after its month. "August, 5 stars" and "August '18" have none."""
        return None if self._joint(at).startswith((",", *_APOSTROPHES)) else self.day_number(at)

    def _past_of(self, at: int) -> int:
        return at + self._language.taken(self.texts, at, PhraseRole.OF)

    def _relative(self, at: int) -> Found:
        """Reads "last summer", "this month", "estate scorsa", "last night" or "yesterday"."""
        taken = self._language.taken
        if self._text(at) in self._language.near_time_starts:
            count, near = self._named(at, self._language.near_times)
            if near:
                return at + count, replace(day(self._today - timedelta(days=near[0])), time=near[1])
        for role, days in _NAMED_DAYS:
            if count := taken(self.texts, at, role):
                return at + count, day(self._today - timedelta(days=days))
        if count := taken(self.texts, at, PhraseRole.ON_THIS_DAY):
            return at + count, day_of_year(self._today.month, self._today.day) or day(self._today)
        for role, back in ((PhraseRole.LAST, 1), (PhraseRole.THIS, 0), (PhraseRole.BEFORE_LAST, 2)):
            if count := taken(self.texts, at, role):
                return self._turn(at + count, back)
        for role, back in ((PhraseRole.LAST_AFTER, 1), (PhraseRole.BEFORE_LAST_AFTER, 2)):
            turn = self._turn(at, back)
            if turn and (count := taken(self.texts, turn[0], role)):
                return turn[0] + count, turn[1]
        return None

    def _turn(self, at: int, back: int) -> Found:
        """Reads a day, week, year or another part of the calendar: the current one if ``back`` is 0, or the one
        ``back`` earlier."""
        if unit := self._unit(at):
            return unit[0], self._back(unit[1], back)
        if count := self._language.taken(self.texts, at, PhraseRole.WEEKEND):
            saturday = self._today + timedelta(days=5 - self._today.weekday() - 7 * back)
            return at + count, Span(saturday, saturday + timedelta(days=2))
        if (weekday := self._weekday(at)) and len(weekday[1].weekdays) == 1:
            return weekday[0], day(self._of_week(weekday[1].weekdays[0], back))
        if count := self._language.taken(self.texts, at, PhraseRole.QUARTER):
            first = date(self._today.year, (self._today.month - 1) // 3 * 3 + 1, 1)
            return at + count, whole_months(months_on(first, -3 * back), 3)
        if time := self.time(at):
            return time[0], replace(day(self._today - timedelta(days=back)), time=time[1].time)
        if (part := self._part(at) or self._day_of_year(at)) is None:
            return None
        span = latest(part[1], self._today)
        running = span.end is not None and self._today < span.end
        if back - (not running) > 0:
            span = in_year(part[1], first_day(span).year - back + (not running))
        elif not back and not running:
            span = in_year(part[1], self._today.year)
        return part[0], span

    def _of_week(self, weekday: int, back: int) -> date:
        """Returns that day of the current week, or the latest one before today if ``back`` is 1."""
        days = weekday - self._today.weekday()
        return self._today + timedelta(days=days - 7 * (back - (back > 0 and days < 0)))

    def _unit(self, at: int) -> tuple[int, PhraseRole] | None:
        for role in (PhraseRole.DAY, PhraseRole.WEEK, PhraseRole.MONTH, PhraseRole.YEAR):
            if count := self._language.taken(self.texts, at, role):
                return at + count, role
        return None

    def _back(self, unit: PhraseRole, back: int) -> Span:
        """Returns the day, week, month or year that is ``back`` before the current one."""
        if unit is PhraseRole.DAY:
            return day(self._today - timedelta(days=back))
        if unit is PhraseRole.WEEK:
            monday = self._today - timedelta(days=self._today.weekday() + 7 * back)
            return Span(monday, monday + timedelta(days=7))
        if unit is PhraseRole.MONTH:
            return whole_months(months_on(self._today, -back), 1)
        return whole_months(date(self._today.year - back, 1, 1), 12)

    def _counted(self, at: int) -> Found:
        """Reads "last 7 days", "7 derniers jours", "10 years ago" or "vor 10 Jahren"."""
        taken = self._language.taken
        if count := taken(self.texts, at, PhraseRole.LAST):
            return self._recent(self._amount(at + count))
        if (count := taken(self.texts, at, PhraseRole.AGO_BEFORE)) and (amount := self._amount(at + count)):
            return amount[0], self._back(*amount[1:])
        if not (amount := self._amount(at)):
            return None
        end = amount[0]
        if count := taken(self.texts, end, PhraseRole.AGO):
            return end + count, self._back(*amount[1:])
        if count := taken(self.texts, end, PhraseRole.LAST_AFTER):
            return self._recent((end + count, *amount[1:]))
        return self._recent(amount) if self._last_inside(at) else None

    def _amount(self, at: int) -> tuple[int, PhraseRole, int] | None:
        """Reads a number and a unit, such as "7 days", with an optional "last" between them."""
        if count := self._language.taken(self.texts, at, PhraseRole.HALF_YEAR):
            return at + count, PhraseRole.MONTH, 6
        if count := self._language.taken(self.texts, at, PhraseRole.COUPLE):
            unit = self._unit(at + count)
            return (*unit, 2) if unit else None
        number = self._number(at)
        if not number:
            return None
        between = self._last_inside(at)
        unit = self._unit(at + 1 + between)
        return (*unit, number) if unit else None

    def _last_inside(self, at: int) -> int:
        return self._language.taken(self.texts, at + 1, PhraseRole.LAST)

    def _number(self, at: int) -> int:
        text = self._text(at)
        number = int(text) if text.isdecimal() and len(text) <= 4 else self._language.numbers.get(text, 0)
        return number if number <= _MOST else 0

    def _recent(self, amount: tuple[int, PhraseRole, int] | None) -> Found:
        """Returns the time of that length that ends with today."""
        if amount is None:
            return None
        end, unit, count = amount
        tomorrow = self._today + timedelta(days=1)
        if unit in (PhraseRole.DAY, PhraseRole.WEEK):
            return end, Span(tomorrow - timedelta(days=count * (7 if unit is PhraseRole.WEEK else 1)), tomorrow)
        months = count * (12 if unit is PhraseRole.YEAR else 1)
        return end, Span(same_day(self._today, -months) + timedelta(days=1), tomorrow)
