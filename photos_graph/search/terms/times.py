"""The terms for recurring times: times of the day, days of the week, and holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from photos_graph.model.library import DatePrecision
from photos_graph.model.search import Match, MatchKind
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import NO_DATE, PRECISIONS
from photos_graph.search.label_sets import union
from photos_graph.search.label_words import LabelWords
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, Term

_MINUTE = 60_000_000  # microseconds
_DAY_MINUTES = 24 * 60
_DAY_LENGTH = _DAY_MINUTES * _MINUTE
_EXACT = PRECISIONS.index(DatePrecision.SECOND)
_DAY = PRECISIONS.index(DatePrecision.DAY)
_YEARS = range(1583, 4100)  # in which the date of Easter is known
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday


class DayTime(Enum):
    """The first hour of a time of the day, and the hour at which it ends."""

    MORNING = (6, 12)
    NOON = (11, 14)
    AFTERNOON = (12, 18)
    EVENING = (18, 22)
    NIGHT = (22, 6)
    MIDNIGHT = (23, 1)


class _AtTime(Term):
    """Matches photos of which the time is known, not only the day, by the time of the day."""

    __slots__ = ()
    kind = MatchKind.DATE

    @property
    def minutes(self) -> tuple[int, int]:
        """Returns the first minute of the span, and the one after the last, counted from midnight."""
        raise NotImplementedError

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        numbers = numbers_of(within)
        taken = sets.table.taken[numbers]
        known = (taken != NO_DATE) & (sets.table.precision[numbers] == _EXACT)
        first, end = self.minutes
        since = (taken // _MINUTE - first) % _DAY_MINUTES
        return bitmap(numbers[known & (since < ((end - first) % _DAY_MINUTES or _DAY_MINUTES))])

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        for number in photos:
            moment = str(sets.table.taken[number].astype("M8[us]").astype("M8[m]"))
            yield number, Match(MatchKind.DATE, moment.replace("T", " "))


@dataclass(frozen=True, slots=True)
class TakenAt(_AtTime):
    """Matches photos that were taken at a time of the day, such as the morning."""

    time: DayTime

    @property
    def minutes(self) -> tuple[int, int]:
        first, end = self.time.value
        return first * 60, end * 60


@dataclass(frozen=True, slots=True)
class TakenBetween(_AtTime):
    """Matches photos of which the time is known, if it is from one minute of the day up to, but not including, another.
    Minutes are counted from midnight, up to 1,440. If the end comes first, the span goes on after midnight."""

    first: int
    end: int

    @property
    def minutes(self) -> tuple[int, int]:
        return self.first, self.end

    def label(self, words: LabelWords) -> str:
        return words.range(_clock(self.first), _clock(self.end))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class _OnDays(Term):
    """Matches photos by the day on which they were taken, if it is known."""

    __slots__ = ()
    kind = MatchKind.DATE

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        for number in photos:
            yield number, Match(MatchKind.DATE, str(sets.table.taken[number].astype("M8[us]").astype("M8[D]")))


@dataclass(frozen=True, slots=True)
class TakenOn(_OnDays):
    """Matches photos that were taken on one of these days of the week, from 0 for Monday to 6 for Sunday."""

    weekdays: tuple[int, ...]

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        numbers, days = _days(sets, within)
        return bitmap(numbers[np.isin((days + _EPOCH_WEEKDAY) % 7, self.weekdays)])


class YearlySpan(Protocol):
    """A span whose days differ from year to year, such as Easter. It is hashable."""

    @property
    def label(self) -> str: ...

    def days(self, year: int) -> tuple[date, date] | None:
        """Returns the first and last day in a year, or None if there are none."""


@dataclass(frozen=True, slots=True)
class TakenDuring(_OnDays):
    """Matches photos that were taken during a span of any year."""

    span: YearlySpan

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        """Compares the photos of the months that the span touches in the years of which there are photos."""
        spans = [days for year in sorted(sets.years) if year in _YEARS and (days := self.span.days(year)) is not None]
        months = {(each.year - 1970) * 12 + each.month - 1 for days in spans for each in days}
        touched = union([photos for month, photos in sets.months.items() if month in months])
        numbers, taken = _days(sets, within & touched)
        if not len(numbers):
            return BitMap()
        firsts, lasts = np.array(spans, "M8[D]").astype(np.int64).T
        place = np.searchsorted(firsts, taken, side="right") - 1
        return bitmap(numbers[(place >= 0) & (taken <= lasts[place])])


def _days(sets: PhotoSets, photos: BitMap) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Returns those of the photos whose day is known, and their days since 1970."""
    numbers = numbers_of(photos)
    taken = sets.table.taken[numbers]
    known = (taken != NO_DATE) & (sets.table.precision[numbers] <= _DAY)
    return numbers[known], taken[known] // _DAY_LENGTH
