"""Trips as those know them who see only some of the photos."""

from __future__ import annotations

from dataclasses import replace

from photos_graph.index import SeenIndex
from photos_graph.model.trips import Trip
from photos_graph.search.arrays import numbers_of
from photos_graph.search.columns import moment
from photos_graph.search.index import SearchIndex
from photos_graph.search.row_orders import span
from photos_graph.services.trips.finding import places_of
from photos_graph.services.trips.trip_names import NamedTrip, located, named
from photos_graph.services.trips.trips import Trips


class PartTrips(Trips):
    """The trips of which an index of some photos has one. Days, places and name are those of the photos that it has, so
    that nothing is told of the others; a name that a person gave is told only if no photo is missing."""

    def __init__(self, whole: Trips, index: SeenIndex) -> None:
        super().__init__(whole._graph, index, whole._writer, whole._tagging, whole._albums)
        self._whole = whole
        self._part: SearchIndex | None = None

    async def _refresh(self) -> None:
        await self._whole._refresh()
        part = self._index.search
        if self._part is not part or self._version != self._whole._version:
            found = [_seen(trip, part, self._whole._index.search) for trip in self._whole._known.values()]
            self._keep(self._whole._version, {trip.id: trip for trip in found if trip is not None})
            self._part = part


def _seen(trip: Trip, part: SearchIndex, whole: SearchIndex) -> Trip | None:
    photos = trip.photos & part.sets.visible
    if photos == trip.photos & whole.sets.visible:
        return trip if photos else None
    days = span(part.sets.table.taken, photos)
    if days is None:
        return None
    start, end = (moment(at).date() for at in days)
    where, place_ids = located(*places_of(part, numbers_of(photos)))
    [called] = named([NamedTrip(trip.kind, where, start, end)])
    return replace(
        trip, own_name=called.name, start=start, end=end, photos=photos, place_ids=place_ids, given_name=None
    )
