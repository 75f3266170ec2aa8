"""Plans edits of the tags of folders, and counts the photos that they reach and change.

The counts are computed by the search index, which must be up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import tag_edges
from photos_graph.graph.labels.edits import Assertion, Change, Edit, SingleEdit, grouped
from photos_graph.graph.labels.tag_edges import Assertions, marks
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult, LabelKind, Tag
from photos_graph.search.index import SearchIndex
from photos_graph.services.labels.tag_rules import differences, photo_rejected

MAX_PAIRS = 100_000  # pairs of photo and tag in one call; a Neo4j of 512 MB has no memory for twice as many


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """A planned change of a folder's tags. ``tree`` includes the tags that will be created. ``matched`` has the photos
    that the assertions reach, and ``changed`` those whose confirmed tags change, or that lose a predicted tag."""

    tree: TagTree
    edits: tuple[Edit, ...]
    matched: BitMap
    changed: BitMap

    @property
    def counts(self) -> BulkResult:
        return BulkResult(len(self.matched), len(self.changed))

    async def write(self, tx: LabelTransaction, operation: str, assertion: Assertion) -> BulkResult:
        """Writes the edits, and records them with the author and the time of the assertion."""
        edits = await tag_edges.apply(tx, self.tree, self.edits, assertion.by)
        changed = len(self.changed)
        change = Change(operation, LabelKind.TAGS, assertion.by, assertion.at_ms, edits, changed=changed)
        return replace(self.counts, change_id=tx.record(change))


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
    return FolderPlan(tree, edits, reached(search, [folder_id], recursive), changed)


async def also_unpredicted(
    tx: Transaction,
    search: SearchIndex,
    plan: FolderPlan,
    before: Mapping[str, Assertions],
    tag_ids: Iterable[str],
    excluding: Assertion,
) -> FolderPlan:
    """Adds to the plan that takes these tags from folders, with the assertions ``before``, that the photos which would
    still have a tag by prediction exclude it. Raises BadInput if these are too many for one transaction."""
    given = {tag_id: _by_prediction(search, plan, before, tag_id) for tag_id in tag_ids}
    if (pairs := sum(map(len, given.values()))) > MAX_PAIRS:
        raise BadInput(f"Models gave these tags to {pairs:,} photos. Take them from {MAX_PAIRS:,} at a time.")
    photos = BitMap.union(BitMap(), *given.values())
    on_photos = await tag_edges.of_photos(tx, list(photos))
    edits: list[SingleEdit] = []
    for number in photos:
        then = was = on_photos.get(number, {})
        for tag_id in (tag_id for tag_id, those in given.items() if number in those):
            then = photo_rejected(then, tag_id, plan.tree.below, excluding)
        edits += ((number, *each) for each in differences(was, then))
    return replace(plan, edits=(*plan.edits, *grouped(edits)), changed=plan.changed | photos)


def _by_prediction(search: SearchIndex, plan: FolderPlan, before: Mapping[str, Assertions], tag_id: str) -> BitMap:
    """Returns the photos that the plan reaches, and that have the tag only by prediction once it is carried out."""
    sets = search.sets.tags
    lost = retagged(search, before, plan.edits, [tag_id], ())
    return plan.matched & sets.predicted(tag_id) - (sets.having(tag_id, confirmed=True) ^ lost)


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
