"""Orders of folders, and the number and the newest of the photos in each, as lists show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from photos_graph.model.search import FolderOrder
from photos_graph.search.columns import NO_DATE, PhotoTable
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.row_orders import NEVER, RowOrder, newest
from photos_graph.search.rows import FolderRow
from photos_graph.search.stacks import StackSets


class FolderOrders:
    """What it tells of a folder is about all photos in it and below it, of each stack one. It is remembered until
    these photos change."""

    def __init__(self, folders: Hierarchy[FolderRow], table: PhotoTable, stacks: StackSets) -> None:
        self._folders = folders
        self._table = table
        self._stacks = stacks
        self._newest: dict[str, int | None] = {}
        self.orders: Mapping[FolderOrder, RowOrder[FolderRow]] = {
            FolderOrder.NAME: RowOrder(folders),
            FolderOrder.PHOTO_COUNT: RowOrder(folders, self._count),
            FolderOrder.NEWEST: RowOrder(folders, self._time),
        }
        folders.watch_photos(self.forget)

    def newest(self, folder_id: str) -> int | None:
        """Returns the number of the newest photo, or None if there is no photo."""
        if folder_id not in self._newest:
            self._newest[folder_id] = newest(
                self._table.taken, self._stacks.collapsed(self._folders.photos_below(folder_id))
            )
        return self._newest[folder_id]

    def forget(self, folder_ids: Iterable[str]) -> None:
        for folder_id in folder_ids:
            self._newest.pop(folder_id, None)
            self.orders[FolderOrder.PHOTO_COUNT].forget((folder_id,))
            self.orders[FolderOrder.NEWEST].forget((folder_id,))

    def forget_all(self) -> None:
        """Must be called if stacks have changed."""
        self._newest.clear()
        self.orders[FolderOrder.PHOTO_COUNT].forget_all()
        self.orders[FolderOrder.NEWEST].forget_all()

    def _count(self, folder_id: str) -> int:
        return len(self._stacks.collapsed(self._folders.photos_below(folder_id)))

    def _time(self, folder_id: str) -> int:
        number = self.newest(folder_id)
        taken = NO_DATE if number is None else int(self._table.taken[number])
        return NEVER if taken == NO_DATE else taken
