"""The sets of photos from which search terms are evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.library import Place
from photos_graph.search.album_sets import AlbumSets
from photos_graph.search.arrays import Keys, Numbers, bitmap, numbers_of
from photos_graph.search.columns import NO_DATE, POSTED, PhotoTable
from photos_graph.search.content_sets import ContentSets
from photos_graph.search.file_words import FileWords
from photos_graph.search.folder_orders import FolderOrders
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.label_sets import LabelSets
from photos_graph.search.look_sets import LookSets
from photos_graph.search.person_sets import PersonSets
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow
from photos_graph.search.stacks import StackSets
from photos_graph.search.tag_sets import TagSets


class PhotoSets:
    """Sets of visible photos. Only the sets of ``labels`` also hold photos that are not visible.

    The sets follow from the columns of the table. To replace a row, its photo is removed from the sets of the old
    values, the columns are written, and the photo is added to the sets of the new values.
    """

    def __init__(self, wider: PhotoSets | None = None) -> None:
        """With ``wider``, the sets are those of a part of its photos, with which they share the rows and what does not
        tell photos apart by itself: they may then be read, and not be changed."""
        self.version = 0  # grows whenever photos are replaced
        self.table: PhotoTable = PhotoTable() if wider is None else wider.table
        self.visible = BitMap()
        self.favourites = BitMap()
        self.months: dict[int, BitMap] = {}  # by months since January 1970; photos with a date only
        self.years: dict[int, BitMap] = {}
        self.by_value: dict[str, dict[int, BitMap]] = {name: {} for name in POSTED}  # by column, by its value
        self.folders: Hierarchy[FolderRow] = Hierarchy()
        self.places: Hierarchy[Place] = Hierarchy()
        self.place_order = RowOrder(self.places)
        self.file_words: FileWords = FileWords() if wider is None else wider.file_words
        self.content: ContentSets = ContentSets(self.table, self.visible) if wider is None else wider.content
        self.looks: LookSets = LookSets(self.table, self.visible) if wider is None else wider.looks
        self.labels: LabelSets = LabelSets() if wider is None else wider.labels
        self.stacks = StackSets(self.table, self.visible)
        self.folder_orders = FolderOrders(self.folders, self.table, self.stacks)
        self.tags = TagSets(self.visible, self.folders, self.labels, self.stacks)
        self.persons = PersonSets(self.visible, self.labels, self.stacks, self.table)
        self.albums = AlbumSets(self.visible, self.stacks)

    def replace(self, rows: Sequence[PhotoRow], gone: Iterable[int]) -> BitMap:
        """Replaces whole rows, or no row if one of them is malformed. Returns the numbers of the touched photos."""
        self.version += 1
        latest = {row.number: row for row in rows}
        touched = BitMap([*latest, *gone])
        shown = [row for row in latest.values() if row.folders]
        parsed = self.table.parse(shown)
        words = {row.number: _words_of(row) for row in shown}
        before = touched & self.visible
        piles = self._stacks_among(before)
        lay = self._folder_codes(before)
        self._unpost(before)
        self.table.write(parsed)
        self.favourites |= BitMap([row.number for row in shown if row.favourite])
        self._post(BitMap([row.number for row in shown]))
        self.file_words.replace(touched, words)
        self.content.forget()
        self.looks.forget()
        now = touched & self.visible
        if not np.array_equal(self._folder_codes(before), lay) or before != now:
            self.tags.forget_inherited(self.tags.inheritance.carried)
        self._forget_labels_of(before ^ now)
        if piles != self._stacks_among(now):
            self.stacks.forget()
            self.persons.forget_all()
            self.tags.forget_counts()
            self.folder_orders.forget_all()
            self.albums.forget(touched)
        else:
            self.albums.forget(before ^ now)
        self.persons.forget_times(touched)
        return touched

    def relabel(self, postings: LabelPostings, touched: BitMap | None) -> None:
        """Replaces the labels of the touched photos, or of all photos if ``touched`` is None."""
        changed = self.labels.replace(postings, touched)
        self.tags.forget(changed.tags)
        self.tags.forget_below(changed.excluded)
        self.persons.forget(changed.persons)

    def replace_folders(self, rows: Iterable[FolderRow], gone: Iterable[str]) -> None:
        removed = self.folders.remove(gone)
        if self.folders.put(rows) or removed:
            self.tags.forget_inherited(self.tags.inheritance.carried)

    def restore(self, visible: BitMap, favourites: BitMap) -> None:
        """Builds the sets from a table that already has its rows."""
        self.favourites = favourites
        self._post(visible)

    def folders_of(self, number: int) -> tuple[str, ...]:
        """Returns the ids of the folders that hold a photo."""
        return self.table.folder_sets.values[int(self.table.folders[number])]

    def places_of(self, number: int) -> tuple[str, ...]:
        """Returns the ids of the places where a photo was taken, without their ancestors."""
        return self.table.place_sets.values[int(self.table.places[number])]

    def _stacks_among(self, photos: BitMap) -> dict[int, tuple[int, int]]:
        """Returns the stack, as its code, and the rank of those of the photos that are in one."""
        numbers = numbers_of(photos)
        numbers = numbers[self.table.stack[numbers] != 0]
        stacks, ranks = self.table.stack[numbers].tolist(), self.table.stack_rank[numbers].tolist()
        return dict(zip(numbers.tolist(), zip(stacks, ranks, strict=True), strict=True))

    def _folder_codes(self, photos: BitMap) -> npt.NDArray[np.int32]:
        return self.table.folders[numbers_of(photos)]

    def _forget_labels_of(self, photos: BitMap) -> None:
        """Clears the cached sets of labels whose photos became visible or invisible."""
        labels = self.labels
        for forget, kinds in (
            (self.tags.forget, (labels.tagged, labels.predicted)),
            (self.persons.forget, (labels.persons, labels.persons_predicted)),
        ):
            forget(id_ for sets in kinds for id_, those in sets.items() if those.intersect(photos))

    def _post(self, photos: BitMap) -> None:
        self.visible |= photos
        numbers = numbers_of(photos)
        for postings, codes in self._single_valued(numbers):
            for code, group in _groups(numbers, codes):
                postings[code] = postings.get(code, BitMap()) | group
        for hierarchy, groups in self._many_valued(numbers):
            hierarchy.post(groups)

    def _unpost(self, photos: BitMap) -> None:
        self.visible -= photos
        self.favourites -= photos
        numbers = numbers_of(photos)
        for postings, codes in self._single_valued(numbers):
            for code, group in _groups(numbers, codes):
                left = postings[code] - group
                if left:
                    postings[code] = left
                else:
                    del postings[code]
        for hierarchy, groups in self._many_valued(numbers):
            hierarchy.unpost(groups)

    def _single_valued(self, numbers: Numbers) -> Iterator[tuple[dict[int, BitMap], npt.NDArray[Any]]]:
        table = self.table
        taken = months(table.taken[numbers])
        yield self.months, taken
        yield self.years, np.where(taken == _NOTHING, _NOTHING, 1970 + taken // 12)
        for name, sets in self.by_value.items():
            values = getattr(table, name)[numbers].astype(np.int64)  # which has room for ``_NOTHING``
            nothing = POSTED[name]
            yield sets, values if nothing is None else np.where(values == nothing, _NOTHING, values)

    def _many_valued(self, numbers: Numbers) -> Iterator[tuple[Hierarchy[Any], dict[str, BitMap]]]:
        table = self.table
        yield self.folders, _spread(table.folder_sets.values, _groups(numbers, table.folders[numbers]))
        yield self.places, _spread(table.place_sets.values, _groups(numbers, table.places[numbers]))


_NOTHING = np.iinfo(np.int32).min  # a code that has no set


def months(taken: Keys) -> npt.NDArray[np.int64]:
    """Converts microseconds since 1970 to months since January 1970, and a missing date to ``_NOTHING``."""
    dated = taken != NO_DATE
    moments = np.where(dated, taken, 0).view("M8[us]")
    return np.where(dated, moments.astype("M8[M]").astype(np.int64), _NOTHING)


def _groups(numbers: Numbers, codes: npt.NDArray[Any]) -> Iterator[tuple[int, BitMap]]:
    """Yields each code with its photos. ``_NOTHING``, which sorts first, is left out."""
    order = np.argsort(codes, kind="stable")
    codes, numbers = codes[order], numbers[order]
    starts = np.flatnonzero(np.diff(codes, prepend=_NOTHING))
    for start, end in pairwise([*starts, len(codes)]):
        yield int(codes[start]), bitmap(numbers[start:end])


def _spread(sets: Sequence[tuple[str, ...]], groups: Iterable[tuple[int, BitMap]]) -> dict[str, BitMap]:
    """Converts photos by set of row ids to photos by row id."""
    spread: dict[str, BitMap] = {}
    for code, photos in groups:
        for row_id in sets[code]:
            spread[row_id] = spread[row_id] | photos if row_id in spread else photos
    return spread


def _words_of(row: PhotoRow) -> set[str]:
    return {word for text in {row.name, *row.texts} for word in name_words(text)}
