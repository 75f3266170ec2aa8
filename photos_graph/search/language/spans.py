"""Spans of days and recurring parts of the year, which can be converted to queries and to text."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby

from photos_graph.search.label_words import LabelWords
from photos_graph.search.query import And, Or, Query
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.times import DayTime, TakenAt, TakenBetween, TakenDuring, TakenOn, YearlySpan

DayOfYear = tuple[int, int]  # month and day of the month
_LEAP_YEAR = 2000
NIGHTS = {DayTime.NIGHT, DayTime.MIDNIGHT}  # they go on after midnight


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``start <= day < end``, where None means an open end.

    With ``months`` (1..12), ``days`` or ``movable`` it means these parts of any year; with ``weekdays`` (0 is Monday)
    these days of any week. ``time`` restricts it to a time of the day.
    """

    start: date | None = None
    end: date | None = None
    months: tuple[int, ...] = ()
    days: tuple[DayOfYear, ...] = ()
    movable: YearlySpan | None = None
    weekdays: tuple[int, ...] = ()
    time: DayTime | None = None

    @property
    def recurs(self) -> bool:
        """Returns whether the span is a part of every year."""
        return bool(self.months or self.days or self.movable)

    @property
    def has_nights(self) -> bool:
        """Returns whether the span is given by its days, so that a night of it goes on after midnight. The nights of a
        month or a year are those of its calendar days."""
        if self.time is not None:
            return False
        if self.start is not None and self.end is not None:
            return not self.start.day == self.end.day == 1
        return bool(self.weekdays or self.days)

    def excludes(self, other: Span) -> bool:
        """Returns whether no moment is in both spans, and neither has an open end."""
        if self.time is not other.time and self.time is not None and other.time is not None:
            return True
        if self.weekdays or other.weekdays:
            return bool(self.weekdays and other.weekdays) and set(self.weekdays).isdisjoint(other.weekdays)
        if self.days and other.days:
            return set(self.days).isdisjoint(other.days)
        if self.recurs or other.recurs:
            mine, others = self._touched(), other._touched()
            return bool(mine) and bool(others) and mine.isdisjoint(others)
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return False
        return self.end <= other.start or other.end <= self.start

    def _touched(self) -> set[int]:
        """Returns the months of the year in which the span has days. The set is empty if an end is open, or if they
        differ from year to year."""
        if self.recurs:
            return {*self.months, *(month for month, _ in self.days)}
        if self.start is None or self.end is None:
            return set()
        first, last = _count(self.start), _count(self.end - timedelta(days=1))
        return {month % 12 + 1 for month in range(first, min(last, first + 11) + 1)}

    def query(self) -> Query:
        if self.time is None:
            return self._dates()
        if self == Span(time=self.time):
            return TakenAt(self.time)
        days = replace(self, time=None)
        if self.time not in NIGHTS or not days.has_nights:
            return And((self._dates(), TakenAt(self.time)))
        if self.start is not None and self.end is not None:  # from noon to noon
            return And((TakenIn(_noon(self.start), _noon(self.end)), TakenAt(self.time)))
        first, end = TakenAt(self.time).minutes
        evenings, mornings = days._dates(), days._next_days()._dates()
        return Or((And((evenings, TakenBetween(first, 24 * 60))), And((mornings, TakenBetween(0, end)))))

    def _next_days(self) -> Span:
        """Returns the days of the week, or the days of any year, that follow those of the span."""
        if self.weekdays:
            return Span(weekdays=tuple((each + 1) % 7 for each in self.weekdays))
        following = (date(_LEAP_YEAR, *each) + timedelta(days=1) for each in self.days)
        return Span(days=tuple((each.month, each.day) for each in following))

    def _dates(self) -> Query:
        if self.weekdays:
            return TakenOn(self.weekdays)
        if self.movable is not None:
            return TakenDuring(self.movable)
        if self.recurs:
            each = tuple(_recurring(self))
            return each[0] if len(each) == 1 else Or(each)
        if self.start is not None and self.end is not None and self.start.day == 1:
            if self.end == months_on(self.start, 12) and self.start.month == 1:
                return TakenIn(year=self.start.year)
            if self.end == months_on(self.start, 1):
                return TakenIn(year=self.start.year, month=self.start.month)
        return TakenIn(_midnight(self.start), _midnight(self.end))

    def label(self, words: LabelWords) -> str:
        if self.time is None:
            return self._label(words)
        name = words.say(self.time.name.lower())
        return name if self == Span(time=self.time) else f"{self._label(words)}, {name}"

    def _label(self, words: LabelWords) -> str:
        if self.weekdays:
            return words.range(words.weekdays[self.weekdays[0]], words.weekdays[self.weekdays[-1]])
        if self.movable is not None:
            return words.holidays.get(self.movable.label, self.movable.label)
        if self.months:
            return words.range(words.month(self.months[0]), words.month(self.months[-1]))
        if self.days:
            return words.range(*(words.day(number, month) for month, number in (self.days[0], self.days[-1])))
        if self.end is None:
            return words.say("since {}", _edge(self.start, words))
        if self.start is None:
            return words.say("before {}", _edge(self.end, words))
        if self.start.day == 1 and self.end == months_on(self.start, 1):
            return words.month(self.start.month, self.start.year)
        if (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 1, 1):
            return words.range(str(self.start.year), str(self.end.year - 1))
        return words.range(_day(self.start, words), _day(self.end - timedelta(days=1), words))


