"""The search index: the read model that answers which photos, how many, and in which order.

It belongs to one event loop. Applying rows is synchronous: what is asked between two applies sees either
all of it or nothing. Sets that it hands out are the caller's own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from pyroaring import BitMap

from photos_graph.model import FolderMarks, Match, PhotoOrder, TimelineUnit
from photos_graph.search import facets, paging
from photos_graph.search.arrays import Keys
from photos_graph.search.columns import NO_DATE
from photos_graph.search.evaluation import evaluate
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.language.lexicon import Lexicon, LexiconNames
from photos_graph.search.orders import IntegerOrder, NameOrder, SortOrder
from photos_graph.search.paging import IndexPage
from photos_graph.search.photo_sets import PhotoSets
from photos_graph.search.query import Query
from photos_graph.search.reasons import matches
from photos_graph.search.rows import FolderRow, LabelPostings, PersonRow, PhotoRow, PlaceRow, TagRow
from photos_graph.search.timeline import Bucket, timeline

_BATCH = 8192  # rows taken over at a time, so that a million need not exist at once


class SearchIndex:
    """``seq`` is the change number of the graph that the index stands for; its owner sets it."""

    def __init__(self) -> None:
        self.seq = 0
        self.sets = PhotoSets()
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
        self._counted: tuple[BitMap, facets.Count] | None = None
        self.lexicon: Lexicon = LexiconNames(self.tags, self.persons, self.places, self.folders, self.sets.names.has)

    def __len__(self) -> int:
        """Visible photos: those with a file that is not missing."""
        return len(self.sets.visible)

    # changes

    def apply_photos(self, rows: Iterable[PhotoRow], gone: Iterable[int] = ()) -> None:
        """Take over whole rows; a photo that is gone, or has no folder any more, is not shown.

        A malformed row raises ValueError or OverflowError, and nothing of its batch is applied."""
        self._counted = None
        pending = iter(rows)
        left: Sequence[int] = list(gone)
        while (batch := list(islice(pending, _BATCH))) or left:
            touched = self.sets.replace(batch, left)
            for order in self.orders().values():
                order.touch(touched)
            left = ()

    def apply_folders(self, rows: Iterable[FolderRow], gone: Iterable[str] = ()) -> None:
        self.sets.replace_folders(rows, gone)

    def apply_places(self, rows: Iterable[PlaceRow], gone: Iterable[str] = ()) -> None:
        self.places.remove(gone)
        self.places.put(rows)

    def apply_tags(self, rows: Iterable[TagRow], gone: Iterable[str] = ()) -> None:
        """A tag that is gone is on nothing any more."""
        self.sets.tags.replace_rows(rows, gone)

    def apply_persons(self, rows: Iterable[PersonRow], gone: Iterable[str] = ()) -> None:
        """A person that is gone is in no picture any more."""
        self.sets.persons.replace_rows(rows, gone)

    def apply_marks(self, marks: Iterable[FolderMarks]) -> None:
        """All that is said of tags on these folders; of the others nothing changes."""
        self.sets.tags.replace_marks(marks)

    def apply_labels(self, postings: LabelPostings, touched: BitMap | None) -> None:
        """All labels of the touched photos; of all photos when None."""
        self.sets.relabel(postings, touched)

    def prepare(self) -> None:
        """Sort what the next questions would have to sort; worth it after many changes, before serving."""
        for order in self.orders().values():
            order.refresh(self.sets.visible)

    # questions

    def evaluate(self, query: Query) -> BitMap:
        """The numbers of the visible photos that answer the query.

        Raises TooComplex when it is nested too deep, or a text in it has too many words.
        """
        return evaluate(self.sets, query)

    def matches(self, query: Query, numbers: Sequence[int]) -> dict[int, list[Match]]:
        """Why each of these photos answers the query; nothing of one that does not. What must not be is no reason,
        and of an ``or`` only the branches that hold are. Raises TooComplex."""
        return matches(self.sets, query, numbers)

    def page(
        self,
        found: BitMap,
        order: PhotoOrder,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> IndexPage:
        """A page as Relay's connection specification has it; without ``first`` and ``last``, all of the range.

        Raises BadInput for a cursor that is none or of another order, and for a negative count.
        """
        return paging.page(self._ready(self._orders[order]), order, found, first, after, last, before)

    def timeline(self, found: BitMap, unit: TimelineUnit) -> list[Bucket]:
        """Newest first, without empty buckets; photos without a date are left out."""
        self._taken_desc.refresh(self.sets.visible)
        return timeline(self._taken_desc, self.sets.months, found, unit)

    def years(self, found: BitMap) -> list[tuple[int, int]]:
        """Each year with photos and their count, newest first."""
        return facets.years(self.sets.years, self._counting(found))

    def place_counts(self, found: BitMap, first: int) -> list[tuple[str, int]]:
        """The places with the most photos, at or within them."""
        return facets.places(self.places, self.sets.table, found, self.sets.visible, first)

    def tag_counts(self, found: BitMap, first: int) -> list[tuple[str, int]]:
        """The tags that the most of these photos have, predictions counted."""
        if not found.intersect(self.sets.tags.having_any()):
            return []
        return facets.tags(self.sets.tags, self._counting(found), first)

    def person_counts(self, found: BitMap, first: int) -> list[tuple[str, int]]:
        """The persons that most of these photos show, predictions counted; hidden ones are left out."""
        return facets.persons(self.sets.persons, self._counting(found), first)

    def _counting(self, found: BitMap) -> facets.Count:
        # The facets of a page are asked for one after the other: how to count is worked out once.
        if self._counted is None or self._counted[0] is not found:
            self._counted = found, facets.counting(found, self.sets.visible)
        return self._counted[1]

    # photos by number and id

    def photo_ids(self, numbers: Iterable[int]) -> list[str]:
        """Ids in the order of the numbers, which are those of photos that the index has shown."""
        ids = self.sets.table.ids
        return [ids[number].tobytes().hex() for number in numbers]

    def number_of(self, photo_id: str) -> int | None:
        """The number of a visible photo; None for any other text."""
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

    # folders and places

    @property
    def folders(self) -> Hierarchy[FolderRow]:
        return self.sets.folders

    @property
    def places(self) -> Hierarchy[PlaceRow]:
        return self.sets.places

    # tags and persons

    @property
    def tags(self) -> Hierarchy[TagRow]:
        return self.sets.tags.rows

    @property
    def persons(self) -> Hierarchy[PersonRow]:
        return self.sets.persons.rows

    def tagged(self, tag_id: str, confirmed: bool = False) -> BitMap:
        """Photos with the tag or one below it; read only, and only until the index changes."""
        return self.sets.tags.having(tag_id, confirmed)

    def tag_up(self, tag_id: str) -> tuple[str, ...]:
        """The tag itself and all above it."""
        return tuple(self.tags.way_up(tag_id))

    def tags_named(self, path: str) -> list[str]:
        """Ids of the tags of that name or path ("Places/Abruzzo"); case and accents do not count."""
        return [row.id for row in self.tags.named(path.strip())]

    def persons_named(self, name: str) -> list[str]:
        """Ids of the persons of that name; case and accents do not count."""
        return [row.id for row in self.persons.named(name.strip())]

    def me(self) -> list[str]:
        """Ids of the persons who are marked as the owner."""
        return sorted(row.id for row in self.persons if row.is_me)

    def marks(self, folder_id: str) -> FolderMarks:
        """What is said of tags on the folder itself."""
        return self.sets.tags.inheritance.marks.get(folder_id) or FolderMarks(folder_id)

    def folder_way(self, folder_id: str) -> list[FolderMarks]:
        """The marks of a folder and of all above it, the root's last."""
        return [self.marks(at) for at in self.folders.way_up(folder_id)]

    def reached_if(self, tag_ids: Iterable[str], marks: Iterable[FolderMarks]) -> BitMap:
        """Photos whose confirmed having of any of these tags would change if these folders had these marks."""
        return self.sets.tags.reached_if(tag_ids, marks)

    # folders and places

    def folder(self, folder_id: str) -> FolderRow | None:
        return self.folders.get(folder_id)

    def folder_path(self, folder_id: str) -> str | None:
        """ "<root name>/a/b" ; None when the folder is not known."""
        return self.folders.path(folder_id)

    def folder_at(self, path: str) -> FolderRow | None:
        """The folder of exactly that path, as ``folder_path`` gives it."""
        wanted = unicodedata.normalize("NFC", path.strip("/"))
        exact = (row for row in self.folders.named(wanted) if self.folders.path(row.id) == wanted)
        return next(exact, None)

    def folder_count(self, folder_id: str, recursive: bool = True) -> int:
        """Photos in a folder."""
        return len(self.folders.below(folder_id) if recursive else self.folders.own(folder_id))

    def places_named(self, path: str) -> list[str]:
        """Ids of the places of that id, else of that name or path ("Italy/Abruzzo"); case and accents do not count."""
        if self.places.get(path) is not None:
            return [path]
        return [row.id for row in self.places.named(path.strip())]

    def _ready(self, order: SortOrder) -> SortOrder:
        order.refresh(self.sets.visible)
        return order

    def orders(self) -> dict[str, SortOrder]:
        """Every sorted order by a name for it, for the snapshot."""
        return {"id": self._by_id, **{name.value: order for name, order in self._orders.items()}}


def _newest_first(taken: Keys) -> Keys:
    return np.where(taken == NO_DATE, NO_DATE, -taken)
