"""Plans edits of the tags of folders, and counts the photos that they reach and change.

The counts are computed by the search index, which must be up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.graph.labels import tag_edges
from photos_graph.graph.labels.edits import Assertion, Change, Edit, grouped
from photos_graph.graph.labels.tag_edges import Assertions, marks
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult, LabelKind, Tag
from photos_graph.search.index import SearchIndex
from photos_graph.services.labels.tag_rules import differences


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """A planned change of a folder's tags. ``tree`` includes the tags that will be created. ``matched`` counts the
    photos that the assertions reach, and ``changed`` those whose confirmed tags change."""

    tree: TagTree
    edits: tuple[Edit, ...]
    matched: int
    changed: int

    async def write(self, tx: LabelTransaction, operation: str, assertion: Assertion) -> BulkResult:
        """Writes the edits, and records them with the author and the time of the assertion."""
        await tag_edges.apply(tx, self.tree, self.edits, assertion.by)
        change = Change(operation, LabelKind.TAGS, assertion.by, assertion.at_ms, self.edits, changed=self.changed)
        return BulkResult(self.matched, self.changed, tx.record(change))


def folder_plan(
    search: SearchIndex,
    tree: TagTree,
    folder_id: str,
    tag_ids: Iterable[str],
    before: Assertions,
    after: Assertions,
    recursive: bool = True,
) -> FolderPlan:
    """Plans to replace the assertions ``before`` on the folder by those in ``after``. With ``recursive``, photos in
    folders below it count as matched too."""
    edits = grouped((folder_id, *each) for each in differences(before, after))
    subtrees = {below for tag_id in tag_ids for below in tree.below(tag_id)}
    changed = retagged(search, {folder_id: before}, edits, subtrees, tree.new)
    return FolderPlan(tree, edits, len(reached(search, [folder_id], recursive)), len(changed))


def reached(search: SearchIndex, folder_ids: Iterable[str], recursive: bool = True) -> BitMap:
    """Returns the photos in the folders and, if ``recursive``, in all folders below them."""
    rows = search.folders
    return BitMap.union(BitMap(), *[rows.photos_below(id_) if recursive else rows.photos_at(id_) for id_ in folder_ids])


def retagged(
    search: SearchIndex,
    before: Mapping[str, Assertions],
    edits: Sequence[Edit],
    tag_ids: Iterable[str],
    new: Sequence[Tag],
) -> BitMap:
    """Returns the photos whose confirmed tags among ``tag_ids`` change by the edits. ``before`` has the assertions on
    the folders of the edits, and ``new`` the tags that the index does not have yet."""
    after = {folder_id: dict(before.get(folder_id, {})) for edit in edits for folder_id in edit.folders}
    for edit in edits:
        for folder_id in edit.folders:
            after[folder_id].pop(edit.label_id or "", None)
            if isinstance(edit.after, Assertion) and edit.label_id:
                after[folder_id][edit.label_id] = edit.after
    # No other code runs before the tags are removed again, so no query sees tags that the graph may never have.
    search.apply_tags(new)
    try:
        return search.sets.tags.reached_if(
            tuple(tag_ids), [marks(folder_id, edges) for folder_id, edges in after.items()]
        )
    finally:
        search.apply_tags((), gone=[row.id for row in new])
