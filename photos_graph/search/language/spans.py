"""Spans of days and recurring parts of the year, which can be converted to queries and to text."""

from __future__ import annotations

from calendar import month_name
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from photos_graph.search.query import Or, Query
from photos_graph.search.terms.dates import TakenIn


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``start <= day < end``, where None means an open end; or, with ``months`` (1..12), these months of any
    year."""

    start: date | None = None
    end: date | None = None
    months: tuple[int, ...] = ()

    def excludes(self, other: Span) -> bool:
        """Returns whether no day is in both spans, and neither has an open end."""
        if self.months or other.months:
            mine, others = self._touched(), other._touched()
            return bool(mine) and bool(others) and mine.isdisjoint(others)
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return False
        return self.end <= other.start or other.end <= self.start

    def _touched(self) -> set[int]:
        """Returns the months of the year in which the span has days. The set is empty if an end is open."""
        if self.months:
            return set(self.months)
        if self.start is None or self.end is None:
            return set()
        first, last = _count(self.start), _count(self.end - timedelta(days=1))
        return {month % 12 + 1 for month in range(first, min(last, first + 11) + 1)}

    def query(self) -> Query:
        if self.months:
            each = tuple(TakenIn(month=month) for month in self.months)
            return each[0] if len(each) == 1 else Or(each)
        if self.start is not None and self.end is not None and self.start.day == 1:
            if self.end == months_on(self.start, 12) and self.start.month == 1:
                return TakenIn(year=self.start.year)
            if self.end == months_on(self.start, 1):
                return TakenIn(year=self.start.year, month=self.start.month)
        return TakenIn(_midnight(self.start), _midnight(self.end))

    def label(self) -> str:
        if self.months:
            return _to(month_name[self.months[0]], month_name[self.months[-1]])
        if self.end is None:
            return f"since {_edge(self.start)}"
        if self.start is None:
            return f"before {_edge(self.end)}"
        if self.start.day == 1 and self.end == months_on(self.start, 1):
            return f"{month_name[self.start.month]} {self.start.year}"
        if (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 1, 1):
            return _to(str(self.start.year), str(self.end.year - 1))
        return _to(_day(self.start), _day(self.end - timedelta(days=1)))


def day(of: date) -> Span:
    return Span(of, of + timedelta(days=1))


def whole_months(first: date, count: int) -> Span:
    """Returns the span of ``count`` months from ``first`` on, which is the first day of a month."""
    return Span(first, months_on(first, count))


def yearly(first: int, count: int) -> Span:
    """Returns the span of ``count`` months of any year, from the month ``first`` (1..12) on."""
    return Span(months=tuple((first + place - 1) % 12 + 1 for place in range(count)))


def in_year(span: Span, year: int) -> Span:
    """Converts a part of every year to the part that begins in ``year``."""
    return whole_months(date(year, span.months[0], 1), len(span.months))


def latest(span: Span, by: date) -> Span:
    """Returns the latest occurrence of a part of every year that has begun by the day ``by``."""
    found = in_year(span, by.year)
    return found if found.start is not None and found.start <= by else in_year(span, by.year - 1)


def months_on(first: date, months: int) -> date:
    """Returns the first day of the month that is ``months`` later, or earlier if ``months`` is negative."""
    year, month = divmod(_count(first) + months, 12)
    return date(year, month + 1, 1)


def _count(of: date) -> int:
    return of.year * 12 + of.month - 1


def _midnight(of: date | None) -> datetime | None:
    return None if of is None else datetime.combine(of, time())


def _day(of: date) -> str:
    return f"{of.day} {month_name[of.month]} {of.year}"


def _edge(of: date | None) -> str:
    if of is None:
        return "ever"
    return str(of.year) if of.month == of.day == 1 else _day(of)


def _to(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"
