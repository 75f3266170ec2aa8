"""Creates, renames, moves, merges and deletes tags. What is said and predicted of them follows them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from photos_graph.errors import BadInput, Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import merged, predictions, tag_edges, tag_writing, tags
from photos_graph.graph.labels.edits import CREATE_TAG, Change, Edit, SingleEdit, TagState, grouped, now_ms
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import BulkResult, LabelKind, Tag
from photos_graph.names import checked_tag_name
from photos_graph.services.labels.merging import (
    MergePlan,
    merge_plan,
    merged_edges,
    merged_predictions,
    merged_states,
    moved_edges,
)
from photos_graph.services.labels.tag_rules import differences
from photos_graph.shown import counted

T = TypeVar("T")


class TagEditing:
    """Edits the tree of tags. Every method raises NotFound for an unknown tag, and changes nothing if it raises an
    error."""

    def __init__(self, writer: LabelWriter) -> None:
        self._writer = writer

    async def create(self, name: str, parent_id: str | None = None, by: str = "") -> Tag:
        """Creates a tag. Raises BadInput for an invalid name, and Conflict if the parent has a tag of that name."""
        kept = checked_tag_name(name)

        async def work(tx: LabelTransaction, tree: TagTree) -> Tag:
            if parent_id is not None:
                tree.get(parent_id)
            _check_free(tree, parent_id, kept)
            row = tree.reach([kept], parent_id)
            edits = await tags.create(tx, tree.new, by)
            said = f"Created the tag {tree.path(row.id)}."
            return replace(tree.tag(row.id), change_id=_recorded(tx, CREATE_TAG, by, edits, said))

        return await self._write(work)

    async def rename(self, tag_id: str, name: str, by: str = "") -> Tag:
        """Renames a tag. Raises BadInput for an invalid name, and Conflict for the name of a sibling, because tags are
        never merged silently."""
        kept = checked_tag_name(name)

        async def work(tx: LabelTransaction, tree: TagTree) -> Tag:
            row = tree.get(tag_id)
            _check_free(tree, row.parent_id, kept, tag_id)
            state = (await tags.states(tx, [tag_id]))[tag_id]
            edits = _of_tag(tag_id, state, replace(state, name=kept))
            said = f"Renamed the tag {tree.path(tag_id)} to {kept}."
            return replace(tree.tag(tag_id), name=kept, change_id=await _made(tx, "RENAME_TAG", by, edits, said))

        return await self._write(work)

    async def move(self, tag_id: str, parent_id: str | None, by: str = "") -> Tag:
        """Moves the tag below the parent, or to the top if it is None. If a photo then has a tag below one that it
        excludes, the exclusion is removed.

        Raises BadInput if the parent is the tag or a descendant, and Conflict if the parent has a tag of the same name.
        """

        async def work(tx: LabelTransaction, tree: TagTree) -> Tag:
            row = tree.get(tag_id)
            if parent_id is not None:
                tree.get(parent_id)
                if tag_id in tree.up(parent_id):
                    raise BadInput(
                        f"{tree.path(parent_id)} is {row.name} itself or a descendant of it. Choose another parent."
                    )
            _check_free(tree, parent_id, row.name, tag_id)
            state = (await tags.states(tx, [tag_id]))[tag_id]
            on_photos = await _on_photos(tx, tree, MergePlan(moved={tag_id: parent_id}), ())
            edits = (*_of_tag(tag_id, state, replace(state, parent_id=parent_id)), *grouped(on_photos))
            where = f"below {tree.path(parent_id)}" if parent_id is not None else "to the top"
            said = f"Moved the tag {tree.path(tag_id)} {where}."
            change_id = await _made(tx, "MOVE_TAG", by, edits, said)
            return replace(tree.tag(tag_id), parent_id=parent_id, change_id=change_id)

        return await self._write(work)

    async def merge(self, from_ids: Sequence[str], into_id: str, by: str = "") -> Tag:
        """Turns the assertions about the tags, and their predictions, into those about ``into``, moves their children
        below it, and deletes the tags. Exclusions are removed as in ``move``. ``into`` takes over a threshold if it has
        none.

        Raises BadInput if ``into`` is one of the tags or a descendant of one.
        """

        async def work(tx: LabelTransaction, tree: TagTree) -> Tag:
            tree.get(into_id)
            plan = merge_plan(tree, from_ids, into_id)
            numbers, folder_ids = await tag_edges.on_tags(tx, plan.onto)
            singles = await _on_photos(tx, tree, plan, numbers)
            for folder_id, before in (await tag_edges.of_folders(tx, folder_ids)).items():
                singles += [(folder_id, *each) for each in differences(before, merged_edges(before, plan.onto))]
            await merged.remember(tx, plan.onto)
            states = await tags.states(tx, [into_id, *plan.onto, *plan.onto.values(), *plan.moved])
            of_tags = merged_states(states, plan)
            predicted = await predictions.of_tags(tx, [*plan.onto, *plan.onto.values()])
            gone, made = merged_predictions(predicted, plan.onto)
            edits = (
                *of_tags,
                *grouped(singles),
                *predictions.edits(gone, made=False),
                *predictions.edits(made, made=True),
            )
            paths = ", ".join(tree.path(tag_id) for tag_id in dict.fromkeys(from_ids))
            said = f"Merged {paths} into {tree.path(into_id)}."
            change_id = await _made(tx, "MERGE_TAGS", by, edits, said)
            after = {edit.label_id: edit.after for edit in of_tags}.get(into_id, states[into_id])
            threshold = after.threshold if isinstance(after, TagState) else None
            return replace(tree.tag(into_id), threshold=threshold, change_id=change_id)

        return await self._write(work)

    async def delete(self, tag_id: str, by: str = "") -> BulkResult:
        """Deletes the tag with the assertions about it and its predictions. The result counts the photos with such
        assertions, and has no change if the tag is not known.

        Raises Conflict if the tag has children.
        """

        async def work(tx: LabelTransaction, tree: TagTree) -> BulkResult:
            if tag_id not in tree:
                return BulkResult(0, 0)
            if within := tree.children(tag_id):
                some = f"{len(within):,} tags are below {tree.path(tag_id)}, for example {within[0].name}"
                raise Conflict(f"{some}. Delete or move them first.")
            numbers, folder_ids = await tag_edges.on_tags(tx, [tag_id])
            on_photos, on_folders = await tag_edges.of_photos(tx, numbers), await tag_edges.of_folders(tx, folder_ids)
            singles: list[SingleEdit] = [(n, on[tag_id], None, tag_id) for n, on in on_photos.items() if tag_id in on]
            photos = len(singles)
            singles += [(id_, on[tag_id], None, tag_id) for id_, on in on_folders.items() if tag_id in on]
            edits = (
                Edit((await tags.states(tx, [tag_id]))[tag_id], None, tag_id),
                *grouped(singles),
                *predictions.edits(await predictions.of_tags(tx, [tag_id]), made=False),
            )
            said = f"Deleted the tag {tree.path(tag_id)} from {counted(photos, 'photo')}."
            return BulkResult(photos, photos, await _made(tx, "DELETE_TAG", by, edits, said))

        return await self._write(work)

    async def _write(self, work: Callable[[LabelTransaction, TagTree], Awaitable[T]]) -> T:
        async def with_tree(tx: LabelTransaction) -> T:
            return await work(tx, await tags.tag_tree(tx))

        return await self._writer.write(LabelKind.TAGS, with_tree)


def _of_tag(tag_id: str, before: TagState, after: TagState) -> tuple[Edit, ...]:
    return (Edit(before, after, tag_id),) if before != after else ()


async def _made(tx: LabelTransaction, operation: str, by: str, edits: tuple[Edit, ...], said: str) -> str | None:
    await tag_writing.write(tx, edits)
    return _recorded(tx, operation, by, edits, said)


def _recorded(tx: LabelTransaction, operation: str, by: str, edits: tuple[Edit, ...], said: str) -> str | None:
    return tx.record(Change(operation, LabelKind.TAGS, by, now_ms(), edits, summary=said))


async def _on_photos(tx: Transaction, tree: TagTree, plan: MergePlan, numbers: Iterable[int]) -> list[SingleEdit]:
    """Returns the edits that the plan makes on those photos, and on photos that exclude a tag which gets
    descendants."""
    then = tree.moved(plan.moved, plan.onto)
    above = {tag_id for parent in plan.moved.values() if parent is not None for tag_id in then.up(parent)}
    affected = {*numbers, *(await tag_edges.excluding(tx, above))}
    return [
        (number, *each)
        for number, before in (await tag_edges.of_photos(tx, sorted(affected))).items()
        for each in differences(before, moved_edges(before, plan.onto, tree.up, then.up))
    ]


def _check_free(tree: TagTree, parent_id: str | None, name: str, but: str | None = None) -> None:
    other = tree.beside(parent_id, name)
    if other is not None and other.id != but:
        message = f"The tag {tree.path(other.id)} exists already. Merge the two if they mean the same."
        raise Conflict(message, ("Tag", other.id), about=name)
