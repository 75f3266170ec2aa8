"""What the names in a filter stand for, asked of the search index."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import BadInput, NotFound
from photos_graph.model import Ref
from photos_graph.search.filters import FolderFilter
from photos_graph.search.index import SearchIndex


class IndexNames:
    """``filters.NameLookup``."""

    def __init__(self, search: SearchIndex) -> None:
        self._search = search

    def tags(self, ref: Ref) -> Sequence[str]:
        return [ref.id] if ref.id is not None else self._search.tags_named(ref.name or "")

    def persons(self, ref: Ref) -> Sequence[str]:
        return [ref.id] if ref.id is not None else self._search.persons_named(ref.name or "")

    def places(self, ref: Ref) -> Sequence[str]:
        return [ref.id] if ref.id is not None else self._search.places_named(ref.name or "")

    def folder(self, filter: FolderFilter) -> str:
        if (filter.id is None) == (filter.path is None):
            raise BadInput("Give either the id or the path of the folder.")
        row = self._search.folder(filter.id) if filter.id is not None else self._search.folder_at(filter.path or "")
        if row is None:
            raise NotFound("There is no such folder.")
        return row.id
