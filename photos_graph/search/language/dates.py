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

from photos_graph.search.language.date_words import DASHES, YEARS, DateWords, Found
from photos_graph.search.language.grammar import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.language.spans import (
    NIGHTS,
    Span,
    day,
    day_of_year,
    days_between,
    days_within,
    first_day,
    in_year,
    latest,
    part_of,
    week_of,
    weekend_of,
    whole_months,
    yearly,
)

_SEPARATORS = {"-", ".", "/"}
_PARTS = {  # which part, and of how many
    PhraseRole.EARLY: (0, 3),
    PhraseRole.MIDDLE: (1, 3),
    PhraseRole.LATE: (2, 3),
    PhraseRole.FIRST_HALF: (0, 2),
    PhraseRole.SECOND_HALF: (1, 2),
}
_MOST_LINKS = 2  # phrases between a day and a night, such as "on the"


class Dates(DateWords):
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
        for start in self.past_links(first[0]):
            second = self.time(start) if dated else self._between(start) or self._range(start)
            if second is not None:
                on, by = (first, second) if dated else (second, first)
                if by[1].time in NIGHTS and on[1].has_nights and (dated or not self._goes_on(on[0])):
                    return second[0], replace(on[1], time=by[1].time)
        return None

    def _goes_on(self, at: int) -> bool:
        """Returns whether another date is enumerated at a token, as in "nights of 17 and 18 August"."""
        start = self._past_joint(at)
        return (start > at or self._joint(at).startswith(",")) and self._point(start) is not None

    def past_links(self, at: int) -> Iterator[int]:
        """Yields a token, and those after words without a meaning that stand there, such as "on the"."""
        for _ in range(_MOST_LINKS + 1):
            if at < len(self.texts):
                yield at
            roles = (PhraseRole.OF, PhraseRole.LINK, PhraseRole.FILLER)
            count = next((count for role in roles if (count := self._language.taken(self.texts, at, role))), 0)
            if not count:
                return
            at += count

    # spans

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
        return at < len(self.texts) and self._joint(at).lstrip(". ") in DASHES

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

    def _after(self, at: int, role: PhraseRole) -> list[int]:
        """Returns the tokens at which a date may begin after a phrase of that role and an optional "the". Without the
        phrase, the list is empty."""
        count = self._language.taken(self.texts, at, role)
        if not count:
            return []
        start = at + count
        return [start, start + 1] if self._language.taken(self.texts, start, PhraseRole.FILLER) == 1 else [start]

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

    # points

    def _point(self, at: int) -> Found:
        """Reads the longest of the forms below that begins at a token."""
        forms = (
            self._numeric,
            self._day,
            self._day_of_year,
            self._day_of_several,
            self._of_year,
            self._relative,
            self._counted,
            self._decade,
            self._part_of,
            self._week_of_month,
            self._in_next_year,
            self._years,
            self.year,
            self._weekday,
        )
        found = [each for form in forms if (each := form(at)) is not None]
        return max(found, key=lambda each: each[0], default=None)

    def _numeric(self, at: int) -> Found:
        """Reads "2019-08-14", "2019-08", "14.8.2019", "14/8/2019" or "08/2019"."""
        parts = self.texts[at : at + 3]
        joints = {self._joint(place) for place in range(at + 1, at + len(parts))}
        lengths = [len(part) if part.isdecimal() else 0 for part in parts]
        joint = next(iter(joints)) if len(joints) == 1 else ""
        if lengths == [4, 2, 2] and joint in _SEPARATORS:
            return self._dated(at + 3, parts[0], parts[1], parts[2])
        if lengths[2:] == [4] and set(lengths[:2]) <= {1, 2} and joint in _SEPARATORS:
            return self._dated(at + 3, parts[2], parts[1], parts[0]) or self._dated(at + 3, parts[2], *parts[:2])
        if lengths[2:] == [2] and set(lengths[:2]) <= {1, 2} and joint in {".", "/"}:
            year = self._of_century(parts[2])
            return self._dated(at + 3, year, parts[1], parts[0]) or self._dated(at + 3, year, *parts[:2])
        if lengths[:2] == [4, 2] and self._joint(at + 1) in {"-", "/"}:
            return self._month_of(at + 2, parts[0], parts[1])
        if lengths[1:2] == [4] and lengths[0] in (1, 2) and self._joint(at + 1) in _SEPARATORS:
            return self._month_of(at + 2, parts[1], parts[0])
        return None

    def _month_of(self, end: int, year: str, month: str) -> Found:
        found = self._dated(end, year, month, "1")
        return (found[0], whole_months(first_day(found[1]), 1)) if found else None

    def _dated(self, end: int, year: str, month: str, of_month: str) -> Found:
        if not (len(year) == 4 and year.isdecimal() and int(year) in YEARS):
            return None
        try:
            return end, day(date(int(year), int(month), int(of_month)))
        except ValueError:
            return None

    def _day(self, at: int) -> Found:
        """Reads "14 August 2019", "14th of August 2019" or "August 14, 2019"."""
        if (number := self.day_number(at)) and (month := self._month(self._past_of(number[0]))):
            start = self._past_of(month[0])
            return self._dated(start + 1, self._short_year(start), str(month[1]), str(number[1]))
        if (month := self._month(at)) and (number := self._day_after(month[0])):
            return self._dated(number[0] + 1, self._short_year(number[0]), str(month[1]), str(number[1]))
        return None

    def _day_of_several(self, at: int) -> Found:
        """Reads the day in "14 and 15 August 2019", of which the last one states the month and the year."""
        number = self.day_number(at)
        if number is None or not self._text(at).isdecimal():
            return None
        start = self._past_joint(number[0])
        if start == number[0] and not self._joint(start).startswith(","):
            return None
        start += self._language.taken(self.texts, start, PhraseRole.FILLER)
        following = self._day(start) or self._day_of_year(start) or self._day_of_several(start)
        if following is None or not (first := following[1].start or following[1].days):
            return None
        if isinstance(first, date):
            return self._dated(number[0], str(first.year), str(first.month), str(number[1]))
        return self._any_year(number[0], first[0][0], number[1])

    def _of_year(self, at: int) -> Found:
        """Reads "August 2019" or "winter 2018/2019", or "August" or "winter" without a year."""
        if part := self._part(at):
            end, span = part
            if year := self.year(self._past_of(end)):
                return self._next_year(year[0], span, first_day(year[1]).year)
            return end, self._with_next(end, span)
        if (month := self._month(at)) and (year := self.year(self._past_of(month[0]))):
            return year[0], in_year(yearly(month[1], 1), first_day(year[1]).year)
        if (year := self.year(at)) and (quarter := self._quarter(year[0])):
            return quarter[0], in_year(quarter[1], first_day(year[1]).year)
        return None

    def _with_next(self, at: int, span: Span) -> Span:
        """Applies the year to each part of an enumeration, such as "August, September and October 2019"."""
        while following := self._part(self._past_joint(at)):
            at = following[0]
            if year := self.year(self._past_of(at)):
                return in_year(span, first_day(year[1]).year)
        return span

    def _past_joint(self, at: int) -> int:
        taken = self._language.taken
        return at + (taken(self.texts, at, PhraseRole.AND) or taken(self.texts, at, PhraseRole.OR))

    def _next_year(self, at: int, span: Span, year: int) -> Found:
        """Reads the second year of a season that extends over the end of a year, such as "winter 2018/2019"."""
        spans_two = span.months[:1] > span.months[-1:] and self._joint(at) in {"/", *DASHES}
        if spans_two and self._text(at) in (str(year + 1), str(year + 1)[2:]):
            at += 1
        return at, in_year(span, year)

    def _in_next_year(self, at: int) -> Found:
        """Reads the second year of "été 2018/19", which is a summer of its own."""
        year, text = self.year(at - 1) if at > 1 and self._joint(at) == "/" else None, self._text(at)
        if year is None or text not in (str(first_day(year[1]).year + 1), str(first_day(year[1]).year + 1)[2:]):
            return None
        for start in range(at - 2, max(at - 4, -1), -1):
            part = self._part(start) or self._short_month(start)
            if part and self._past_of(part[0]) == at - 1:
                return at + 1, in_year(part[1], first_day(year[1]).year + 1)
        return None

    def _short_month(self, at: int) -> Found:
        month = self._month(at)
        return (month[0], yearly(month[1], 1)) if month else None

    def _week_of_month(self, at: int) -> Found:
        """Reads "first week of August 2019", "last two days of the year" or "second weekend in June". A weekend without
        a year is that of the latest such month."""
        number = self._language.week_ordinals.get(self._text(at), 0)
        count = 1 if number else self._language.taken(self.texts, at, PhraseRole.LAST)
        for role, of_month in (
            (PhraseRole.WEEK, week_of),
            (PhraseRole.WEEKEND, self._weekend_of),
            (PhraseRole.DAY, self._day_within),
        ):
            if not count or not (unit := self._language.taken(self.texts, at + count, role)):
                continue
            for start in self.past_links(at + count + unit):
                month = self._whole(start) if start > at + count + unit else None
                if month and (found := of_month(month[1], number or -1)):
                    return month[0], found
        return self._first_or_last(at, count, number) if number < 2 else None

    def _first_or_last(self, at: int, count: int, number: int) -> Found:
        """Reads the first or last few days or weeks of a month, season or year."""
        amount = self._amount(at + count) if count else None
        if amount is None or amount[1] not in (PhraseRole.DAY, PhraseRole.WEEK):
            return None
        days = amount[2] * (7 if amount[1] is PhraseRole.WEEK else 1)
        for start in self.past_links(amount[0]):
            whole = self._whole(start) if start > amount[0] else None
            if whole and (found := days_within(whole[1], days if number else -days)):
                return whole[0], found
        return None

    def _day_within(self, span: Span, number: int) -> Span | None:
        return days_within(span, number) if number in (1, -1) else None

    def _weekend_of(self, span: Span, number: int) -> Span | None:
        return weekend_of(latest(span, self._today) if len(span.months) == 1 else span, number)

    def _years(self, at: int) -> Found:
        """Reads "2018/19" or "2015-18". A number up to 12 would be a month."""
        year, text = self.year(at), self._text(at + 1)
        if year is None or year[0] != at + 1 or self._joint(at + 1) not in {"/", *DASHES}:
            return None
        first, last = first_day(year[1]).year, int(text) if len(text) == 2 and text.isdecimal() else 0
        if not last > 12 or last <= first % 100:
            return None
        return at + 2, whole_months(first_day(year[1]), 12 * (last - first % 100 + 1))

    def _part_of(self, at: int) -> Found:
        """Reads a third or half of a month, season, year or decade, such as "early August 2019", "first half of August"
        or "end of the nineties"."""
        for role, (part, count) in _PARTS.items():
            for start in self._after(at, role):
                if (whole := self._whole(self._past_of(start))) and (found := part_of(whole[1], part, count)):
                    return whole[0], found
        return None

    def _whole(self, at: int) -> Found:
        """Reads what has parts: a date, or the month or year that is now, as in "end of the month"."""
        if found := self._point(at):
            return found
        unit = self._unit(at)
        return (unit[0], self._back(unit[1], 0)) if unit else None


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
