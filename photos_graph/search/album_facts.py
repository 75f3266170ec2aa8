"""What a list of albums shows of each of them, kept until the album or one of its photos changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.model.albums import Album
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.row_orders import span


@dataclass(frozen=True, slots=True)
class AlbumFacts:
    """``photo_count`` counts a stack as one photo. ``first`` is the number of the first photo in the order of the
    album, and ``taken`` are the first and the last time, in microseconds since 1970. Both are None if there is none."""

    photo_count: int
    first: int | None
    taken: tuple[int, int] | None


class KnownAlbums:
    """The facts of albums, which cost nothing for each photo of an album that is asked for again.

    ``first_of`` returns the first of some photos in the order of an album. The set of an album is another object once
    other photos are in it, and so is that of a smart album once anything in the index has changed.
    """

    def __init__(self, sets: PhotoSets, first_of: Callable[[Album, BitMap], int | None]) -> None:
        self._sets = sets
        self._first_of = first_of
        self._known: dict[str, tuple[Album, BitMap, AlbumFacts]] = {}

    def facts(self, album: Album) -> AlbumFacts:
        photos = self._sets.albums.holding(album.id)
        known = self._known.get(album.id)
        if known is not None and known[0] is album and known[1] is photos:
            return known[2]
        shown = self._sets.stacks.collapsed(photos)
        facts = AlbumFacts(len(shown), self._first_of(album, shown), span(self._sets.table.taken, photos))
        self._known[album.id] = album, photos, facts
        return facts

    def touch(self, photos: BitMap) -> None:
        """Forgets the albums that hold one of these photos. It must be called when photos changed, such as their time
        or their place in a stack."""
        self.forget([album_id for album_id, known in self._known.items() if known[1].intersect(photos)])

    def forget(self, album_ids: Iterable[str]) -> None:
        for album_id in album_ids:
            self._known.pop(album_id, None)
