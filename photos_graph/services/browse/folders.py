"""Reads folders for clients: their tree, the number of their photos, and lists of them."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.errors import NotFound
from photos_graph.index import SeenIndex
from photos_graph.model.library import Folder
from photos_graph.model.search import FolderOrder
from photos_graph.search.folding import name_words
from photos_graph.search.listing import Listing, listed, mapped
from photos_graph.search.rows import FolderRow


class Folders:
    def __init__(self, index: SeenIndex) -> None:
        self._index = index

    def count(self) -> int:
        """Returns the number of folders, including those of the roots."""
        return len(self._index.search.folders)

    def by_id(self, ids: Iterable[str]) -> list[Folder | None]:
        return [self._folder(self._index.search.folders.get(id_)) for id_ in ids]

    def at(self, path: str) -> Folder | None:
        return self._folder(self._index.search.folders.at(path))

    def page(
        self,
        text: str,
        parent_id: str | None,
        order: FolderOrder,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Folder]:
        """Returns a page of the folders of all roots, or of those directly inside a folder. A text finds those that
        ``Hierarchy.ids_with_words`` finds by its words; case and accents are ignored.

        Raises NotFound for an unknown parent, and BadInput for a cursor that is invalid or belongs to another order.
        """
        folders, sets = self._index.search.folders, list[set[str]]()
        if parent_id is not None:
            if folders.get(parent_id) is None:
                raise NotFound("There is no such folder.", about=parent_id)
            sets.append(folders.child_ids(parent_id))
        if text.strip():
            sets.append(folders.ids_with_words(name_words(text)))
        among = set.intersection(*sets) if sets else None
        rows = self._index.search.sets.folder_orders.orders[order]
        return mapped(listed(rows, order, first, after, last, before, among), self._as_folder)

    def has_children(self, folder_id: str) -> bool:
        return bool(self._index.search.folders.child_ids(folder_id))

    def ancestors(self, folder_id: str) -> list[Folder]:
        """Returns the folders that contain a folder, beginning with that of its root."""
        return [self._as_folder(row) for row in self._index.search.folders.ancestors(folder_id)]

    def cover_id(self, folder_id: str) -> str | None:
        """Returns the id of the newest photo in a folder and below it, or None if there is no photo."""
        search = self._index.search
        number = search.sets.folder_orders.newest(folder_id)
        return None if number is None else search.photo_ids([number])[0]

    def photo_count(self, folder_id: str, recursive: bool = True) -> int:
        search = self._index.search
        below = search.folders.photos_below(folder_id) if recursive else search.folders.photos_at(folder_id)
        return len(search.collapsed(below))

    def _folder(self, row: FolderRow | None) -> Folder | None:
        return None if row is None else self._as_folder(row)

    def _as_folder(self, row: FolderRow) -> Folder:
        root_id = row.key.partition("/")[0]
        path = self._index.search.folders.path(row.id) or row.name
        return Folder(row.id, row.key, row.name, path, root_id, row.parent_id)
