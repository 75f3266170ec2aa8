"""Creates, renames, moves, merges and deletes tags. The assertions about them follow them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from photos_graph.errors import BadInput, Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import merged, tag_edges, tags
from photos_graph.graph.labels.edits import SingleEdit, grouped
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import LabelKind, Tag
from photos_graph.names import checked_tag_name
from photos_graph.services.labels.merging import MergePlan, merge_plan, merged_edges, moved_edges
from photos_graph.services.labels.tag_rules import differences

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
            await tags.create(tx, tree.new, by)
            return tree.tag(row.id)

        return await self._write(work)

    async def rename(self, tag_id: str, name: str) -> Tag:
        """Renames a tag. Raises BadInput for an invalid name, and Conflict for the name of a sibling, because tags are
        never merged silently."""
        kept = checked_tag_name(name)

        async def work(tx: LabelTransaction, tree: TagTree) -> Tag:
            row = tree.get(tag_id)
            _check_free(tree, row.parent_id, kept, tag_id)
            await tags.rename(tx, row, kept)
            return replace(row, name=kept)

        return await self._write(work)

    async def move(self, tag_id: str, parent_id: str | None) -> Tag:
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
            edits = await _on_photos(tx, tree, MergePlan(moved={tag_id: parent_id}), ())
            await tags.move(tx, {row: parent_id})
            await tag_edges.write(tx, grouped(edits))
            return replace(row, parent_id=parent_id)

        return await self._write(work)

    async def merge(self, from_ids: Sequence[str], into_id: str) -> Tag:
        """Turns the assertions about the tags into assertions about ``into``, moves their children below it, and
        deletes the tags with their predictions. Exclusions are removed as in ``move``.

        Raises BadInput if ``into`` is one of the tags or a descendant of one.
        """

        async def work(tx: LabelTransaction, tree: TagTree) -> Tag:
            plan = merge_plan(tree, from_ids, into_id)
            numbers, folder_ids = await tag_edges.on_tags(tx, plan.onto)
            edits = await _on_photos(tx, tree, plan, numbers)
            # Edges of the merged tags are not removed one by one, since they disappear with the tags.
            tx.touch(labelled=[*numbers, *_photos(edits)], folders=folder_ids)
            for folder_id, before in (await tag_edges.of_folders(tx, folder_ids)).items():
                edits += [(folder_id, *each) for each in differences(before, merged_edges(before, plan.onto))]
            await merged.remember(tx, plan.onto)
            await tags.delete(tx, plan.onto)
            await tags.move(tx, {tree.get(tag_id): parent_id for tag_id, parent_id in plan.moved.items()})
            await tag_edges.write(tx, grouped(edit for edit in edits if edit[3] not in plan.onto))
            return tree.tag(into_id)

        return await self._write(work)

    async def delete(self, tag_id: str) -> bool:
        """Deletes the tag with the assertions about it. Returns False if it is not known.

        Raises Conflict if the tag has children.
        """

        async def work(tx: LabelTransaction, tree: TagTree) -> bool:
            if tag_id not in tree:
                return False
            if within := tree.children(tag_id):
                some = f"{len(within):,} tags are below {tree.path(tag_id)}, for example {within[0].name}"
                raise Conflict(f"{some}. Delete or move them first.")
            numbers, folder_ids = await tag_edges.on_tags(tx, [tag_id])
            tx.touch(labelled=numbers, folders=folder_ids)
            await tags.delete(tx, [tag_id])
            return True

        return await self._write(work)

    async def _write(self, work: Callable[[LabelTransaction, TagTree], Awaitable[T]]) -> T:
        async def with_tree(tx: LabelTransaction) -> T:
            return await work(tx, await tags.tag_tree(tx))

        return await self._writer.write(LabelKind.TAGS, with_tree)


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


def _photos(edits: Iterable[SingleEdit]) -> list[int]:
    return [of for of, *_ in edits if isinstance(of, int)]


def _check_free(tree: TagTree, parent_id: str | None, name: str, but: str | None = None) -> None:
    other = tree.beside(parent_id, name)
    if other is not None and other.id != but:
        raise Conflict(f"The tag {tree.path(other.id)} exists already. Merge the two if they mean the same.")
