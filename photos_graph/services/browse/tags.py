"""Reads tags for clients: their tree, the number of their photos, and the tags of photos and folders with their
sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from photos_graph import tags as rules
from photos_graph.errors import NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import page_labels
from photos_graph.graph.labels.page_labels import OwnTags
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.index import SeenIndex
from photos_graph.model.labels import Certainty, FolderMarks, FolderTag, PhotoTag, Tag, TagSource
from photos_graph.model.search import Ref, TagOrder
from photos_graph.search.folding import fold, name_words
from photos_graph.search.hierarchy import sort_key
from photos_graph.search.listing import Listing, listed


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Which tags a list has: those whose name begins with ``prefix``, those that ``Hierarchy.ids_with_words`` finds by
    the words of ``text``, and those directly below a parent, or at the top. Case and accents are ignored."""

    prefix: str = ""
    text: str = ""
    parent_id: str | None = None
    roots: bool = False


class Tags:
    def __init__(self, graph: Graph, index: SeenIndex) -> None:
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
        wanted: TagFilter,
        order: TagOrder,
        first: int | None,
        after: str | None,
        last: int | None = None,
        before: str | None = None,
    ) -> Listing[Tag]:
        """Returns a page of tags. Raises NotFound for an unknown parent, and BadInput for a cursor that is invalid or
        belongs to another order."""
        rows = self._index.search.sets.tags.orders[order]
        return listed(rows, order, first, after, last, before, self._among(wanted))

    def _among(self, wanted: TagFilter) -> set[str] | None:
        """Returns the ids of the tags that are wanted, or None for all."""
        tags, sets = self._index.search.tags, list[set[str]]()
        if wanted.parent_id is not None:
            if tags.get(wanted.parent_id) is None:
                raise NotFound("There is no such tag.", about=wanted.parent_id)
            sets.append(tags.child_ids(wanted.parent_id))
        if wanted.roots:
            sets.append(tags.child_ids(None))
        if wanted.text.strip():
            sets.append(tags.ids_with_words(name_words(wanted.text)))
        if wanted.prefix:
            start = fold(wanted.prefix)
            sets.append({row.id for row in tags if fold(row.name).startswith(start)})
        return set.intersection(*sets) if sets else None

    def children(self, tag_id: str) -> list[Tag]:
        """Returns the children by name."""
        return self._index.search.tags.children(tag_id)

    def has_children(self, tag_id: str) -> bool:
        return bool(self._index.search.tags.child_ids(tag_id))

    def ancestors(self, tag_id: str) -> list[Tag]:
        """Returns the tags above a tag, beginning at the top of the tree."""
        return self._index.search.tags.ancestors(tag_id)

    def path(self, tag_id: str) -> str:
        """Returns the names from the top down, in the form of ``names.tag_path``."""
        return self._index.search.tags.path(tag_id) or ""

    def photo_count(self, tag_id: str) -> int:
        """Returns the number of photos that have the tag or a descendant, from any source."""
        return self._index.search.sets.tags.photo_count(tag_id)

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
