"""Single dates in all their forms: "14.8.2019", "August 2019", "first week of August", "early 2000s", "90s"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from photos_graph.search.language.date_words import DASHES, YEARS, DateWords, Found
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.spans import (
    Span,
    day,
    days_within,
    first_day,
    in_year,
    latest,
    part_of,
    same_day,
    week_of,
    weekend_of,
    whole_months,
    yearly,
    yearly_days,
)

_SEPARATORS = {"-", ".", "/"}
_PARTS = {  # which part, and of how many
    PhraseRole.EARLY: (0, 3),
    PhraseRole.MIDDLE: (1, 3),
    PhraseRole.LATE: (2, 3),
    PhraseRole.FIRST_HALF: (0, 2),
    PhraseRole.SECOND_HALF: (1, 2),
}
_LEAP_YEAR = 2000
_MOST_LINKS = 2  # phrases between a day and a night, such as "on the"


class DatePoints(DateWords):
    """Reads the longest single date that begins at a token."""

    def _point(self, at: int) -> Found:
        """Reads the longest of the forms below that begins at a token."""
        text = self._text(at)
        forms = [self._numeric, self._of_year, self._decade, self._in_next_year, self._years, self.year]
        if len(text) != 4 or not text.isdecimal():  # with which no other form begins
            forms += [
                self._day,
                self._day_of_year,
                self._day_of_several,
                self._relative,
                self._counted,
                self._part_of,
                self._week_of_month,
                self._beside_date,
                self._of_past_year,
                self._weekday,
            ]
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

    def _beside_date(self, at: int) -> Found:
        """Reads "the day after Christmas", "2 days before 14 August 2019" or "the week of 14 August 2019"."""
        if amount := self._amount(at):
            end, unit, count = amount
        elif found := self._unit(at):
            end, unit, count = *found, 1
        elif weekend := self._language.taken(self.texts, at, PhraseRole.WEEKEND):
            return self._around_day(at + weekend, PhraseRole.WEEKEND)
        else:
            return None
        if unit not in (PhraseRole.DAY, PhraseRole.WEEK):
            return None
        for turn in (PhraseRole.BEFORE, PhraseRole.AFTER):
            for start in self._after(end, turn):
                if point := self._point(start):
                    return point[0], self._beside(point[1], turn, unit, count)
        return None if amount or unit is PhraseRole.DAY else self._around_day(end, unit)

    def _beside(self, span: Span, turn: PhraseRole, unit: PhraseRole, count: int) -> Span:
        """Returns a day, or some weeks, before or after a span. Beside days of any year, it is of any year."""
        if span.days:
            found = self._beside(in_year(span, _LEAP_YEAR), turn, unit, count)
            return yearly_days(found)
        span = latest(span, self._today) if span.recurs else span
        days = count * (7 if unit is PhraseRole.WEEK else 1)
        if turn is PhraseRole.AFTER:
            end = (span.end or self._today) + timedelta(days=days)
            return Span(end - timedelta(days=1 if unit is PhraseRole.DAY else days), end)
        begin = (span.start or self._today) - timedelta(days=days)
        return Span(begin, begin + timedelta(days=1 if unit is PhraseRole.DAY else days))

    def _around_day(self, at: int, unit: PhraseRole) -> Found:
        """Reads the day whose week or weekend is meant: "of 14 August 2019"."""
        for start in self.past_links(at):
            point = self._point(start) if start > at else None
            if point and point[1].start and point[1] == day(point[1].start):
                monday = point[1].start - timedelta(days=point[1].start.weekday())
                begin = monday + timedelta(days=5 if unit is PhraseRole.WEEKEND else 0)
                return point[0], Span(begin, monday + timedelta(days=7))
        return None

    def _of_past_year(self, at: int) -> Found:
        """Reads "5 years ago today", "this month last year" or "heute vor 5 Jahren"."""
        if past := self._years_back(at):
            unit = self._current(self._past_filler(past[0]))
        else:
            unit = self._current(at)
            past = self._years_back(self._past_filler(unit[0])) if unit else None
        if past is None or unit is None:
            return None
        on, end = same_day(self._today, -12 * past[1]), max(past[0], unit[0])
        if unit[1] is PhraseRole.DAY:
            return end, day(on)
        if unit[1] is PhraseRole.WEEK:
            monday = on - timedelta(days=on.weekday())
            return end, Span(monday, monday + timedelta(days=7))
        return (end, whole_months(on.replace(day=1), 1)) if unit[1] is PhraseRole.MONTH else None

    def _past_filler(self, at: int) -> int:
        return at + self._language.taken(self.texts, at, PhraseRole.FILLER)

    def _years_back(self, at: int) -> tuple[int, int] | None:
        """Reads "last year" or "5 years ago": the token after it, and how many years."""
        taken = self._language.taken
        for first, second in ((PhraseRole.LAST, PhraseRole.YEAR), (PhraseRole.YEAR, PhraseRole.LAST_AFTER)):
            if (count := taken(self.texts, at, first)) and (more := taken(self.texts, at + count, second)):
                return at + count + more, 1
        before = taken(self.texts, at, PhraseRole.AGO_BEFORE)
        amount = self._amount(at + before)
        if amount is None or amount[1] is not PhraseRole.YEAR:
            return None
        after = taken(self.texts, amount[0], PhraseRole.AGO)
        return (amount[0] + after, amount[2]) if before or after else None

    def _current(self, at: int) -> tuple[int, PhraseRole] | None:
        """Reads "today", "this week" or "this month"."""
        if count := self._language.taken(self.texts, at, PhraseRole.TODAY):
            return at + count, PhraseRole.DAY
        count = self._language.taken(self.texts, at, PhraseRole.THIS)
        return self._unit(at + count) if count else None

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

    def _after(self, at: int, role: PhraseRole) -> list[int]:
        """Returns the tokens at which a date may begin after a phrase of that role and an optional "the". Without the
        phrase, the list is empty."""
        count = self._language.taken(self.texts, at, role)
        if not count:
            return []
        start = at + count
        return [start, start + 1] if self._language.taken(self.texts, start, PhraseRole.FILLER) == 1 else [start]

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
