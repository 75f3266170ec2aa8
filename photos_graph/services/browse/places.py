"""Places and maps for clients, from the search index alone."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.errors import NotFound
from photos_graph.index import SeenIndex
from photos_graph.model.library import Place, PlaceKind
from photos_graph.model.search import MatchKind
from photos_graph.model.stacks import Stacks
from photos_graph.search.filter_names import query_of
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.folding import name_words
from photos_graph.search.geo import Edges
from photos_graph.search.language.phrases import MatchLevel
from photos_graph.search.listing import NAME, Listing, listed
from photos_graph.search.map_clusters import MapCluster


class Places:
    def __init__(self, index: SeenIndex) -> None:
        self._index = index

    def get(self, place_id: str) -> Place | None:
        return self._index.search.places.get(place_id)

    def page(
        self,
        name: str | None,
        parent_id: str | None,
        kind: PlaceKind | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Place]:
        """Returns a page, by name, of the places with photos that meet the conditions which are given; of the countries
        without a condition. ``name`` consists of words that begin words of the name of a place, or it is a name in
        another language.

        Raises NotFound for an unknown parent, BadInput for an invalid cursor.
        """
        places = self._index.search.places
        if parent_id is not None and places.get(parent_id) is None:
            raise NotFound("There is no such place.", about=parent_id)
        if name is None and kind is None:
            rows: Iterable[Place] = places.children(parent_id)
        else:
            rows = places if name is None else self._named(name)
            rows = (row for row in rows if kind in (None, row.kind) and parent_id in (None, row.parent_id))
        among = {row.id for row in rows if places.photos_below(row.id)}
        return listed(self._index.search.sets.place_order, NAME, first, after, last, before, among)

    def _named(self, name: str) -> list[Place]:
        search, words = self._index.search, name_words(name)
        if not words:
            return []
        found = set.intersection(*(search.places.ids_with_word(word) for word in words))
        elsewhere = search.lexicon.exact(MatchLevel.NAME, words)
        found |= {thing.id for thing in elsewhere if thing.kind is MatchKind.PLACE}
        return [row for id_ in found if (row := search.places.get(id_)) is not None]

    def path(self, place_id: str) -> str | None:
        """Returns the names from the country down, such as "Italy/Abruzzo/L'Aquila"."""
        return self._index.search.places.path(place_id)

    def photo_count(self, place_id: str) -> int:
        """Returns the number of photos at the place and within it; a stack counts as one."""
        search = self._index.search
        return len(search.collapsed(search.places.photos_below(place_id)))

    def cover_id(self, place_id: str) -> str | None:
        """Returns the id of the most recent photo at the place or within it."""
        search = self._index.search
        return search.newest(search.collapsed(search.places.photos_below(place_id)))

    def position(self, place_id: str) -> tuple[float, float] | None:
        """Returns the middle of the photos at the place and within it, as latitude and longitude, or None if none of
        them has a position."""
        return self._index.search.centres.of(place_id)

    def clusters(
        self,
        filter: PhotoFilter | None,
        bounds: Edges,
        zoom: int,
        stacks: Stacks = Stacks.COLLAPSED,
        whole: bool = False,
    ) -> list[MapCluster]:
        """Returns the clusters of the photos that match a filter. See ``MapClusters.clusters``.

        Raises BadInput, NotFound for an unknown folder, and TooComplex.
        """
        search = self._index.search
        found = search.collapsed(search.evaluate(query_of(filter, search)), stacks)
        return search.clusters(found, bounds, zoom, whole)
