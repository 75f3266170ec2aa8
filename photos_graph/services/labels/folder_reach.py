"""How many photos an assertion on folders reaches, and of how many it changes the tags: set algebra of the search
index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyroaring import BitMap

from photos_graph.graph.labels.edits import Assertion, Edit
from photos_graph.graph.labels.tag_edges import Assertions, marks
from photos_graph.model import Tag
from photos_graph.search.index import SearchIndex


def reached(search: SearchIndex, folder_ids: Iterable[str], recursive: bool = True) -> BitMap:
    """Photos below the folders, or in the folders themselves."""
    rows = search.folders
    return BitMap.union(BitMap(), *[rows.below(id_) if recursive else rows.own(id_) for id_ in folder_ids])


def retagged(
    search: SearchIndex,
    before: Mapping[str, Assertions],
    edits: Sequence[Edit],
    tag_ids: Iterable[str],
    new: Sequence[Tag],
) -> BitMap:
    """The photos that get or lose one of the tags, as confirmed, by the edits. ``before``: the assertions on the
    folders of the edits; ``new``: tags that the index does not know yet."""
    after = {folder_id: dict(before.get(folder_id, {})) for edit in edits for folder_id in edit.folders}
    for edit in edits:
        for folder_id in edit.folders:
            after[folder_id].pop(edit.label_id or "", None)
            if isinstance(edit.after, Assertion) and edit.label_id:
                after[folder_id][edit.label_id] = edit.after
    # Nothing else runs meanwhile, so nobody sees an index that knows tags which the graph may never have.
    search.apply_tags(new)
    try:
        return search.sets.tags.reached_if(
            tuple(tag_ids), [marks(folder_id, edges) for folder_id, edges in after.items()]
        )
    finally:
        search.apply_tags((), gone=[row.id for row in new])
