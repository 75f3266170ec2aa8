"""Turns keywords in files into tags on the photo whose metadata the file determines. People overrule files.

Only the differences from the last reading of a file count. A keyword that a person removed therefore does not come
back. When a keyword disappears from the file, only the tag that it contributed is removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from photos_graph.errors import BadInput
from photos_graph.graph.labels import tag_edges, tags
from photos_graph.graph.labels.edits import Assertion, AssertionKind, SingleEdit, grouped, now_ms
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.names import checked_tag_path


async def apply(tx: LabelTransaction, before: Mapping[int, frozenset[str]], now: Mapping[int, frozenset[str]]) -> None:
    """Tags the photos with the keywords that were added, and removes the tags of those that are gone. Both mappings are
    by number, and hold the keywords of the file that speaks for a photo."""
    none: frozenset[str] = frozenset()
    changed = sorted(number for number, words in now.items() if words != before.get(number, none))
    if not changed:
        return
    tree = await tags.tag_tree(tx)
    stored = await tag_edges.of_photos(tx, changed)
    assertion = Assertion(AssertionKind.TAGGED, now_ms(), "", via="IMPORTED")
    edits: list[SingleEdit] = []
    for number in changed:
        on_photo, words, old = stored.get(number, {}), now[number], before.get(number, none)
        edits += ((number, on_photo.get(tag_id), assertion, tag_id) for tag_id in _added(tree, on_photo, words - old))
        kept = {tag.id for names in _paths(words) if (tag := tree.at(names)) is not None}
        edits += ((number, on_photo[tag_id], None, tag_id) for tag_id in _gone(tree, on_photo, old - words) - kept)
    await tag_edges.apply(tx, tree, grouped(edits), "")


def _added(tree: TagTree, on_photo: Assertions, keywords: Iterable[str]) -> set[str]:
    """Returns the tags to add. Tags about which there is an assertion of the photo's own already, or of which an
    ancestor is excluded, are left out."""
    excluded = {tag_id for tag_id, edge in on_photo.items() if edge.kind is AssertionKind.EXCLUDES}
    wanted = {tree.reach(names).id for names in _paths(keywords) if not _is_barred(tree, names, excluded)}
    return {tag_id for tag_id in wanted if tag_id not in on_photo or on_photo[tag_id].shared}


def _is_barred(tree: TagTree, names: Sequence[str], excluded: set[str]) -> bool:
    ways = (tree.at(names[:depth]) for depth in range(1, len(names) + 1))
    return any(tag is not None and tag.id in excluded for tag in ways)


def _gone(tree: TagTree, on_photo: Assertions, keywords: Iterable[str]) -> set[str]:
    known = {tag.id for names in _paths(keywords) if (tag := tree.at(names)) is not None}
    return {
        tag_id
        for tag_id in known
        if tag_id in on_photo and on_photo[tag_id].via == "IMPORTED" and not on_photo[tag_id].shared
    }


def _paths(keywords: Iterable[str]) -> Iterable[tuple[str, ...]]:
    """Returns the paths of keywords, always in the same order. A keyword that cannot be a tag, for example because it
    is nested too deeply, is left out."""
    for keyword in sorted(keywords):
        try:
            yield checked_tag_path(keyword)
        except BadInput:
            continue