def _recurring(span: Span) -> Iterator[TakenIn]:
    """Yields the terms for the months and days of any year. Days that make up a whole month become one term."""
    yield from (TakenIn(month=month) for month in span.months)
    for month, group in groupby(span.days, key=lambda each: each[0]):
        numbers = [number for _, number in group]
        if len(numbers) == monthrange(_LEAP_YEAR, month)[1]:
            yield TakenIn(month=month)
        else:
            yield from (TakenIn(month=month, day=number) for number in numbers)


def day(of: date) -> Span:
    return Span(of, of + timedelta(days=1))


def whole_months(first: date, count: int) -> Span:
    """Returns the span of ``count`` months from ``first`` on, which is the first day of a month."""
    return Span(first, months_on(first, count))


def yearly(first: int, count: int) -> Span:
    """Returns the span of ``count`` months of any year, from the month ``first`` (1..12) on."""
    return Span(months=tuple((first + place - 1) % 12 + 1 for place in range(count)))


def in_year(span: Span, year: int) -> Span:
    """Converts a part of every year to the part that begins in ``year``. It is empty for a holiday that was none in
    that year."""
    if span.movable is not None:
        begin, until = span.movable.days(year) or (date(year, 1, 2), date(year, 1, 1))
        return Span(begin, until + timedelta(days=1))
    if span.days:
        (month, number), last = span.days[0], span.days[-1]
        ends_in = year + (last < span.days[0])
        return Span(_clipped(year, month, number), _clipped(ends_in, *last) + timedelta(days=1))
    return whole_months(date(year, span.months[0], 1), len(span.months))


def days_between(first: Span, last: Span) -> Span:
    """Returns the days of any year from the first day of one part of the year to the last day of another."""
    start, end = in_year(first, _LEAP_YEAR).start, in_year(last, _LEAP_YEAR).end
    if start is None or end is None:
        raise ValueError("a part of every year has two ends")
    if end <= start:
        end = end.replace(year=end.year + 1)
    count = min((end - start).days, 366)
    return Span(days=tuple((each.month, each.day) for each in (start + timedelta(days=n) for n in range(count))))


def day_of_year(month: int, number: int) -> Span | None:
    """Returns a day of any year, or None if there is no such day."""
    if not 1 <= month <= 12 or not 1 <= number <= monthrange(_LEAP_YEAR, month)[1]:
        return None
    return Span(days=((month, number),))


def latest(span: Span, by: date) -> Span:
    """Returns the latest occurrence of a part of every year that has begun by the day ``by``."""
    found = in_year(span, by.year)
    return found if found.start is not None and found.start <= by else in_year(span, by.year - 1)


def part_of(span: Span, part: int, count: int) -> Span | None:
    """Returns a part, from 0 on, of some months in 2 or 3 parts, or None for a span that is not whole months."""
    if span.time or span.weekdays or span.movable or span.days:
        return None
    length = 30 // count  # days of a part of one month, of which the last may have more or fewer
    if span.months:
        if len(span.months) > 1:
            each = len(span.months) // count
            return yearly(span.months[each * part], each) if each * count == len(span.months) else None
        days = monthrange(_LEAP_YEAR, span.months[0])[1]
        last = days if part == count - 1 else length * (part + 1)
        return Span(days=tuple((span.months[0], number) for number in range(length * part + 1, last + 1)))
    if span.start is None or span.end is None or span.start.day != 1 or span.end.day != 1:
        return None
    months = _count(span.end) - _count(span.start)
    if months == 1:
        begin = span.start + timedelta(days=length * part)
        return Span(begin, span.end if part == count - 1 else begin + timedelta(days=length))
    each = months // count
    return whole_months(months_on(span.start, each * part), each) if each * count == months else None


