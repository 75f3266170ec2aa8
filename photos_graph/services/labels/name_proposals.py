"""Proposes tags for folders by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from photos_graph.errors import NotFound
from photos_graph.model.labels import FolderMarks, FolderTagProposal
from photos_graph.names import tag_names, tag_path
from photos_graph.search.folder_names import Known, proposed_tags
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow
from photos_graph.tags import inherited


def proposals(search: SearchIndex, root_id: str | None) -> list[FolderTagProposal]:
    """Returns proposals for folders with photos, from the top down. A tag is not proposed if the folder has or inherits
    it already, if the folder or an ancestor excludes it, or if it is proposed for an ancestor. The name of a root
    proposes nothing, because it says where photos are kept.

    Raises NotFound for an unknown root.
    """
    if root_id is None:
        roots: Iterable[FolderRow] = search.folders.children(None)
    elif (root := search.folders.get(root_id)) is not None:
        roots = [root]
    else:
        raise NotFound("There is no such root.")
    known = _known(search)
    found: list[FolderTagProposal] = []
    for folder, offered in _downwards(search, roots, known):
        count = search.folders.photo_count(folder.id)
        found += (FolderTagProposal(folder.id, tag, count, applied=False) for tag in offered)
    return found


def _downwards(search: SearchIndex, roots: Iterable[FolderRow], known: Known) -> Iterator[tuple[FolderRow, list[str]]]:
    """Yields folders with photos, each with the tags that are proposed for it."""
    left: list[tuple[FolderRow, frozenset[str]]] = [(root, frozenset()) for root in reversed(list(roots))]
    while left:
        folder, above = left.pop()
        if not search.folders.photo_count(folder.id):
            continue
        has, excluded = _marks_of(search, folder.id)
        offered = [
            tag
            for tag in (proposed_tags(folder.name, known) if folder.parent_id is not None else ())
            if _key(tag) not in has | above and excluded.isdisjoint(_ways_up(_key(tag)))
        ]
        yield folder, offered
        below = above.union(map(_key, offered))
        left += ((child, below) for child in reversed(search.folders.children(folder.id)))


def _marks_of(search: SearchIndex, folder_id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the tags that the folder has or inherits, with their ancestors, and those that it or an ancestor
    excludes."""
    way: list[FolderMarks] = search.inheritance.marks_to_root(folder_id)
    has = {
        up
        for carried, _ in inherited(way, search.tags.self_and_ancestors)
        for up in search.tags.self_and_ancestors(carried.tag_id)
    }

    def keys(tag_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(_key(search.tags.path(tag_id) or "") for tag_id in tag_ids)

    return keys(has), keys(tag_id for marks in way for tag_id in marks.excluded)


def _ways_up(path: str) -> Iterator[str]:
    names = tag_names(path)
    while names:
        yield tag_path(names)
        names.pop()


def _key(path: str) -> str:
    return path.casefold()


def _known(search: SearchIndex) -> Known:
    """Returns a function that resolves a text to the tag of that name, or else to a tag for the place of that name.
    Names of persons, and names that several tags share, are resolved to no tag."""

    def look_up(text: str) -> tuple[str, ...] | None:
        if tags := search.tags.named(text):
            return (search.tags.path(tags[0].id) or tags[0].name,) if len(tags) == 1 else ()
        if search.persons.named(text):
            return ()
        places = search.places.named(text)
        return (tag_path([places[0].name]),) if places else None

    return look_up
