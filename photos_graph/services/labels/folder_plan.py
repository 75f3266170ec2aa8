"""Plans an edit of the tags of folders: what it takes, and how many photos it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from photos_graph.graph.labels import tag_edges
from photos_graph.graph.labels.edits import Assertion, Change, Edit, grouped
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model import BulkResult, LabelKind
from photos_graph.search.index import SearchIndex
from photos_graph.services.labels.folder_reach import retagged
from photos_graph.services.labels.tag_rules import differences


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """``tree``: with the tags that are to be created. ``matched``: the photos that the assertions reach; ``changed``:
    those whose confirmed tags change."""

    tree: TagTree
    edits: tuple[Edit, ...]
    matched: int
    changed: int

    async def write(self, tx: LabelTransaction, operation: str, assertion: Assertion) -> BulkResult:
        """Makes the edits, and has them recorded with the author and the time of the assertion."""
        await tag_edges.apply(tx, self.tree, self.edits, assertion.by)
        change = Change(operation, LabelKind.TAGS, assertion.by, assertion.at_ms, self.edits)
        return BulkResult(self.matched, self.changed, tx.record(change))


def folder_plan(
    search: SearchIndex,
    tree: TagTree,
    tag_ids: Iterable[str],
    before: Mapping[str, Assertions],
    after: Mapping[str, Assertions],
    matched: BitMap,
) -> FolderPlan:
    """Plans the edits from the assertions ``before`` to those ``after``, by folder id. The index must be caught up."""
    edits = grouped(
        (folder_id, *each) for folder_id in after for each in differences(before.get(folder_id, {}), after[folder_id])
    )
    subtrees = {below for tag_id in tag_ids for below in tree.below(tag_id)}
    changed = retagged(search, before, edits, subtrees, tree.new)
    return FolderPlan(tree, edits, len(matched), len(changed))