def week_of(span: Span, number: int) -> Span | None:
    """Returns seven days of a month with or without a year: the first from the 1st to the 7th, and so on, or the last
    seven if the number is -1. Returns None for another span."""
    if span.time or len(span.months) > 1 or span.days or span.weekdays or span.movable:
        return None
    if span.months:
        whole = in_year(span, _LEAP_YEAR)
        first = week_of(whole, number)
        return None if first is None else yearly_days(first)
    if span.start is None or span.end is None or span.start.day != 1 or span.end != months_on(span.start, 1):
        return None
    begin = span.end - timedelta(days=7) if number < 0 else span.start + timedelta(days=7 * (number - 1))
    return Span(begin, begin + timedelta(days=7))


def days_within(span: Span, count: int) -> Span | None:
    """Returns the first days of a month, season or year, or the last ones if the count is negative. Returns None for
    another span."""
    if span.time or span.days or span.weekdays or span.movable or (not span.months and span.start is None):
        return None
    whole = in_year(span, _LEAP_YEAR) if span.months else span
    if whole.start is None or whole.end is None or abs(count) > (whole.end - whole.start).days:
        return None
    begin = whole.end + timedelta(days=count) if count < 0 else whole.start
    found = Span(begin, begin + timedelta(days=abs(count)))
    return yearly_days(found) if span.months else found


def weekend_of(span: Span, number: int) -> Span | None:
    """Returns a weekend that begins in a month of a year: the first, second and so on, or the last if the number is -1.
    Returns None for another span."""
    if span.start is None or span.end is None or span.start.day != 1 or span.end != months_on(span.start, 1):
        return None
    days = (span.start + timedelta(days=place) for place in range((span.end - span.start).days))
    saturdays = [each for each in days if each.weekday() == 5]
    saturday = saturdays[number if number < 0 else number - 1]
    return Span(saturday, saturday + timedelta(days=2))


def _yearly_day(of: date | None, later: int = 0) -> Span:
    if of is None:
        raise ValueError("a span of days has two ends")
    on = of + timedelta(days=later)
    return Span(days=((on.month, on.day),))


def yearly_days(span: Span) -> Span:
    """Converts a few days with a year to those of any year."""
    return days_between(_yearly_day(span.start), _yearly_day(span.end, -1))


def first_of_two(span: Span) -> Span | None:
    """Returns the first of two days that follow each other, or None for another span."""
    if span.weekdays:
        return Span(weekdays=span.weekdays[:1]) if len(span.weekdays) == 2 else None
    if span.days:
        return Span(days=span.days[:1]) if len(span.days) == 2 else None
    if span.start is None or span.end is None or (span.end - span.start).days != 2:
        return None
    return day(span.start)


def same_day(of: date, months: int) -> date:
    """Returns the day that is ``months`` later or earlier, or the last day of that month if it is shorter."""
    first = months_on(of, months)
    return _clipped(first.year, first.month, of.day)


def _clipped(year: int, month: int, number: int) -> date:
    return date(year, month, min(number, monthrange(year, month)[1]))


def first_day(span: Span) -> date:
    """Returns the first day of a span with a year, which always has both ends."""
    if span.start is None:
        raise ValueError("a part of every year has no first day")
    return span.start


def months_on(first: date, months: int) -> date:
    """Returns the first day of the month that is ``months`` later, or earlier if ``months`` is negative."""
    year, month = divmod(_count(first) + months, 12)
    return date(year, month + 1, 1)


def _count(of: date) -> int:
    return of.year * 12 + of.month - 1


def _midnight(of: date | None) -> datetime | None:
    return None if of is None else datetime.combine(of, time())


def _noon(of: date) -> datetime:
    return datetime.combine(of, time(12))


def _day(of: date, words: LabelWords) -> str:
    return words.day(of.day, of.month, of.year)


def _edge(of: date | None, words: LabelWords) -> str:
    if of is None:
        return "..."
    return str(of.year) if of.month == of.day == 1 else _day(of, words)
