"""What tags are called, and how they lie in one another. What they are on follows them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from photos_graph.errors import BadInput, Conflict
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.labels import changes, tag_edges, tags
from photos_graph.graph.labels.changes import Single
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.index import Index
from photos_graph.model import Tag
from photos_graph.names import checked_tag_name
from photos_graph.services.labels.merging import MergePlan, merge_plan, merged_edges, moved_edges
from photos_graph.services.labels.tag_rules import shifts

T = TypeVar("T")


class TagEditing:
    """All of these raise NotFound for a tag that is not known, and change nothing when they raise.

    Every writer of labels takes their lock first, so what it reads is what stands when it writes; and who wrote sees
    it: the index has it before the answer is given.
    """

    def __init__(self, graph: Graph, index: Index) -> None:
        self._graph = graph
        self._index = index

    async def create(self, name: str, parent_id: str | None = None, by: str = "") -> Tag:
        """Raises BadInput for what is no name, Conflict where the parent has one of that name."""
        kept = checked_tag_name(name)

        async def work(tx: Transaction, tree: TagTree) -> Tag:
            if parent_id is not None:
                tree.get(parent_id)
            _check_free(tree, parent_id, kept)
            row = tree.reach([kept], parent_id)
            await tags.create(tx, tree.new, by)
            await touch(tx, tags=[row.id])
            return tree.tag(row.id)

        return await self._write(work)

    async def rename(self, tag_id: str, name: str) -> Tag:
        """Raises BadInput for what is no name, Conflict onto the name of another tag: nothing is merged silently."""
        kept = checked_tag_name(name)

        async def work(tx: Transaction, tree: TagTree) -> Tag:
            row = tree.get(tag_id)
            _check_free(tree, row.parent_id, kept, tag_id)
            await tags.rename(tx, row, kept)
            await touch(tx, tags=[tag_id])
            return Tag(row.id, kept, row.parent_id, row.threshold)

        return await self._write(work)

    async def move(self, tag_id: str, parent_id: str | None) -> Tag:
        """None: to the top. Where a photo has a tag that comes to lie below one that it excludes, the exclusion goes.

        Raises BadInput for a parent within the tag, Conflict beside a tag of the same name.
        """

        async def work(tx: Transaction, tree: TagTree) -> Tag:
            row = tree.get(tag_id)
            if parent_id is not None:
                tree.get(parent_id)
                if tag_id in tree.up(parent_id):
                    raise BadInput(f"{tree.path(parent_id)} lies within {row.name}, which cannot move into itself.")
            _check_free(tree, parent_id, row.name, tag_id)
            shifted = await _on_photos(tx, tree, MergePlan(moved={tag_id: parent_id}), ())
            await tags.move(tx, {row: parent_id})
            await tag_edges.write(tx, changes.grouped(shifted))
            await touch(tx, labelled=_photos(shifted), tags=[tag_id])
            return Tag(row.id, row.name, parent_id, row.threshold)

        return await self._write(work)

    async def merge(self, from_ids: Sequence[str], into_id: str) -> Tag:
        """What was said of the tags is said of ``into``, what lay in them lies in it; they are gone, and with them what
        a model predicted of them. Exclusions go as in ``move``. Raises BadInput where ``into`` is one of them or lies
        within one."""

        async def work(tx: Transaction, tree: TagTree) -> Tag:
            plan = merge_plan(tree, from_ids, into_id)
            numbers, folder_ids = await tag_edges.on_tags(tx, plan.onto)
            shifted = await _on_photos(tx, tree, plan, numbers)
            numbers += _photos(shifted)
            for folder_id, own in (await tag_edges.of_folders(tx, folder_ids)).items():
                shifted += [(folder_id, *shift) for shift in shifts(own, merged_edges(own, plan.onto))]
            kept = [shift for shift in shifted if shift[3] not in plan.onto]  # those go with their tags
            await tags.delete(tx, plan.onto)
            await tags.move(tx, {tree.get(tag_id): parent_id for tag_id, parent_id in plan.moved.items()})
            await tag_edges.write(tx, changes.grouped(kept))
            await touch(tx, labelled=numbers, folders=folder_ids, tags=[*plan.onto, *plan.moved])
            return tree.tag(into_id)

        return await self._write(work)

    async def delete(self, tag_id: str) -> bool:
        """With all that was said of it. Raises Conflict while tags lie in it. False: it is not known."""

        async def work(tx: Transaction, tree: TagTree) -> bool:
            if tag_id not in tree:
                return False
            if within := tree.children(tag_id):
                some = f"{len(within):,} tags lie in {tree.path(tag_id)}, {within[0].name} for one"
                raise Conflict(f"{some}; delete or move them first.")
            numbers, folder_ids = await tag_edges.on_tags(tx, [tag_id])
            await tags.delete(tx, [tag_id])
            await touch(tx, labelled=numbers, folders=folder_ids, tags=[tag_id])
            return True

        return await self._write(work)

    async def _write(self, work: Callable[[Transaction, TagTree], Awaitable[T]]) -> T:
        async def locked(tx: Transaction) -> T:
            await changes.lock(tx)
            return await work(tx, await tags.tag_tree(tx))

        result = await self._graph.transaction(locked)
        await self._index.catch_up()
        return result


async def _on_photos(tx: Transaction, tree: TagTree, plan: MergePlan, numbers: Iterable[int]) -> list[Single]:
    """What the plan makes of what is said on those photos, and on others that exclude what tags come to lie in."""
    then = tree.moved(plan.moved, plan.onto)
    above = {tag_id for parent in plan.moved.values() if parent is not None for tag_id in then.up(parent)}
    affected = {*numbers, *(await tag_edges.excluding(tx, above))}
    return [
        (number, *shift)
        for number, own in (await tag_edges.of_photos(tx, sorted(affected))).items()
        for shift in shifts(own, moved_edges(own, plan.onto, tree.up, then.up))
    ]


def _photos(shifted: Iterable[Single]) -> list[int]:
    return [of for of, *_ in shifted if isinstance(of, int)]


def _check_free(tree: TagTree, parent_id: str | None, name: str, but: str | None = None) -> None:
    other = tree.beside(parent_id, name)
    if other is not None and other.id != but:
        raise Conflict(f"There is a tag {tree.path(other.id)} already. Merge the two if they are the same.")
