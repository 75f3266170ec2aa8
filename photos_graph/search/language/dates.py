"""Dates in words: days, months, seasons and years, and spans before, after or between them.

A month, season or holiday without a year means that of any year. If it bounds a span ("since August"), it means the
latest one that has begun. Seasons consist of three whole months. A winter belongs to the year in which it begins. A
week begins on Monday.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from photos_graph.search.language.date_points import DatePoints
from photos_graph.search.language.date_words import DASHES, Found
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.language.spans import (
    NIGHTS,
    Span,
    day,
    day_of_year,
    days_between,
    first_day,
    first_of_two,
    in_year,
    latest,
    yearly,
)

# Folded words of all languages: "nights from 17 to 19 August" are three, and "night from 17 to 18 August" is one.
_SEVERAL_NIGHTS = frozenset(("nights", "nachte", "nachten", "notti", "nuits", "noches"))


class Dates(DatePoints):
    """Reads dates and spans from a sequence of tokens."""

    def read(self, at: int) -> Found:
        """Reads the longest date that begins at a token."""
        if at not in self._known:
            self._known[at] = self._read(at) if self._may_begin(at) else None
        return self._known[at]

    def _read(self, at: int) -> Found:
        found = self._between(at) or self._bounded(at)
        # "avant-hier" is longer than "avant", and "prima metà di agosto" is not before August.
        named = (self._relative(at) or self._part_of(at)) if found else None
        if found is None or (named and named[0] >= found[0]):
            found = self._range(at)
        return self._night(at, found) or found or self.time(at)

    def _night(self, at: int, dated: Found) -> Found:
        """Reads a night, or the time around midnight, together with the day on which it begins: "yesterday night" or
        "midnight, 31 December 2018"."""
        first = dated or self.time(at)
        if first is None or (dated is None and first[1].time not in NIGHTS):
            return None
        is_one = dated is None and self.texts[at] not in _SEVERAL_NIGHTS
        if is_one and (found := self._night_before(first[0]) or self._night_between(first[0])):
            return found[0], replace(found[1], time=first[1].time)
        for start in self.past_links(first[0]):
            second = self.time(start) if dated else self._between(start) or self._range(start)
            if second is not None:
                on, by = (first, second) if dated else (second, first)
                if by[1].time in NIGHTS and on[1].has_nights and (dated or not self._goes_on(on[0])):
                    return second[0], replace(on[1], time=by[1].time)
        return self._night_of_next(first) if dated else None

    def _night_before(self, at: int) -> Found:
        """Reads the day on which a night ends, and returns the day before it: "night before Sunday", "Nacht auf den 15.
        August"."""
        for role in (PhraseRole.BEFORE, PhraseRole.ONTO, PhraseRole.TO):
            for start in self._after(at, role):
                point = self._point(start)
                if point is None or not point[1].has_nights:
                    continue
                if point[1].weekdays:
                    return point[0], Span(weekdays=((point[1].weekdays[0] - 1) % 7,))
                return point[0], self._beside(point[1], PhraseRole.BEFORE, PhraseRole.DAY, 1)
        return None

    def _night_between(self, at: int) -> Found:
        """Reads the two days between which a night is, and returns the first of them: "night from Saturday to Sunday",
        "nuit du 14 au 15 août"."""
        starts = dict.fromkeys((*self.past_links(at), *self._after(at, PhraseRole.BETWEEN)))
        for start in starts:
            days = self._span(start, (PhraseRole.TO, PhraseRole.ONTO, PhraseRole.AND), dash=True)
            if days and (first := first_of_two(days[1])):
                return days[0], first
        return None

    def _night_of_next(self, dated: tuple[int, Span]) -> Found:
        """Reads a day of the week before another one whose night is meant: "Friday and Saturday nights"."""
        end, span = dated
        start = self._past_joint(end)
        is_joined = start > end or self._joint(end).startswith(",")
        following = self.read(start) if is_joined and span.weekdays and start < len(self.texts) else None
        if following is None or not following[1].weekdays or following[1].time not in NIGHTS:
            return None
        return end, replace(span, time=following[1].time)

    def _goes_on(self, at: int) -> bool:
        """Returns whether another date is enumerated at a token, as in "nights of 17 and 18 August"."""
        start = self._past_joint(at)
        return (start > at or self._joint(at).startswith(",")) and self._point(start) is not None

    def _between(self, at: int) -> Found:
        for lead, joint in ((PhraseRole.BETWEEN, (PhraseRole.AND, PhraseRole.TO)), (PhraseRole.FROM, (PhraseRole.TO,))):
            for start in self._after(at, lead):
                if found := self._span(start, joint):
                    return found
        return None

    def _range(self, at: int) -> Found:
        """Reads a range such as "2018 to 2020" or "June-August 2019", or a single date."""
        return self._span(at, (PhraseRole.TO,), dash=True) or self._days_of_month(at) or self._point(at)

    def _span(self, at: int, joints: Sequence[PhraseRole], *, dash: bool = False) -> Found:
        """Reads a range between two dates. The first may omit what the last states: "14 to 20 August 2019"."""
        if (first := self._point(at)) and (last := self._joined(first[0], joints, dash=dash)):
            between = self._from_to(first[1], last[1])
            return (last[0], between) if between else None
        for end, month, number in self._parts_of_days(at):
            last = self._joined(end, joints, dash=dash)
            if last and last[1].days and not month:
                begins = day_of_year(last[1].days[0][0], number)
                return (last[0], days_between(begins, last[1])) if begins else None
            if last and (begin := _completed(month, number, last[1])):
                return last[0], Span(begin, last[1].end)
        short = self._short_month(at)  # "Aug-Sep 2019"
        if short and (last := self._joined(short[0], joints, dash=dash)) and last[1].start:
            between = self._from_to(short[1], last[1])
            return (last[0], between) if between else None
        return None

    def _parts_of_days(self, at: int) -> Iterator[tuple[int, int | None, int]]:
        """Yields the readings of a day without a year: the token after it, the month or None, and the day of the
        month."""
        if number := self.day_number(at):
            end, of_month = number
            if month := self._month(self._past_of(end)):
                yield *month, of_month
            if self._joint(end) in {".", "/"} and (text := self._text(end)).isdecimal() and 1 <= int(text) <= 12:
                yield end + 1, int(text), of_month
            yield end, None, of_month
        elif (month := self._month(at)) and (number := self._day_after(month[0])):
            yield number[0], month[1], number[1]

    def _days_of_month(self, at: int) -> Found:
        """Reads "August 14-20" or "August 14 to 20, 2019"."""
        if (month := self._month(at)) is None or (first := self._day_after(month[0])) is None:
            return None
        starts = self._after(first[0], PhraseRole.TO) or [first[0]] * (self._dash(first[0]))
        for last in filter(None, map(self.day_number, starts)):
            end, span = last[0], self._days(month[1], first[1], last[1])
            if span is None or self._month(end) or self._text(last[0] - 1) in self._language.ordinals:
                return None
            year = self.year(self._past_of(end))
            return (year[0], in_year(span, first_day(year[1]).year)) if year else (end, span)
        return None

    def _days(self, month: int, first: int, last: int) -> Span | None:
        """Returns days of one month, of any year."""
        begin, end = day_of_year(month, first), day_of_year(month, last)
        return days_between(begin, end) if begin and end and first <= last else None

    def _dash(self, at: int) -> bool:
        """Returns whether a dash stands before a token, as in "14-20" and "14.-20."."""
        joint = self._joint(at)
        return at < len(self.texts) and (joint in DASHES or joint.lstrip(". ") in DASHES)

    def _bounded(self, at: int) -> Found:
        for role in (PhraseRole.BEFORE, PhraseRole.AFTER, PhraseRole.SINCE, PhraseRole.UNTIL):
            for start in self._after(at, role):
                if point := self._point(start):
                    end, span = point
                    if span.weekdays:
                        span = day(self._today - timedelta(days=(self._today.weekday() - span.weekdays[0]) % 7))
                    return end, bounded(role, latest(span, self._today) if span.recurs else span)
        for role in (PhraseRole.OLDER, PhraseRole.NEWER):
            count = self._language.taken(self.texts, at, role)
            if count and (recent := self._recent(self._amount(at + count))):
                since = recent[1].start
                return recent[0], Span(None, since) if role is PhraseRole.OLDER else Span(since, None)
        return self._bounded_ago(at)

    def _bounded_ago(self, at: int) -> Found:
        """Reads "more than 5 years ago", "vor weniger als 5 Jahren"."""
        taken = self._language.taken
        start = at + taken(self.texts, at, PhraseRole.AGO_BEFORE)
        count, saying = self._named(start, self._language.sayings) if start < len(self.texts) else (0, None)
        if saying not in (Saying.MORE_THAN, Saying.LESS_THAN) or not (amount := self._amount(start + count)):
            return None
        after = taken(self.texts, amount[0], PhraseRole.AGO)
        if (recent := self._recent(amount)) is None or not (after or start > at):
            return None
        since = recent[1].start
        return amount[0] + after, Span(None, since) if saying is Saying.MORE_THAN else Span(since, None)

    def _joined(self, at: int, roles: Sequence[PhraseRole], *, dash: bool) -> Found:
        for role in roles:
            for start in self._after(at, role):
                if point := self._point(start):
                    return point
        return self._point(at) if dash and self._dash(at) else None

    def _from_to(self, first: Span, last: Span) -> Span | None:
        """Returns the span between two dates, or None if there is none, as between a day of the week and a year."""
        if first.weekdays or last.weekdays:
            return _between_weekdays(first, last)
        if first.months and last.months:
            return yearly(first.months[0], (last.months[-1] - first.months[0]) % 12 + 1)
        if first.movable or last.movable:
            last = latest(last, self._today) if last.recurs else last
        elif first.recurs and last.recurs:
            return days_between(first, last)
        if first.recurs:
            first = latest(first, first_day(last))
        elif last.recurs:
            part, last = last, in_year(last, first_day(first).year)
            if first_day(last) < first_day(first):
                last = in_year(part, first_day(first).year + 1)
        if first_day(last) < first_day(first):
            first, last = last, first
        return Span(first.start, last.end)


def _between_weekdays(first: Span, last: Span) -> Span | None:
    """Returns the days of the week from one to another, such as Monday to Friday."""
    if not first.weekdays or not last.weekdays:
        return None
    begin, count = first.weekdays[0], (last.weekdays[-1] - first.weekdays[0]) % 7 + 1
    return Span(weekdays=tuple((begin + place) % 7 for place in range(count)))


def bounded(role: PhraseRole, span: Span) -> Span:
    """Returns the days before, after, since or until a span."""
    match role:
        case PhraseRole.BEFORE:
            return Span(None, span.start)
        case PhraseRole.AFTER:
            return Span(span.end, None)
        case PhraseRole.SINCE:
            return Span(span.start, None)
        case _:
            return Span(None, span.end)


def _completed(month: int | None, number: int, last: Span) -> date | None:
    """Returns the first day of a span, in the year of the last day or the year before. Returns None if there is no such
    day, or if the span does not end with a single day."""
    end = last.start
    if end is None or last != day(end):
        return None
    for year in (end.year, end.year - 1) if month else (end.year,):
        with contextlib.suppress(ValueError):
            begin = date(year, month or end.month, number)
            if begin <= end:
                return begin
    return None
