"""Finds the photos of smart albums, each by its filter or its text, whenever they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from pyroaring import BitMap

from photos_graph.errors import BadInput, PhotosGraphError
from photos_graph.model.albums import Album
from photos_graph.model.search import PhotoOrder
from photos_graph.search.filter_json import from_json
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import to_query
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.query import And, Or, Query, terms_of
from photos_graph.search.terms.albums import InAlbum
from photos_graph.search.terms.content import LooksLikeText


class SmartAlbums:
    """Reads the filters and texts of smart albums as queries of one index."""

    def __init__(self, search: SearchIndex, customs: Customs) -> None:
        self._search = search
        self._customs = customs

    @classmethod
    def attach(cls, search: SearchIndex, customs: Customs) -> SearchIndex:
        """Has the index find the photos of its smart albums, and returns it."""
        search.sets.albums.find = cls(search, customs).photos
        return search

    def photos(self, album: Album) -> tuple[BitMap, bool]:
        """Returns the photos, and whether they stay the same until the index or the day changes. What is looked for in
        the pictures does not. A filter that cannot be evaluated any more, such as one of a folder that was removed,
        finds no photos."""
        try:
            query = self.query(album)
            return self._search.evaluate(query), not any(self.texts_of(query))
        except PhotosGraphError:
            return BitMap(), True

    def query(self, album: Album) -> Query:
        """Returns the query of a smart album. A text without a filter is read for the current day.

        Raises BadInput, NotFound for a folder that was removed, and TooComplex.
        """
        if album.filter is not None:
            return to_query(from_json(album.filter), IndexNames(self._search))
        return self.read(album.text or "", date.today()).query

    def read(self, text: str, today: date) -> Parsed:
        """Reads the text of a saved search. In it, the name of an album means the album only if the text says so, since
        many albums are called by their text. Raises BadInput and TooComplex."""
        return parse(text, self._search.lexicon.without_albums(), today, self._customs)

    def texts_of(self, query: Query) -> Iterator[str]:
        """Yields the texts that are looked for in the pictures, also for the smart albums that the query names."""
        for each in self.with_albums(query):
            yield from (term.text for term in terms_of(each) if isinstance(term, LooksLikeText))

    def with_albums(self, query: Query) -> Iterator[Query]:
        """Yields the query itself, and that of each smart album which it, or one of these, names."""
        pending, seen = [query], set[str]()
        while pending:
            yield (asked := pending.pop())
            for album_id in set(albums_of(asked)) - seen:
                seen.add(album_id)
                row = self._search.albums.get(album_id)
                if row is not None and row.is_smart:
                    with suppress(PhotosGraphError):  # it finds no photos
                        pending.append(self.query(row))


def albums_of(query: Query) -> Iterator[str]:
    """Yields the ids of the albums that a query names."""
    return (term.album_id for term in terms_of(query) if isinstance(term, InAlbum))


def order_in(search: SearchIndex, query: Query, order: PhotoOrder) -> tuple[PhotoOrder, str | None]:
    """Returns an order, and for ALBUM the id of the album whose order it is. ALBUM is the order of the only album that
    the query names, in which all photos have to be; if that album has an order of its own, it is that one.

    Raises BadInput for ALBUM if the query does not name one album in this way.
    """
    if order is not PhotoOrder.ALBUM:
        return order, None
    row = search.albums.get(_named_album(query) or "")
    if row is None:
        raise BadInput("The order ALBUM needs a filter for the photos of one album.", about=order.value)
    return row.shown_order, row.id if row.shown_order is PhotoOrder.ALBUM else None


def _named_album(query: Query) -> str | None:
    match query:
        case InAlbum(album_id):
            return album_id
        case Or((part,)):
            return _named_album(part)
        case And(parts):
            found = {named for part in parts if (named := _named_album(part)) is not None}
            return found.pop() if len(found) == 1 else None
        case _:
            return None
