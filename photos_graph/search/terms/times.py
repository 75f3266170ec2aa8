"""The term for the time of the day at which a photo was taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pyroaring import BitMap

from photos_graph.model.library import DatePrecision
from photos_graph.model.search import Match, MatchKind
from photos_graph.search.arrays import bitmap, numbers_of
from photos_graph.search.columns import NO_DATE, PRECISIONS
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.terms.term import Reasons, Term

_HOUR = 3_600_000_000  # microseconds
_EXACT = PRECISIONS.index(DatePrecision.SECOND)


class DayTime(Enum):
    """The first hour of a time of the day, and the hour at which it ends."""

    MORNING = (6, 12)
    AFTERNOON = (12, 18)
    EVENING = (18, 22)
    NIGHT = (22, 6)


@dataclass(frozen=True, slots=True)
class TakenAt(Term):
    """Matches photos of which the time is known, if it is in a time of the day."""

    time: DayTime

    kind = MatchKind.DATE

    def photos(self, sets: PhotoSets, within: BitMap) -> BitMap:
        numbers = numbers_of(within)
        taken = sets.table.taken[numbers]
        known = (taken != NO_DATE) & (sets.table.precision[numbers] == _EXACT)
        first, end = self.time.value
        since = (taken // _HOUR - first) % 24  # hours since the first one
        return bitmap(numbers[known & (since < (end - first) % 24)])

    def reasons(self, sets: PhotoSets, photos: BitMap) -> Reasons:
        for number in photos:
            moment = str(sets.table.taken[number].astype("M8[us]").astype("M8[m]"))
            yield number, Match(MatchKind.DATE, moment.replace("T", " "))
