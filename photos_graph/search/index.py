"""The search index: the read model that answers which photos match, how many, and in which order.

It belongs to one event loop. Rows are applied synchronously, so that a query sees all rows of a call or none of them.
The caller may change the sets that ``evaluate`` returns. Sets that the parts of the index return must not be changed,
and are valid only until the index changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice

import numpy as np
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import FolderMarks, Tag
from photos_graph.model.library import Place
from photos_graph.model.search import Match, PhotoOrder, TimelineUnit
from photos_graph.model.stacks import Stack, StackKind, Stacks
from photos_graph.search import cursor, paging
from photos_graph.search.album_facts import AlbumFacts, KnownAlbums
from photos_graph.search.arrays import Keys
from photos_graph.search.columns import NO_DATE, microseconds
from photos_graph.search.evaluation import evaluate
from photos_graph.search.facets import Facets
from photos_graph.search.geo import Edges
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.inheritance import Inheritance
from photos_graph.search.language.lexicon import Lexicon
from photos_graph.search.language.lexicon_names import LexiconNames
from photos_graph.search.map_clusters import MapCluster, MapClusters
from photos_graph.search.orders import IntegerOrder, NameOrder, SortOrder
from photos_graph.search.paging import IndexPage
from photos_graph.search.person_faces import PersonFaces
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.place_centres import PlaceCentres
from photos_graph.search.query import Query
from photos_graph.search.reasons import matches
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow, PlacedPhotos
from photos_graph.search.timeline import WHOLE, Bucket, TimelinePart, Timelines

_BATCH = 8192  # rows applied at a time, so that a million rows need not exist at once
_BY_TIME = (PhotoOrder.TAKEN_DESC, PhotoOrder.TAKEN_ASC)


class SearchIndex:
    """An index of all photos. ``seq`` is the number of the last change of the graph that the index contains; the owner
    of the index sets it."""

    def __init__(self, sets: PhotoSets | None = None) -> None:
        self.seq = 0
        self.sets = sets or PhotoSets()
        table = self.sets.table
        self._taken_desc = IntegerOrder(lambda n: _newest_first(table.taken[n]))
        self._by_id = IntegerOrder(table.id_prefixes)
        self._orders: dict[PhotoOrder, SortOrder] = {
            PhotoOrder.TAKEN_DESC: self._taken_desc,
            PhotoOrder.TAKEN_ASC: IntegerOrder(lambda n: table.taken[n]),
            PhotoOrder.ADDED_DESC: IntegerOrder(lambda n: -table.added[n]),
            PhotoOrder.NAME_ASC: NameOrder(table.names),
            PhotoOrder.RATING_DESC: IntegerOrder(lambda n: -table.rating[n].astype(np.int64)),
        }
        self.facets = Facets(self.sets)
        self.map = MapClusters(table)
        self._timelines = Timelines(self.photo_ids)
        self.centres = PlaceCentres(self.places, table)
        self._known_albums = KnownAlbums(self.sets, self._first_of)
        self.person_faces = PersonFaces()
        if sets is None:
            _ = self.lexicon  # it follows the rows from the beginning

    @cached_property
    def lexicon(self) -> Lexicon:
        """What people call the rows of the index."""
        return LexiconNames(
            self.tags,
            self.persons,
            self.places,
            self.folders,
            self._is_in_texts,
            lambda: self.sets.content.file is not None,
            lambda: self.sets.looks.source is not None,
            self._cameras,
            self.centres.of,
            self.albums,
        )

    def _is_in_texts(self, start: str, whole: bool) -> bool:
        return self.sets.file_words.has(start, whole)

    def _cameras(self) -> Sequence[str]:
        return self.sets.table.cameras.values

    def __len__(self) -> int:
        """Returns the number of visible photos, which are those with a file that is not missing."""
        return len(self.sets.visible)

    # changes

    def apply_photos(self, rows: Iterable[PhotoRow], gone: Iterable[int] = ()) -> None:
        """Replaces whole rows. A photo that is gone, or that is no longer in any folder, becomes invisible.

        Raises ValueError or OverflowError for a malformed row, and then applies nothing of its batch."""
        self.facets.forget()
        self.sets.albums.forget_found()
        pending = iter(rows)
        left: Sequence[int] = list(gone)
        while (batch := list(islice(pending, _BATCH))) or left:
            touched = self.sets.replace(batch, left)
            for order in self.orders().values():
                order.touch(touched)
            self.map.touch(touched)
            self._known_albums.touch(touched)
            left = ()

    def apply_folders(self, rows: Iterable[FolderRow], gone: Iterable[str] = ()) -> None:
        self.sets.albums.forget_found()
        self.sets.replace_folders(rows, gone)

    def apply_places(self, rows: Iterable[Place], gone: Iterable[str] = ()) -> None:
        self.sets.albums.forget_found()
        self.places.remove(gone)
        self.places.put(rows)

    def apply_tags(self, rows: Iterable[Tag], gone: Iterable[str] = ()) -> None:
        """Adds, replaces and removes tags. A tag that is gone is removed from all photos and folders."""
        self.sets.albums.forget_found()
        self.sets.tags.replace_rows(rows, gone)

    def apply_persons(self, rows: Iterable[Person], gone: Iterable[str] = ()) -> None:
        """Adds, replaces and removes persons. A person who is gone is removed from all photos."""
        gone = list(gone)
        self.sets.albums.forget_found()
        self.person_faces.forget(gone)
        self.sets.persons.replace_rows(rows, gone)

    def apply_marks(self, marks: Iterable[FolderMarks]) -> None:
        """Replaces the tags that these folders carry and exclude. The tags of other folders stay."""
        self.sets.albums.forget_found()
        self.sets.tags.replace_marks(marks)

    def apply_labels(self, postings: LabelPostings, touched: BitMap | None) -> None:
        """Replaces the labels of the touched photos, or of all photos if ``touched`` is None."""
        self.sets.albums.forget_found()
        self.sets.relabel(postings, touched)

    def apply_albums(self, rows: Iterable[Album], gone: Iterable[str] = ()) -> None:
        """Adds, replaces and removes albums. An album that is gone has no photos any more."""
        gone = list(gone)
        self.sets.albums.forget_found()
        self.sets.albums.replace_rows(rows, gone)
        self._known_albums.forget(gone)

    def apply_placed(self, placed: Mapping[str, PlacedPhotos], touched: BitMap | None) -> None:
        """Replaces the places in albums of the touched photos, or of all photos if ``touched`` is None."""
        self.sets.albums.forget_found()
        self.sets.albums.replace_photos(placed, touched)

    def prepare(self) -> None:
        """Sorts the orders that the next queries would otherwise have to sort. This pays off after many changes, before
        queries are served."""
        for order in self.orders().values():
            order.refresh(self.sets.visible)

    # questions

    def evaluate(self, query: Query) -> BitMap:
        """Returns the numbers of the visible photos that match the query.

        Raises TooComplex if the query is nested too deeply, or if a text in it has too many words.
        """
        return evaluate(self.sets, query)

    def matches(self, query: Query, numbers: Sequence[int]) -> dict[int, list[Match]]:
        """Returns why each of these photos matches the query. See ``reasons.matches``. Raises TooComplex."""
        return matches(self.sets, query, numbers)

    def page(
        self,
        found: BitMap,
        order: PhotoOrder,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        album_id: str | None = None,
    ) -> IndexPage:
        """Returns a page as Relay's connection specification defines it. Without ``first`` and ``last`` it is the whole
        range. The order ALBUM is that of the album ``album_id``, which must hold all of the photos.

        Raises BadInput for a negative count, and for a cursor that is invalid or belongs to another order.
        """
        listed = paging.FoundInOrder(self._order(order, album_id), found)
        return paging.page(listed, order, first, after, last, before)

    def around(
        self, found: BitMap, order: PhotoOrder, number: int, before: int, after: int, album_id: str | None = None
    ) -> IndexPage:
        """Returns the found photos around a visible photo, and the photo itself if it was found. In the order ALBUM, it
        must be one of those in the album ``album_id``."""
        chosen = self._order(order, album_id)
        return paging.around(chosen, order, found, (chosen.key(number), number), before, after)

    def around_time(self, found: BitMap, order: PhotoOrder, at: datetime, before: int, after: int) -> IndexPage:
        """Returns the found photos around a local time. Raises BadInput if the order is not one by time."""
        keys = {PhotoOrder.TAKEN_DESC: -microseconds(at), PhotoOrder.TAKEN_ASC: microseconds(at)}
        if order not in keys:
            raise BadInput(f"Photos are around a time only in an order by time, which {order} is not.")
        return paging.around(self._order(order), order, found, (keys[order], 0), before, after)

    def cursor(self, number: int, order: PhotoOrder) -> str:
        """Returns the cursor of a visible photo, in an order other than ALBUM."""
        return cursor.encode(order, self._order(order).key(number), number)

    def newest(self, found: BitMap) -> str | None:
        """Returns the id of the most recent of these visible photos, or None if there are none."""
        order = self._ready(self._taken_desc)
        return next(iter(self.photo_ids(order.take(found, 0, len(order.sequence), 1))), None)

    def timeline(
        self,
        found: BitMap,
        unit: TimelineUnit,
        order: PhotoOrder = PhotoOrder.TAKEN_DESC,
        part: TimelinePart = WHOLE,
    ) -> list[Bucket]:
        """Returns the buckets that are not empty in an order by time, or a part of them. Photos without a date are left
        out. Raises BadInput for another order."""
        sorted_order = self._order(order) if order in _BY_TIME else None
        if not isinstance(sorted_order, IntegerOrder):
            raise BadInput(f"A timeline has an order by time, which {order} is not.", about=order)
        return self._timelines.buckets(sorted_order, order, self.sets.months, found, unit, part)

    def clusters(self, found: BitMap, bounds: Edges, zoom: int, whole: bool = False) -> list[MapCluster]:
        """Returns the clusters of these visible photos on a map. See ``MapClusters.clusters``.

        Raises BadInput for a zoom that the map does not have, and TooComplex for too many clusters.
        """
        self._taken_desc.refresh(self.sets.visible)
        return self.map.clusters(found, self.sets.visible, self._taken_desc, bounds, zoom, whole)

    def sorted_map(self) -> MapClusters:
        """Returns a map of the visible photos that is sorted, to take the place of ``map``. A thread may do this while
        questions are answered, but not while photos change."""
        made = MapClusters(self.sets.table)
        made.touch(self.sets.visible)
        made.prepare(self.sets.visible)
        return made

    # stacks

    def collapsed(self, found: BitMap, stacks: Stacks = Stacks.COLLAPSED) -> BitMap:
        """Returns the entries of a list of these visible photos: with COLLAPSED, one photo for each stack. The sets
        must not be changed."""
        return found if stacks is Stacks.EXPANDED else self.sets.stacks.collapsed(found)

    def stack_of(self, number: int) -> Stack | None:
        """Returns the stack that has this photo and at least one more visible photo."""
        members = self.sets.stacks.members(number)
        if not members:
            return None
        id_, kind = self.sets.table.stacks.values[int(self.sets.table.stack[number])]
        return Stack(id_, StackKind(kind), tuple(self.photo_ids(members)))

    def stack_numbers(self, photo_id: str) -> list[int]:
        """Returns the numbers of a visible photo and of all others in its stack, or an empty list."""
        number = self.number_of(photo_id)
        return [] if number is None else self.sets.stacks.members(number) or [number]

    def stacks_numbers(self, photo_ids: Sequence[str]) -> list[list[int]]:
        """Returns ``stack_numbers`` of many photos at once."""
        stacks = self.sets.stacks
        found = self.numbers_of(photo_ids).tolist()
        return [[] if number < 0 else stacks.members(number) or [number] for number in found]

    # albums

    def album_facts(self, album: Album) -> AlbumFacts:
        """Returns the number of photos, the first one and the times of an album that exists."""
        return self._known_albums.facts(album)

    def _first_of(self, album: Album, photos: BitMap) -> int | None:
        order = self._order(album.shown_order, album.id)
        return next(iter(order.take(photos, 0, len(order.sequence), 1)), None)

    # photos by number and id

    def photo_ids(self, numbers: Iterable[int]) -> list[str]:
        """Returns the ids of photos that are or have been visible, in the order of ``numbers``."""
        ids = self.sets.table.ids
        return [ids[number].tobytes().hex() for number in numbers]

    def number_of(self, photo_id: str) -> int | None:
        """Returns the number of a visible photo, or None for any other text."""
        try:
            wanted = bytes.fromhex(photo_id)
        except ValueError:
            return None
        if len(wanted) != 16 or wanted.hex() != photo_id:
            return None
        order = self._by_id
        order.refresh(self.sets.visible)
        prefix = int.from_bytes(wanted[:8], "big", signed=True)
        place = order.position(prefix, 0)
        for at in range(place, len(order.sequence)):
            number = int(order.sequence[at])
            found = self.sets.table.ids[number].tobytes()
            if found == wanted:
                return number
            if found[:8] != wanted[:8]:
                break
        return None

    def numbers_of(self, photo_ids: Sequence[str]) -> Keys:
        """Returns the numbers (n,) of many photos at once, with -1 for those that are not visible."""
        if not photo_ids or not self.sets.visible:
            return np.full(len(photo_ids), -1, np.int64)
        self._by_id.refresh(self.sets.visible)
        sequence, ids = self._by_id.sequence, self.sets.table.ids
        wanted = np.frombuffer(bytes.fromhex("".join(photo_ids)), np.uint8).reshape(-1, 16)
        prefixes = wanted[:, :8].copy().view(">i8").ravel().astype(np.int64)
        places = self._by_id.edges(prefixes, np.zeros(len(prefixes), np.int64))
        numbers = sequence[np.minimum(places, len(sequence) - 1)].astype(np.int64)
        for at in np.flatnonzero((ids[numbers] != wanted).any(axis=1)).tolist():
            number = self.number_of(photo_ids[at])  # not visible, or one of several with the same first half
            numbers[at] = -1 if number is None else number
        return numbers

    # its parts

    @property
    def folders(self) -> Hierarchy[FolderRow]:
        return self.sets.folders

    @property
    def places(self) -> Hierarchy[Place]:
        return self.sets.places

    @property
    def tags(self) -> Hierarchy[Tag]:
        return self.sets.tags.rows

    @property
    def persons(self) -> Hierarchy[Person]:
        return self.sets.persons.rows

    @property
    def albums(self) -> Hierarchy[Album]:
        return self.sets.albums.rows

    @property
    def inheritance(self) -> Inheritance:
        """The tags that folders carry and exclude."""
        return self.sets.tags.inheritance

    def orders(self) -> dict[str, SortOrder]:
        """Returns every sorted order by its name, for the snapshot."""
        return {"id": self._by_id, **{name.value: order for name, order in self._orders.items()}}

    def _ready(self, order: SortOrder) -> SortOrder:
        order.refresh(self.sets.visible)
        return order

    def _order(self, order: PhotoOrder, album_id: str | None = None) -> SortOrder:
        if order is PhotoOrder.ALBUM:
            return self.sets.albums.order(album_id or "")
        return self._ready(self._orders[order])


def _newest_first(taken: Keys) -> Keys:
    return np.where(taken == NO_DATE, NO_DATE, -taken)
