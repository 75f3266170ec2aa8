"""The term for the time at which a photo was taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.library import DatePrecision
from photos_graph.model.search import Match, MatchKind
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import NO_DATE, PRECISIONS, microseconds
from photos_graph.search.label_sets import NONE, union
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import PrefixTerm, Reasons, Term

_DIGITS = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7}  # of "2019-08-05"
_WITHOUT_DAY = [PRECISIONS.index(precision) for precision in _DIGITS]
_YEARS = re.compile(r"([0-9]{1,4})(?:(?:[-\N{EN DASH}]|\.\.)([0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class TakenIn(PrefixTerm):
    """Matches photos by the local time at which they were taken. All conditions that are given must hold, for the whole
    span of a date that is a day, month or year; photos without a date match none of them."""

    after: Annotated[
        datetime | None, 'The earliest local time at which a photo was taken, such as "2019-08-01T00:00:00"; inclusive.'
    ] = None
    before: Annotated[
        datetime | None, 'The local time before which a photo was taken, such as "2019-09-01T00:00:00"; exclusive.'
    ] = None
    year: Annotated[int | None, "The year in which a photo was taken, from 1 to 9999."] = None
    month: Annotated[
        int | None, "The month in which a photo was taken, from 1 to 12. Without `year` it is that month of any year."
    ] = None
    day: Annotated[
        int | None, "The day of the month on which a photo was taken, from 1 to 31. Without `year` it is any year's."
    ] = None

    kind = MatchKind.DATE

    def checked(self) -> TakenIn:
        if self.month is not None and not 1 <= self.month <= 12:
            raise BadInput("A month must be from 1 to 12.")
        if self.year is not None and not 1 <= self.year <= 9999:
            raise BadInput("A year must be from 1 to 9999.")
        if self.day is not None and not 1 <= self.day <= 31:
            raise BadInput("A day must be from 1 to 31.")
        return self

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        """Returns the union of whole months. Only the photos of the first and last month, and those with no more than a
        year, are compared one by one."""
        if self == TakenIn():
            return within
        first, last = _month(self.after, -(2**31)), _month(self.before, 2**31)
        whole: list[BitMap] = []
        partly: list[BitMap] = []
        for month, photos in sets.months.items():
            year, place = divmod(month, 12)
            if first <= month <= last and self.year in (None, year + 1970) and self.month in (None, place + 1):
                (partly if month in (first, last) else whole).append(photos)
        # They are in the set of January, but no photo of January in particular.
        vague = sets.by_value["precision"].get(PRECISIONS.index(DatePrecision.YEAR), NONE)
        found = union(whole) - vague | self._inside(sets, union(partly) - vague)
        if vague and self.month is None:
            found |= self._inside(sets, vague if self.year is None else vague & sets.years.get(self.year, NONE))
        return within & (found if self.day is None else _on_day(sets, found & within, self.day))

    def _inside(self, sets: PhotoSets, photos: BitMap) -> BitMap:
        """Returns those of the photos whose date is between the limits as a whole."""
        numbers = numbers_of(photos)
        low = -NO_DATE if self.after is None else microseconds(self.after)
        high = NO_DATE if self.before is None else microseconds(self.before)
        return bitmap(numbers[(low <= sets.table.taken[numbers]) & (sets.table.ends(numbers) <= high)])

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        if self == TakenIn():
            return
        table = sets.table
        for number in photos:
            moment, precision = table.taken[number], PRECISIONS[table.precision[number]]
            if moment != NO_DATE:
                day = str(moment.astype("M8[us]").astype("M8[D]"))
                yield number, Match(MatchKind.DATE, day[: _DIGITS.get(precision)])

    @classmethod
    def of_value(cls, value: str, typed: str) -> tuple[Term, str]:
        match = _YEARS.fullmatch(value)
        first = int(match[1]) if match else 0
        last = int(match[2]) if match and match[2] else first
        if not 1 <= first <= last:
            raise BadInput("`year:` takes a year or a range of them, as in year:2019 or year:2018-2020.")
        if first == last:
            return cls(year=first), str(first)
        end = datetime(last + 1, 1, 1) if last < 9999 else None
        return cls(datetime(first, 1, 1), end), f"{first} to {last}"


def _on_day(sets: PhotoSets, photos: BitMap, day: int) -> BitMap:
    """Returns those of the photos that were taken on that day of a month, as far as their day is known."""
    numbers = numbers_of(photos)
    days = sets.table.taken[numbers].view("M8[us]").astype("M8[D]")
    since = (days - days.astype("M8[M]").astype("M8[D]")).astype(np.int64)
    known = ~np.isin(sets.table.precision[numbers], _WITHOUT_DAY)
    return bitmap(numbers[known & (since == day - 1)])


def _month(moment: datetime | None, default: int) -> int:
    """Returns the number of months since January 1970."""
    return default if moment is None else (moment.year - 1970) * 12 + moment.month - 1
