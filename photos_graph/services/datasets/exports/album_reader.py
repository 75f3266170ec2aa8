"""Reads the records of albums, and the places of exported photos in them."""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import album_entries
from photos_graph.graph.labels.album_entries import Places
from photos_graph.index import Index
from photos_graph.model.albums import Album
from photos_graph.search.filter_json import from_json
from photos_graph.services.datasets.exports.records import AlbumMark, AlbumRecord
from photos_graph.services.datasets.portable_filters import portable


class AlbumReader:
    """Reads albums for an export of the photos ``exported``, which are given by number."""

    def __init__(self, graph: Graph, index: Index, exported: BitMap) -> None:
        self._graph = graph
        self._search = index.search
        self._exported = exported

    async def marks(self, numbers: Sequence[int]) -> dict[int, tuple[AlbumMark, ...]]:
        """Returns the places of the photos in albums, by number, sorted by the names of the albums. An exported photo
        also stands for those of its stack that are not exported."""
        represented = {number: [number, *self._left_out(number)] for number in numbers}
        every = [each for those in represented.values() for each in those]
        of_albums = await self._graph.reading(lambda tx: album_entries.of_photos(tx, every))
        albums = [row for row in self._search.albums if row.id in of_albums or row.cover in represented]
        albums.sort(key=lambda row: row.name)
        found: dict[int, tuple[AlbumMark, ...]] = {}
        for number, those in represented.items():
            marks = (_mark(row, of_albums.get(row.id, {}), number, those) for row in albums)
            if kept := tuple(mark for mark in marks if mark is not None):
                found[number] = kept
        return found

    def records(self, everything: bool) -> tuple[AlbumRecord, ...]:
        """Returns the albums in which exported photos are, or all albums if ``everything``, sorted by name."""
        albums = self._search.sets.albums
        wanted = [row for row in self._search.albums if everything or albums.holding(row.id) & self._exported]
        return tuple(self._record(row) for row in sorted(wanted, key=lambda row: row.name))

    def _left_out(self, number: int) -> list[int]:
        """Returns the other photos of the stack, unless one that comes before this one is exported as well."""
        members = self._search.sets.stacks.members(number)
        first = next((each for each in members if each in self._exported), number)
        return [each for each in members if each not in self._exported] if first == number else []

    def _record(self, row: Album) -> AlbumRecord:
        filter = None if row.filter is None else portable(from_json(row.filter), self._search)
        return AlbumRecord(row.name, row.description, filter, row.text, row.order, row.created_ms or None, row.by)


def _mark(album: Album, places: Places, number: int, represented: Sequence[int]) -> AlbumMark | None:
    is_cover = album.cover == number
    if number in places:
        place = places[number]
    else:
        inside = [places[each] for each in represented if each in places]
        if not inside:
            return AlbumMark(album.name, cover=True) if is_cover else None
        place = min(inside, key=lambda each: each.position)
    entry = place.entry
    return AlbumMark(album.name, place.position, entry.placed_at_ms or None, entry.placed_by, is_cover)
