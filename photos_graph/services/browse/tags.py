"""Reads tags for clients: their tree, the number of their photos, and the tags of photos and folders with their
sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from photos_graph import tags as rules
from photos_graph.errors import NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import page_labels
from photos_graph.graph.labels.page_labels import OwnTags
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.index import Index
from photos_graph.model.labels import Certainty, FolderMarks, FolderTag, PhotoTag, Tag, TagSource
from photos_graph.model.search import Ref
from photos_graph.search.folding import fold
from photos_graph.search.hierarchy import sort_key
from photos_graph.search.listing import Listing, by_name


class Tags:
    def __init__(self, graph: Graph, index: Index) -> None:
        self._graph = graph
        self._index = index

    # the tree

    def get(self, tag_id: str) -> Tag | None:
        return self._index.search.tags.get(tag_id)

    def named(self, path: str) -> Tag | None:
        """Returns the tag of that name, or of a path such as "Places/Abruzzo". Raises BadInput if several match."""
        return TagTree(self._index.search.tags).find(Ref(name=path))

    def page(
        self,
        prefix: str | None,
        parent_id: str | None,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Tag]:
        """Returns a page of tags by name, of those whose name begins with the text; case and accents are ignored.
        Without ``parent_id``, all levels are included. Raises NotFound for an unknown parent, BadInput for an invalid
        cursor."""
        tags = self._index.search.tags
        if parent_id is not None and tags.get(parent_id) is None:
            raise NotFound("There is no such tag.", about=parent_id)
        rows: Iterable[Tag] = tags if parent_id is None else tags.children(parent_id)
        if prefix:
            wanted = fold(prefix)
            rows = (row for row in rows if fold(row.name).startswith(wanted))
        return by_name(rows, first, after, last, before)

    def children(self, tag_id: str) -> list[Tag]:
        """Returns the children by name."""
        return self._index.search.tags.children(tag_id)

    def path(self, tag_id: str) -> str:
        """Returns the names from the top down, in the form of ``names.tag_path``."""
        return self._index.search.tags.path(tag_id) or ""

    def photo_count(self, tag_id: str) -> int:
        """Returns the number of photos that have the tag or a descendant, from any source."""
        search = self._index.search
        return len(search.collapsed(search.sets.tags.having(tag_id)))

    # on photos and folders

    async def photo_tags(self, photo_ids: Sequence[str]) -> list[list[PhotoTag]]:
        """Returns the tags of each photo, sorted by name, each once with the source that takes precedence. Takes one
        query to the engine."""
        search = self._index.search
        known = await page_labels.tags_of(self._graph, photo_ids)
        marks = {folder: search.inheritance.marks_to_root(folder) for own in known.values() for folder in own.folders}
        return [self._effective_tags(known.get(id_, OwnTags()), marks) for id_ in photo_ids]

    def folder_tags(self, folder_id: str) -> list[FolderTag]:
        """Returns the tags that a folder gives to its own photos: first its own, then those of the folders above,
        nearest first."""
        search = self._index.search
        found = rules.inherited(search.inheritance.marks_to_root(folder_id), search.tags.self_and_ancestors)
        return [FolderTag(carried.tag_id, carried.recursive, origin) for carried, origin in found]

    def _effective_tags(self, own: OwnTags, marks: dict[str, list[FolderMarks]]) -> list[PhotoTag]:
        search = self._index.search
        found = rules.photo_tags(
            own.tags, own.excluded, [marks[folder] for folder in own.folders], search.tags.self_and_ancestors
        )
        # A tag that has just been deleted no longer has a row.
        rows = [(row, tag) for tag in found if (row := search.tags.get(tag.tag_id)) is not None]
        return [tag for _, tag in sorted(rows, key=lambda pair: sort_key(pair[0]))]


def tags_of_certainty(tags: Iterable[PhotoTag], certainty: Certainty) -> list[PhotoTag]:
    """Returns the tags that count. CONFIRMED leaves out those that only a model predicts."""
    return [tag for tag in tags if certainty is Certainty.PREDICTED or tag.source is not TagSource.PREDICTED]
