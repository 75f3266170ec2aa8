"""The photos of albums, and their order in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import numpy as np
from pyroaring import BitMap

from photos_graph.model.albums import Album, AlbumOrder
from photos_graph.search.arrays import Numbers, bitmap, numbers_of
from photos_graph.search.hierarchy import Hierarchy, Sized, by_size
from photos_graph.search.label_sets import NONE, union
from photos_graph.search.placed_order import PlacedOrder
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.rows import PlacedPhotos
from photos_graph.search.stacks import StackSets

MAX_DEPTH = 8  # smart albums that lead to one another; each may name several, so that the work grows fast
_MOST_ORDERED = 2_000_000  # photos of the albums of which the order is kept, of 20 bytes each

NOTHING_PLACED = PlacedPhotos(np.zeros(0, np.uint32), np.zeros(0, np.int64))


class AlbumSets:
    """The photos of every album, and all other photos of their stacks.

    As in ``TagSets``, the sets are computed on demand, must not be changed, and hold only visible photos. ``placed``
    also has photos that are not visible, since their files may return. ``find`` finds the photos of a smart album, and
    says whether they stay the same until the index changes, or the day; the owner of the index sets it.
    """

    def __init__(self, visible: BitMap, stacks: StackSets) -> None:
        self.rows: Hierarchy[Album] = Hierarchy()
        self.row_orders: Mapping[AlbumOrder, RowOrder[Album]] = {
            AlbumOrder.NAME: RowOrder(self.rows),
            AlbumOrder.UPDATED_DESC: RowOrder(self.rows, lambda id_: self._of(id_).changed_ms),
            AlbumOrder.CREATED_DESC: RowOrder(self.rows, lambda id_: self._of(id_).created_ms),
        }
        self.find: Callable[[Album], tuple[BitMap, bool]] = lambda _: (NONE, True)
        self._visible = visible
        self._stacks = stacks
        self._placed: dict[str, PlacedPhotos] = {}
        self._members: dict[str, BitMap] = {}  # the photos of ``_placed``
        self._stale = BitMap()  # photos that became visible or invisible, or of which the stack changed
        self._holding: dict[str, BitMap] = {}
        self._having_any: BitMap | None = None
        self._orders: dict[str, PlacedOrder] = {}
        self._by_size: list[Sized[Album]] | None = None
        self._found: dict[str, tuple[date, BitMap]] = {}
        self._being_found: set[str] = set()
        self._cut_off: set[str] = set()  # those of them in which an album was taken for empty

    # changes

    def replace_rows(self, rows: Iterable[Album], gone: Iterable[str]) -> None:
        """Adds, replaces and removes albums. One that is gone has no photos any more."""
        gone = list(gone)
        for album_id in gone:
            self._place(album_id, NOTHING_PLACED)
        self.rows.remove(gone)
        self.rows.put(rows)
        self._having_any = self._by_size = None

    def replace_photos(self, placed: Mapping[str, PlacedPhotos], touched: BitMap | None) -> None:
        """Replaces the positions of the touched photos, or of all photos if ``touched`` is None."""
        for album_id in self._placed.keys() | placed.keys():
            now = placed.get(album_id, NOTHING_PLACED)
            if touched is None:
                self._place(album_id, now)
            elif len(now.numbers) or touched.intersect(self.members(album_id)):
                self._place(album_id, _merged(self._placed.get(album_id, NOTHING_PLACED), now, numbers_of(touched)))

    def forget_found(self) -> None:
        """Clears the photos of smart albums. It must be called whenever anything in the index has changed."""
        self._found.clear()

    def forget(self, photos: BitMap) -> None:
        """Clears what was computed of those albums into which people put one of these photos, or another one of its
        stack. It must be called when photos became visible or invisible, or when their stacks changed."""
        self._stale |= photos

    # questions

    @property
    def placed(self) -> Mapping[str, PlacedPhotos]:
        """The positions of photos by the ids of albums, without albums that have none."""
        return self._placed

    def members(self, album_id: str) -> BitMap:
        """Returns the photos that people put into the album, also those that are not visible."""
        return self._members.get(album_id, NONE)

    def holding(self, album_id: str) -> BitMap:
        row = self.rows.get(album_id)
        if row is None:
            return NONE
        if row.is_smart:
            return self._find(row)
        self._refresh()
        known = self._holding.get(album_id)
        if known is None:
            chosen = bitmap(self._placed.get(album_id, NOTHING_PLACED).numbers) & self._visible
            known = self._holding[album_id] = self._stacks.whole(chosen)
        return known

    def having_any(self) -> BitMap:
        """Returns the photos that people put into any album. Smart albums do not count."""
        self._refresh()
        if self._having_any is None:
            self._having_any = union(self.holding(row.id) for row in self._chosen())
        return self._having_any

    def having_others(self, album_ids: Iterable[str]) -> BitMap:
        """Returns the photos that people put into an album that is not one of these."""
        wanted = set(album_ids)
        return union(self.holding(row.id) for row in self._chosen() if row.id not in wanted)

    def by_size(self) -> list[Sized[Album]]:
        """Returns the albums that are not smart with their photos, sorted by descending size."""
        self._refresh()
        if self._by_size is None:
            self._by_size = by_size((row, self.holding(row.id)) for row in self._chosen())
        return self._by_size

    def with_photo(self, number: int) -> list[Album]:
        """Returns the albums into which people put the photo, or another one of its stack."""
        return [row for row in self._chosen() if number in self.holding(row.id)]

    def order(self, album_id: str) -> PlacedOrder:
        """Returns the order of the visible photos of an album that is not smart. The other photos of a stack have the
        place of the first one that is in the album."""
        photos = self.holding(album_id)
        if album_id not in self._holding:  # it is not there (yet), so that nothing would say when this is stale
            return PlacedOrder(photos, NOTHING_PLACED, self._stacks.stacks_of)
        known = self._orders.pop(album_id, None)
        if known is None:
            known = PlacedOrder(photos, self._placed.get(album_id, NOTHING_PLACED), self._stacks.stacks_of)
            left = _MOST_ORDERED - len(known)
            for other, order in reversed(list(self._orders.items())):
                left -= len(order)
                if left < 0:
                    del self._orders[other]
        self._orders[album_id] = known
        return known

    def _place(self, album_id: str, now: PlacedPhotos) -> None:
        if len(now.numbers):
            self._placed[album_id], self._members[album_id] = now, bitmap(now.numbers)
        else:
            self._placed.pop(album_id, None)
            self._members.pop(album_id, None)
        self._forget_album(album_id)

    def _forget_album(self, album_id: str) -> None:
        self._holding.pop(album_id, None)
        self._orders.pop(album_id, None)
        self._having_any = self._by_size = None

    def _refresh(self) -> None:
        """Forgets the albums of the photos that are stale. A photo that has joined or left a stack concerns the albums
        of the whole stack, as it was and as it is."""
        if not self._stale or not self._holding:
            self._stale = BitMap()
            return
        concerned = self._stacks.whole(self._stale & self._visible) | self._stale
        self._stale = BitMap()
        for album_id, photos in list(self._holding.items()):
            if concerned.intersect(photos) or concerned.intersect(self.members(album_id)):
                self._forget_album(album_id)

    def _of(self, album_id: str) -> Album:
        return self.rows.get(album_id) or Album(album_id, "")

    def _chosen(self) -> Iterable[Album]:
        return (row for row in self.rows if not row.is_smart)

    def _find(self, album: Album) -> BitMap:
        """Returns the photos of a smart album. One that refers to itself, which is checked when it is kept, is empty
        where it does, and so is one to which more than MAX_DEPTH others lead."""
        today, known = date.today(), self._found.get(album.id)
        if known is not None and known[0] == today:
            return known[1]
        if album.id in self._being_found or len(self._being_found) >= MAX_DEPTH:
            self._cut_off.update(self._being_found)
            return NONE
        self._being_found.add(album.id)
        try:
            found, is_final = self.find(album)
        finally:
            self._being_found.discard(album.id)
            was_cut_off = album.id in self._cut_off
            self._cut_off.discard(album.id)
        # What was cut off depends on the album that was asked for.
        if is_final and (not was_cut_off or not self._being_found):
            self._found[album.id] = today, found
        return found


def _merged(before: PlacedPhotos, fresh: PlacedPhotos, touched: Numbers) -> PlacedPhotos:
    kept = ~np.isin(before.numbers, touched)
    numbers = np.concatenate((before.numbers[kept], fresh.numbers))
    positions = np.concatenate((before.positions[kept], fresh.positions))
    order = np.argsort(numbers, kind="stable")
    return PlacedPhotos(numbers[order], positions[order])
