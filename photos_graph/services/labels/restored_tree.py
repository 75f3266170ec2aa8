"""Works out the tree of tags after an undo, and refuses what does not fit into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from photos_graph.errors import Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import tags
from photos_graph.graph.labels.edits import Edit, TagState, is_of_label, rebased
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.model.labels import Tag
from photos_graph.names import tag_key

States = Mapping[str, TagState | None]  # by tag id; None for a tag that is removed


async def states_after(tx: Transaction, edits: Iterable[Edit]) -> States:
    """Returns the states of the tags after the edits of tags among these. Only what an edit changes must be as it was
    before it. Raises Conflict."""
    of_tags = {edit.label_id or "": edit for edit in edits if is_of_label(edit)}
    now = await tags.states(tx, of_tags)
    found: dict[str, TagState | None] = {}
    for tag_id, edit in of_tags.items():
        before, after, known = edit.before, edit.after, now.get(tag_id)
        if isinstance(before, TagState) and known is None:
            raise Conflict(f"The tag {before.name} has been deleted or merged since. Nothing was undone.")
        if isinstance(before, TagState) and isinstance(after, TagState) and known is not None:
            after = rebased(known, before, after)
            if after is None:
                raise Conflict(
                    f"The tag {known.name} has been changed again since. Nothing was undone.", ("Tag", tag_id)
                )
        if before is None and known is not None:
            raise Conflict(f"The tag {known.name} is back already. Nothing was undone.", ("Tag", tag_id))
        found[tag_id] = after if isinstance(after, TagState) else None
    return found


def restored_tree(tree: TagTree, states: States) -> TagTree:
    """Returns the tree with the tags in these states. Raises Conflict if a parent is gone, if a name is taken, or if a
    tag would be below itself."""
    if not states:
        return tree
    rows = {row.id: row for row in tree}
    for tag_id, state in states.items():
        rows.pop(tag_id, None)
        if state is not None:
            rows[tag_id] = Tag(tag_id, state.name, state.parent_id, state.threshold)
    names: dict[str, Tag] = {}
    for row in rows.values():
        _check_way(row, rows)
        other = names.setdefault(tag_key(row.parent_id, row.name), row)
        if other is not row:
            taken = other if row.id in states else row
            raise Conflict(f"Another tag is named {taken.name} there now. Nothing was undone.", ("Tag", taken.id))
    return TagTree(rows.values())


def _check_way(row: Tag, rows: Mapping[str, Tag]) -> None:
    passed = set()
    up = row
    while up.parent_id is not None:
        passed.add(up.id)
        if up.parent_id not in rows:
            raise Conflict(f"The tag above {up.name} has been deleted since. Nothing was undone.", ("Tag", up.id))
        if up.parent_id in passed:
            raise Conflict(f"The tag {row.name} would be below itself. Nothing was undone.", ("Tag", row.id))
        up = rows[up.parent_id]
