"""The times and positions in which trips are looked for, as arrays from the search index."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.library import DatePrecision
from photos_graph.search.arrays import Keys, Numbers, numbers_of
from photos_graph.search.columns import NO_DATE, PRECISIONS
from photos_graph.search.index import SearchIndex
from photos_graph.services.trips.trip_rules import DAY, DatedPhotos

RULES = 1  # raise it when the same photos lead to other trips, so that they are found again
NOON = 43_200_000_000  # microseconds
_DATED = (PRECISIONS.index(DatePrecision.SECOND), PRECISIONS.index(DatePrecision.DAY))


@dataclass(frozen=True, slots=True)
class TripPhotos:
    """The photos of which the day is known, in the order of their times: their ``numbers`` (n,) and what is known of
    them."""

    numbers: Numbers
    dated: DatedPhotos

    def without(self, photos: BitMap) -> TripPhotos:
        kept = ~np.isin(self.numbers, numbers_of(photos))
        of = self.dated
        return TripPhotos(
            self.numbers[kept], DatedPhotos(of.taken[kept], of.latitude[kept], of.longitude[kept])
        )  # still in order

    def days(self, photos: BitMap) -> tuple[date, date]:
        """Returns the days of the first and the last of these photos, of which there is at least one."""
        taken = self.dated.taken[np.isin(self.numbers, numbers_of(photos))]
        return day_of(taken[0]), day_of(taken[-1])

    def digest(self) -> str:
        """Returns a text that differs if a time or a position does, or if the rules do."""
        found = hashlib.blake2b(str(RULES).encode(), digest_size=16)
        for part in (self.numbers, self.dated.taken, self.dated.latitude, self.dated.longitude):
            found.update(np.ascontiguousarray(part).data)
        return found.hexdigest()


def day_of(taken: np.int64) -> date:
    """Returns the day of a time in microseconds since 1970."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(taken // DAY))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Copies of columns of the index, by number, which a thread may read while the index changes."""

    visible: BitMap
    taken: Keys
    precision: npt.NDArray[np.int8]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]

    def photos(self) -> TripPhotos:
        numbers = numbers_of(self.visible)
        numbers = numbers[(self.taken[numbers] != NO_DATE) & np.isin(self.precision[numbers], _DATED)]
        taken = self.taken[numbers] + np.where(self.precision[numbers] == _DATED[1], NOON, 0)
        order = np.lexsort((numbers, taken))
        numbers = numbers[order]
        return TripPhotos(numbers, DatedPhotos(taken[order], self.latitude[numbers], self.longitude[numbers]))


async def trip_photos(search: SearchIndex) -> TripPhotos:
    """Returns the visible photos of which the day is known. One of which the time of day is not counts as taken at
    noon. A thread sorts them, so that requests need not wait."""
    table = search.sets.table
    columns = _Columns(
        search.sets.visible.copy(),
        table.taken.copy(),
        table.precision.copy(),
        table.latitude.copy(),
        table.longitude.copy(),
    )
    return await asyncio.to_thread(columns.photos)
