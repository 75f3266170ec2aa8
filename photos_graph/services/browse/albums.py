"""Reads albums for clients: their lists, the number of their photos, their covers, and the albums of a photo."""

from __future__ import annotations

from datetime import date

from photos_graph.errors import PhotosGraphError
from photos_graph.index import SeenIndex
from photos_graph.model.albums import Album, AlbumOrder
from photos_graph.search.columns import moment
from photos_graph.search.filter_json import from_json
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import sort_key
from photos_graph.search.listing import Listing, listed
from photos_graph.search.query_filters import to_filter
from photos_graph.search.smart_albums import SmartAlbums
from photos_graph.services.browse.questions import Questions


class Albums:
    def __init__(self, index: SeenIndex, questions: Questions) -> None:
        self._index = index
        self._questions = questions

    def get(self, album_id: str) -> Album | None:
        return self._index.search.albums.get(album_id)

    def named(self, name: str) -> Album | None:
        """Returns the album of that name. Case is ignored; accents are, if no other album differs in them alone."""
        found = self._index.search.albums.named(name.strip())
        exactly = [row for row in found if row.name.casefold() == name.strip().casefold()]
        return next(iter(exactly or found), None)

    def page(
        self,
        text: str | None,
        smart: bool | None,
        order: AlbumOrder,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Album]:
        """Returns a page of albums: of those in whose names each word of the text begins a word, and that are smart, or
        not. Raises BadInput for a cursor that is invalid or belongs to another order."""
        albums = self._index.search.albums
        among = albums.ids_with_words(name_words(text)) if text and text.strip() else None
        if smart is not None:
            wanted = {row.id for row in albums if row.is_smart is smart}
            among = wanted if among is None else among & wanted
        return listed(self._index.search.sets.albums.row_orders[order], order, first, after, last, before, among)

    async def look(self, album: Album) -> None:
        """Prepares what follows for a smart album that finds photos by what they look like. Raises Unavailable."""
        if album.is_smart:
            await self._questions.of_album(album.id)

    def photo_count(self, album: Album) -> int:
        """Returns the number of photos in the album; a stack counts as one."""
        return self._index.search.album_facts(album).photo_count

    def cover(self, album: Album) -> str | None:
        """Returns the id of the photo that a person chose as the cover, if it is in the album, or else of the first
        one; None for an album without photos."""
        search = self._index.search
        if album.cover is not None and album.cover in search.sets.albums.holding(album.id):
            return search.photo_ids([album.cover])[0]
        first = search.album_facts(album).first
        return search.photo_ids([first])[0] if first is not None else None

    def dates(self, album: Album) -> tuple[date, date] | None:
        """Returns the first and the last local day on which photos of the album were taken, or None if no day is
        known."""
        taken = self._index.search.album_facts(album).taken
        return (moment(taken[0]).date(), moment(taken[1]).date()) if taken is not None else None

    def filter(self, album: Album) -> PhotoFilter | None:
        """Returns the filter of a smart album. That of a saved search is what its words meant when it was saved, or, if
        they are read again, mean today. Returns None for any other album, and if no filter finds the same photos."""
        search = self._index.search
        try:
            if album.filter is not None:
                return from_json(album.filter)
            if album.text is not None:
                return to_filter(SmartAlbums(search, self._index.customs).query(album), IndexNames(search).looks)
        except PhotosGraphError:
            pass  # such as a filter that a later version of the program wrote
        return None

    def of_photo(self, number: int) -> list[Album]:
        """Returns the albums into which people put the photo (by number) or another one of its stack, by name."""
        return sorted(self._index.search.sets.albums.with_photo(number), key=sort_key)
