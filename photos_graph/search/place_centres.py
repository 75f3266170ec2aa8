"""The middles of the photos at places, which are kept until photos there change."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.model.library import Place
from photos_graph.search.arrays import numbers_of
from photos_graph.search.columns import PhotoTable
from photos_graph.search.geo import centre
from photos_graph.search.hierarchy import Hierarchy

_MOST_AVERAGED = 5000  # photos of which the middle is computed


class PlaceCentres:
    def __init__(self, places: Hierarchy[Place], table: PhotoTable) -> None:
        self._places = places
        self._table = table
        self._known: dict[str, tuple[float, float] | None] = {}
        places.watch_photos(self._forget)

    def of(self, place_id: str) -> tuple[float, float] | None:
        """Returns the middle of the photos at a place and within it, or None if none of them has a position. Of many
        photos, some at equal distances in the library stand for all."""
        if place_id not in self._known:
            numbers = numbers_of(self._places.photos_below(place_id))
            numbers = numbers[:: len(numbers) // _MOST_AVERAGED + 1]
            self._known[place_id] = centre(self._table.latitude[numbers], self._table.longitude[numbers])
        return self._known[place_id]

    def _forget(self, place_ids: Iterable[str]) -> None:
        for place_id in place_ids:
            self._known.pop(place_id, None)
