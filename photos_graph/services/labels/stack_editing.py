"""Puts photos into stacks and takes them out, as users ask for it. What a person decided, a scan never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import stacks
from photos_graph.graph.labels.edits import Change, StackPlace, grouped, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library.photos import photo_numbers
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.stacks import PICTURE, StackKind, chosen, not_chosen
from photos_graph.services.labels.ratings import known_numbers

Places = Mapping[int, StackPlace]


class StackEditing:
    """Edits stacks. Every method raises BadInput or NotFound before it changes anything. ``changed`` of a result counts
    the photos whose place changed."""

    def __init__(self, graph: Graph, writer: LabelWriter) -> None:
        self._graph = graph
        self._writer = writer

    async def stack(self, photo_ids: Sequence[str], cover_id: str | None = None, by: str = "") -> BulkResult:
        """Makes one stack of the photos and of all stacks that they are in. The cover is by default the first of the
        photos. Photos that are in one stack already keep it, and only its cover changes."""
        numbers = await known_numbers(self._graph, photo_ids)
        if cover_id is not None and cover_id not in photo_ids:
            raise BadInput("The cover must be one of the photos.")
        [cover] = await photo_numbers(self._graph, [cover_id or photo_ids[0]]) if numbers else [0]

        async def work(tx: LabelTransaction) -> BulkResult:
            before = await _with_stacks(tx, numbers)
            if len(before) < 2:
                raise BadInput("A stack needs at least two photos.")
            return await _write(tx, "STACK_PHOTOS", before, _stacked(before, cover, by), by)

        return await self._writer.write(LabelKind.STACKS, work)

    async def unstack(self, photo_ids: Sequence[str], by: str = "") -> BulkResult:
        """Takes the photos out of their stacks. A stack of which a single photo is left ends."""
        numbers = set(await known_numbers(self._graph, photo_ids))

        async def work(tx: LabelTransaction) -> BulkResult:
            before = await _with_stacks(tx, numbers)
            alone = StackPlace(at_ms=now_ms(), by=by)
            after = {n: alone for n in numbers if before[n].stack_id is not None}
            left: dict[str | None, list[int]] = {}
            for number in before.keys() - numbers:
                left.setdefault(before[number].stack_id, []).append(number)
            after |= {others[0]: StackPlace() for others in left.values() if len(others) == 1}
            return await _write(tx, "UNSTACK_PHOTOS", before, after, by, matched=len(numbers))

        return await self._writer.write(LabelKind.STACKS, work)


async def _with_stacks(tx: LabelTransaction, numbers: Sequence[int] | set[int]) -> dict[int, StackPlace]:
    """Returns the places of the photos and of all others in their stacks."""
    places = await stacks.read(tx, numbers)
    known = await stacks.members(tx, {place.stack_id for place in places.values() if place.stack_id is not None})
    others = {number for those in known.values() for number in those} - places.keys()
    return places | (await stacks.read(tx, others) if others else {})


def _stacked(before: Places, cover: int, by: str) -> Places:
    held = {(place.stack_id, place.kind) for place in before.values()}
    [(stack_id, kind)] = held if len(held) == 1 else [(None, None)]
    place = StackPlace(stack_id or uuid4().hex, kind or StackKind.MANUAL, PICTURE, now_ms(), by)
    # What is edited in a stack shows in the ranks.
    ranks = {number: not_chosen(each.rank) if stack_id else PICTURE for number, each in before.items()}
    ranks[cover] = chosen(ranks[cover])
    after = {number: replace(place, rank=rank) for number, rank in ranks.items()}
    return before if _alike(before, after) else after


def _alike(before: Places, after: Places) -> bool:
    """Returns whether a person has put the photos into the same stack with the same cover before."""
    return all(
        replace(place, at_ms=None, by=None) == replace(before[number], at_ms=None, by=None)
        and before[number].at_ms is not None
        for number, place in after.items()
    )


async def _write(
    tx: LabelTransaction, operation: str, before: Places, after: Places, by: str, matched: int | None = None
) -> BulkResult:
    edits = grouped((number, before[number], place, None) for number, place in sorted(after.items()))
    await stacks.write(tx, edits)
    change_id = tx.record(Change(operation, LabelKind.STACKS, by, now_ms(), edits))
    changed = sum(len(edit.photos) for edit in edits)
    return BulkResult(len(before) if matched is None else matched, changed, change_id)
