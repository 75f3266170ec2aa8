"""An index of a part of the photos, which knows nothing else: no tag, person, folder, place or album without a photo in
that part.

It shares the rows of photos with the index that it is a part of, and makes sets of its own. So whatever is counted,
listed, suggested or read as a word follows from its own photos alone. It is read only, and holds until the other index
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.search.arrays import Keys, numbers_of
from photos_graph.search.geo import Edges
from photos_graph.search.hierarchy import Hierarchy, Row
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.map_clusters import MapCluster
from photos_graph.search.orders import SortOrder
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.smart_albums import SmartAlbums

R = TypeVar("R", bound=Row)


def narrowed(wider: SearchIndex, photos: BitMap, customs: Customs) -> SearchIndex:
    """Returns an index of those visible photos. ``customs`` are those of smart albums."""
    found = NarrowedIndex(wider, photos)
    SmartAlbums.attach(found, customs)
    found.take_albums()
    return found


class NarrowedIndex(SearchIndex):
    def __init__(self, wider: SearchIndex, photos: BitMap) -> None:
        super().__init__(PhotoSets(wider.sets))
        self._wider = wider
        self._taken_desc, self._by_id, self._orders = wider._taken_desc, wider._by_id, wider._orders
        self.map = wider.map
        sets, photos = self.sets, photos & wider.sets.visible
        table, numbers = sets.table, numbers_of(photos)
        sets.version = wider.sets.version
        folders = _take(sets.folders, wider.folders, _used(table.folder_sets.values, table.folders[numbers]))
        _take(sets.places, wider.places, _used(table.place_sets.values, table.places[numbers]))
        sets.restore(photos, wider.sets.favourites & photos)
        having, labels = wider.sets.tags.having, wider.sets.labels
        sets.tags.replace_rows([row for row in wider.tags if having(row.id).intersect(photos)], ())
        marks = wider.inheritance.marks
        sets.tags.replace_marks([marks[id_] for id_ in folders & marks.keys()])
        shown = {
            id_
            for kind in (labels.persons, labels.persons_predicted)
            for id_, those in kind.items()
            if those.intersect(photos)
        }
        sets.persons.replace_rows([row for row in wider.persons if row.id in shown], ())

    def take_albums(self) -> None:
        """Takes over the albums that have a photo here. Those that are smart find their photos among these."""
        wider, albums = self._wider.sets.albums, self.sets.albums
        albums.replace_rows([row for row in wider.rows if row.is_smart], ())
        held = {id_: those for id_, those in wider.placed.items() if wider.holding(id_).intersect(self.sets.visible)}
        albums.replace_rows([row for row in wider.rows if row.id in held], ())
        albums.replace_photos(held, None)
        albums.replace_rows((), [row.id for row in albums.rows if not albums.holding(row.id)])

    def number_of(self, photo_id: str) -> int | None:
        number = self._wider.number_of(photo_id)
        return number if number is not None and number in self.sets.visible else None

    def numbers_of(self, photo_ids: Sequence[str]) -> Keys:
        visible, numbers = self.sets.visible, self._wider.numbers_of(photo_ids).tolist()
        return np.array([number if number >= 0 and number in visible else -1 for number in numbers], np.int64)

    def clusters(self, found: BitMap, bounds: Edges, zoom: int, whole: bool = False) -> list[MapCluster]:
        return self._wider.clusters(found, bounds, zoom, whole)

    def _ready(self, order: SortOrder) -> SortOrder:
        return self._wider._ready(order)

    def _is_in_texts(self, start: str, whole: bool) -> bool:
        words = self.sets.file_words
        return (words.having(start) if whole else words.find(start)).intersect(self.sets.visible)

    def _cameras(self) -> Sequence[str]:
        return self._own_cameras

    @cached_property
    def _own_cameras(self) -> Sequence[str]:
        names = self.sets.table.cameras.values
        return [names[code] for code in sorted(self.sets.by_value["camera"])]


def _used(sets: Sequence[tuple[str, ...]], codes: npt.NDArray[np.integer]) -> set[str]:
    """Returns the ids in those of the sets that have one of these codes."""
    return {row_id for code in np.unique(codes).tolist() for row_id in sets[code]}


def _take(into: Hierarchy[R], wider: Hierarchy[R], row_ids: Iterable[str]) -> set[str]:
    """Takes over rows and all rows above them. Returns the ids of all, also of those whose row is still to come."""
    wanted = {above for row_id in row_ids for above in wider.self_and_ancestors(row_id)}
    into.put(row for id_ in wanted if (row := wider.get(id_)) is not None)
    return wanted
