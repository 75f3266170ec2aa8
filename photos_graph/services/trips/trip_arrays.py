"""The times and positions in which trips are looked for, as arrays from the search index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from photos_graph.model.library import DatePrecision
from photos_graph.search.arrays import Numbers, numbers_of
from photos_graph.search.columns import NO_DATE, PRECISIONS
from photos_graph.search.index import SearchIndex
from photos_graph.services.trips.trip_rules import DatedPhotos

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

    def digest(self) -> str:
        """Returns a text that differs if a time or a position does, or if the rules do."""
        found = hashlib.blake2b(str(RULES).encode(), digest_size=16)
        for part in (self.numbers, self.dated.taken, self.dated.latitude, self.dated.longitude):
            found.update(np.ascontiguousarray(part).data)
        return found.hexdigest()


def trip_photos(search: SearchIndex) -> TripPhotos:
    """Returns the visible photos of which the day is known. One of which the time of day is not counts as taken at
    noon."""
    table, numbers = search.sets.table, numbers_of(search.sets.visible)
    numbers = numbers[(table.taken[numbers] != NO_DATE) & np.isin(table.precision[numbers], _DATED)]
    taken = table.taken[numbers] + np.where(table.precision[numbers] == _DATED[1], NOON, 0)
    order = np.lexsort((numbers, taken))
    numbers = numbers[order]
    return TripPhotos(numbers, DatedPhotos(taken[order], table.latitude[numbers], table.longitude[numbers]))
