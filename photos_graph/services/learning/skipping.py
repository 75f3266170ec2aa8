"""Puts questions of the review queue off, as a change that can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import Conflict
from photos_graph.graph.labels.edits import Change, Edit, Value, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import skips
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import BulkResult, LabelKind


async def skip_until(writer: LabelWriter, keys: Sequence[str], until_ms: int, by: str) -> BulkResult:
    """Records that the questions with these keys are not asked until a time since the epoch. The result counts them."""
    wanted = list(dict.fromkeys(keys))

    async def work(tx: LabelTransaction) -> BulkResult:
        now = now_ms()
        before = await skips.read(tx, wanted, now)
        edits = tuple(
            Edit(Value(before.get(key)), Value(until_ms), key) for key in wanted if before.get(key) != until_ms
        )
        await skips.write(tx, edits, now)
        change = Change("SKIP", LabelKind.QUESTIONS, by, now, edits)
        return BulkResult(len(wanted), len(edits), tx.record(change))

    return await writer.write(LabelKind.QUESTIONS, work)


async def ask_again(tx: LabelTransaction, undo: Change) -> BulkResult:
    """Undoes a change that put questions off. Raises Conflict if they were put off again since."""
    now = now_ms()
    left = {edit.label_id or "": edit.before for edit in undo.edits}
    present = await skips.read(tx, left, now)
    if any(left[key] != Value(until) for key, until in present.items()):
        raise Conflict("Nothing was undone, because some of these questions have been skipped again since.")
    await skips.write(tx, undo.edits, now)
    return BulkResult(len(left), len(left))
