"""Trips and events as people see them: listed, renamed, given a tag, and made an album."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph import trips
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import Change, Edit, TripName
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import SeenIndex
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.library import Place
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.model.trips import Trip, TripKind
from photos_graph.names import plain_name
from photos_graph.search.arrays import numbers_of
from photos_graph.search.listing import Key, Listing, cursor_of, key_of, window
from photos_graph.services.labels.album_editing import AlbumChange, AlbumEditing, AlbumPhotos
from photos_graph.services.labels.tagging import Tagging


class Trips:
    """The trips of which a photo is visible. They are kept in memory, and read again when one of them has changed, by
    whatever process."""

    def __init__(
        self, graph: Graph, index: SeenIndex, writer: LabelWriter, tagging: Tagging, albums: AlbumEditing
    ) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer
        self._tagging = tagging
        self._albums = albums
        self._version = 0
        self._known: Mapping[str, Trip] = {}
        self._keys: Sequence[tuple[Key, Trip]] = ()

    async def page(
        self,
        kind: TripKind | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Trip]:
        """Returns a page of trips, the latest first. Raises BadInput for an invalid cursor."""
        await self._refresh()
        visible = self._index.search.sets.visible
        shown = [
            (key, trip)
            for key, trip in self._keys
            if (kind is None or trip.kind is kind) and trip.photos.intersect(visible)
        ]
        low = bisect_right(shown, key_of(after), key=lambda pair: pair[0]) if after is not None else 0
        high = bisect_left(shown, key_of(before), key=lambda pair: pair[0]) if before is not None else len(shown)
        start, end = window(low, high, first, last)
        return Listing(
            items=[trip for _, trip in shown[start:end]],
            cursors=[cursor_of(key) for key, _ in shown[start:end]],
            has_next=end < len(shown),
            has_previous=start > 0,
            total=len(shown),
        )

    async def by_id(self, trip_ids: Sequence[str]) -> list[Trip | None]:
        """Returns None for an unknown trip, and for one of which no photo is visible."""
        await self._refresh()
        found = [self._known.get(id_) for id_ in trip_ids]
        return [trip if trip is not None and self.photos(trip) else None for trip in found]

    def photos(self, trip: Trip) -> BitMap:
        """Returns the numbers of the visible photos of a trip."""
        return trip.photos & self._index.search.sets.visible

    def photo_count(self, trip: Trip) -> int:
        """Returns the number of photos; a stack counts as one."""
        return len(self._index.search.collapsed(self.photos(trip)))

    def cover_id(self, trip: Trip) -> str | None:
        """Returns the id of the photo to show: a favourite, or the one with the best rating, from the middle of the
        trip."""
        search, photos = self._index.search, self.photos(trip)
        if not photos:
            return None
        table, numbers = search.sets.table, numbers_of(photos & search.sets.favourites or photos)
        numbers = numbers[np.lexsort((numbers, table.taken[numbers]))]
        numbers = numbers[table.rating[numbers] == table.rating[numbers].max()]
        return search.photo_ids([int(numbers[len(numbers) // 2])])[0]

    def places(self, trip: Trip) -> list[Place]:
        return [place for id_ in trip.place_ids if (place := self._index.search.places.get(id_)) is not None]

    async def rename(self, trip_id: str, name: str | None, by: str = "") -> Trip:
        """Names a trip; None gives it back the name that follows from its places and dates. It is a change, which can
        be undone. Raises BadInput for a name that is not valid, and NotFound."""
        given = None if name is None else plain_name(name)
        if name is not None and given is None:
            raise BadInput("A name has 1 to 255 characters, none of which is a control character.", about=name)
        trip, wanted = await self._existing(trip_id), TripName(given)

        async def work(tx: LabelTransaction) -> str | None:
            await trips.lock(tx)
            before = (await trips.names(tx, [trip_id])).get(trip_id)
            if before is None:
                raise _unknown(trip_id)
            if before.given == wanted:
                return None
            await trips.rename(tx, {trip_id: wanted})
            said = f"Renamed the trip {before.shown} to {replace(before, given=wanted).shown}."
            edit = Edit(before.given, wanted, trip_id)
            return tx.record(Change("RENAME_TRIP", LabelKind.TRIPS, by, tx.now_ms, (edit,), summary=said))

        change_id = await self._writer.write(LabelKind.TRIPS, work)
        return replace(trip, given_name=given, change_id=change_id)

    async def tag(self, trip_id: str, refs: Sequence[Ref], by: str = "") -> BulkResult:
        """Tags the photos that the trip has now. Raises NotFound, and the errors of ``Tagging.tag_photos``."""
        trip = await self._existing(trip_id)
        return await self._tagging.tag_photos(self._index.search.photo_ids(self.photos(trip)), refs, by)

    async def make_album(self, trip_id: str, name: str | None = None, by: str = "") -> AlbumChange:
        """Creates an album of the photos that the trip has now, in the order in which they were taken. Without a name
        it gets that of the trip. Raises NotFound, and the errors of ``AlbumEditing.create``."""
        trip, search = await self._existing(trip_id), self._index.search
        numbers = search.page(search.collapsed(self.photos(trip)), PhotoOrder.TAKEN_ASC).numbers
        chosen = AlbumPhotos(search.photo_ids(numbers))
        return await self._albums.create(trip.name if name is None else name, chosen, by=by)

    async def _existing(self, trip_id: str) -> Trip:
        [trip] = await self.by_id([trip_id])
        if trip is None:
            raise _unknown(trip_id)
        return trip

    async def _refresh(self) -> None:
        version = await trips.version(self._graph)
        if version == self._version:
            return
        self._keep(version, await self._graph.reading(trips.every))

    def _keep(self, version: int, known: Mapping[str, Trip]) -> None:
        keys = sorted((((-trip.start.toordinal(), trip.id), trip) for trip in known.values()), key=lambda pair: pair[0])
        self._version, self._known, self._keys = version, known, keys


def _unknown(trip_id: str) -> NotFound:
    return NotFound("There is no such trip.", about=trip_id)
