"""Writes edits of tags together with the edits of what is said and predicted of them, in an order that fits."""

from __future__ import annotations

from collections.abc import Iterable

from photos_graph.graph.labels import predictions, tag_edges, tags
from photos_graph.graph.labels.edits import Edit, TagState, is_of_label, is_prediction
from photos_graph.graph.labels.transaction import LabelTransaction


async def write(tx: LabelTransaction, edits: Iterable[Edit]) -> None:
    """Makes the edits. The edges of tags that are deleted disappear with them."""
    every = list(edits)
    states = {edit.label_id or "": edit.after for edit in every if is_of_label(edit)}
    gone = [tag_id for tag_id, state in states.items() if state is None]
    for edit in every:
        tx.touch(labelled=edit.photos, folders=edit.folders)
    await tags.delete(tx, gone)
    await tags.put(tx, {tag_id: state for tag_id, state in states.items() if isinstance(state, TagState)})
    left = [edit for edit in every if edit.label_id not in states or states[edit.label_id] is not None]
    left = [edit for edit in left if not is_of_label(edit)]
    await tag_edges.write(tx, [edit for edit in left if not is_prediction(edit)])
    await predictions.write(tx, [edit for edit in left if is_prediction(edit)])
