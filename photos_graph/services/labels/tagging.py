"""Tags and untags photos and folders, as users ask for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels import tag_edges, tags
from photos_graph.graph.labels.ancestors import folders_of, ways
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Change, grouped, now_ms
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.model.labels import BulkResult, FolderTagProposal, LabelKind
from photos_graph.model.search import Ref
from photos_graph.names import checked_tag_path
from photos_graph.services.labels import tag_rules
from photos_graph.services.labels.folder_plan import MAX_PAIRS, FolderPlan, also_unpredicted, folder_plan
from photos_graph.services.labels.name_proposals import proposals
from photos_graph.services.labels.ratings import known_numbers, labelled_numbers
from photos_graph.tags import inherited

MAX_TAGS = 100  # tags in one call


class Tagging:
    """Edits the tags of photos and folders. Every method raises BadInput or NotFound before it changes anything.
    ``changed`` of a result counts the photos with an assertion that changed or, after an edit of a folder, the photos
    whose confirmed tags changed."""

    def __init__(self, graph: Graph, index: Index, writer: LabelWriter) -> None:
        self._graph = graph
        self._index = index
        self._writer = writer

    async def tag_photos(self, photo_ids: Sequence[str], refs: Sequence[Ref], by: str = "") -> BulkResult:
        """Tags the photos, and creates tags for unknown names. Exclusions that would void the tags are removed."""
        numbers = await self._numbers(photo_ids, refs)
        assertion = Assertion(AssertionKind.TAGGED, now_ms(), by, via="MANUAL")

        async def work(tx: LabelTransaction) -> BulkResult:
            tree = await tags.tag_tree(tx)
            wanted = tree.wanted_or_new(refs)
            before = await tag_edges.of_photos(tx, numbers)
            after = {n: tag_rules.photo_tagged(before.get(n, {}), wanted, tree.up, assertion) for n in numbers}
            return await _write_photos(tx, "TAG_PHOTOS", tree, before, after, assertion)

        return await self._writer.write(LabelKind.TAGS, work)

    async def untag_photos(self, photo_ids: Sequence[str], refs: Sequence[Ref], by: str = "") -> BulkResult:
        """Removes the tags. A tag that a photo would still have from a folder or a prediction is excluded."""
        numbers = await self._numbers(photo_ids, refs)
        excluding = Assertion(AssertionKind.EXCLUDES, now_ms(), by)

        async def work(tx: LabelTransaction) -> BulkResult:
            tree = await tags.tag_tree(tx)
            wanted = tree.wanted(refs)
            before = await tag_edges.of_photos(tx, numbers)
            elsewhere = await _elsewhere(tx, tree, numbers)
            after = {
                n: tag_rules.photo_untagged(
                    before.get(n, {}), wanted, tree.up, tree.below, elsewhere.get(n, ()), excluding
                )
                for n in numbers
            }
            return await _write_photos(tx, "UNTAG_PHOTOS", tree, before, after, excluding)

        return await self._writer.write(LabelKind.TAGS, work)

    async def answer(
        self,
        yes: Mapping[str, Collection[Ref]],
        no: Mapping[str, Collection[str]],
        by: str = "",
        operation: str = "ANSWER",
    ) -> BulkResult:
        """Answers questions about photos. ``yes`` maps the ids of photos to tags that they have, and ``no`` to tags
        that they do not have, regardless of predictions. Tags are created for unknown names in ``yes``."""
        photo_ids = list(dict.fromkeys([*yes, *no]))
        await known_numbers(self._graph, photo_ids)  # all of them, or nothing is changed
        numbers = {id_: self._index.search.stack_numbers(id_) for id_ in photo_ids}
        tagging = Assertion(AssertionKind.TAGGED, now_ms(), by, via="MANUAL")
        excluding = replace(tagging, kind=AssertionKind.EXCLUDES, via=None)

        async def work(tx: LabelTransaction) -> BulkResult:
            tree = await tags.tag_tree(tx)
            shown = sorted({n for those in numbers.values() for n in those})
            before = await tag_edges.of_photos(tx, shown)
            after = {n: before.get(n, {}) for n in shown}
            for photo, refs in yes.items():
                for n in numbers[photo]:
                    after[n] = tag_rules.photo_tagged(after[n], tree.wanted_or_new(list(refs)), tree.up, tagging)
            for photo, tag_ids in no.items():
                for n in numbers[photo]:
                    wanted = tree.wanted([Ref(id=tag_id) for tag_id in tag_ids])
                    after[n] = tag_rules.photo_denied(after[n], wanted, tree.below, excluding)
            return await _write_photos(tx, operation, tree, before, after, tagging)

        return await self._writer.write(LabelKind.TAGS, work)

    async def tag_folder(
        self, folder_id: str, refs: Sequence[Ref], recursive: bool = True, dry_run: bool = False, by: str = ""
    ) -> BulkResult:
        """Tags a folder. With ``recursive``, this applies to all present and future photos in the folder and below it,
        otherwise only to those in the folder itself."""
        check_tags(refs)
        assertion = Assertion(AssertionKind.TAGGED, now_ms(), by, via="MANUAL", recursive=recursive)

        async def plan(tx: Transaction) -> FolderPlan:
            tree = await tags.tag_tree(tx)
            wanted = tree.wanted_or_new(refs)
            before = await self._on_folder(tx, folder_id)
            after = tag_rules.folder_tagged(before, wanted, assertion)
            return folder_plan(self._index.search, tree, folder_id, wanted, before, after, recursive)

        return await self._edit_folder("TAG_FOLDER", plan, assertion, dry_run)

    async def untag_folder(
        self, folder_id: str, refs: Sequence[Ref], dry_run: bool = False, by: str = ""
    ) -> BulkResult:
        """Removes the tags. A tag that the folder would still inherit is excluded on the folder, and one that a model
        gives to a photo in the folder or below it is excluded on that photo."""
        check_tags(refs)
        excluding = Assertion(AssertionKind.EXCLUDES, now_ms(), by)

        async def plan(tx: Transaction) -> FolderPlan:
            tree = await tags.tag_tree(tx)
            wanted = tree.wanted(refs)
            before = await self._on_folder(tx, folder_id)
            above = (await ways(tx, [folder_id]))[folder_id][1:]
            after = tag_rules.folder_untagged(before, wanted, tree.up, tree.below, above, excluding)
            planned = folder_plan(self._index.search, tree, folder_id, wanted, before, after)
            return await also_unpredicted(tx, self._index.search, planned, {folder_id: before}, wanted, excluding)

        return await self._edit_folder("UNTAG_FOLDER", plan, excluding, dry_run)

    async def tag_folders_by_name(
        self,
        root_id: str | None = None,
        dry_run: bool = True,
        accepted: Collection[tuple[str, str]] | None = None,
        by: str = "",
    ) -> list[FolderTagProposal]:
        """Proposes tags for the folders of one root, or of all roots, by their names. Unless it is a dry run, it also
        tags the folders. Of the proposals, only those are left that are ``accepted``, as (folder id, tag), if any are
        given. Raises NotFound for an unknown root."""
        assertion = Assertion(AssertionKind.TAGGED, now_ms(), by, via="FOLDER_NAME", recursive=True)

        async def propose(tx: Transaction) -> list[FolderTagProposal]:
            found = proposals(self._index.search, root_id)
            return [each for each in found if accepted is None or (each.folder_id, each.tag) in accepted]

        async def work(tx: LabelTransaction) -> list[FolderTagProposal]:
            found = await propose(tx)
            tree = await tags.tag_tree(tx)
            wanted: dict[str, list[str]] = {}
            for each in found:
                wanted.setdefault(each.folder_id, []).append(tree.reach(checked_tag_path(each.tag)).id)
            before = await tag_edges.of_folders(tx, wanted)
            after = {
                id_: tag_rules.folder_tagged(before.get(id_, {}), tag_ids, assertion) for id_, tag_ids in wanted.items()
            }
            edits = grouped(
                (id_, *each) for id_ in after for each in tag_rules.differences(before.get(id_, {}), after[id_])
            )
            made = await tag_edges.apply(tx, tree, edits, by)
            change_id = tx.record(Change("TAG_FOLDERS_BY_NAME", LabelKind.TAGS, by, assertion.at_ms, made))
            return [replace(each, applied=True, change_id=change_id) for each in found]

        if dry_run:
            return await self._writer.preview(propose)
        return await self._writer.write(LabelKind.TAGS, work, caught_up=True)

    async def _numbers(self, photo_ids: Sequence[str], refs: Sequence[Ref]) -> list[int]:
        check_tags(refs)
        numbers = await labelled_numbers(self._graph, photo_ids)
        if (pairs := len(numbers) * len(refs)) > MAX_PAIRS:
            raise BadInput(f"A call accepts up to {MAX_PAIRS:,} pairs of photo and tag, but got {pairs:,}.")
        return numbers

    async def _on_folder(self, tx: Transaction, folder_id: str) -> Assertions:
        """Returns the assertions on the folder. Raises NotFound."""
        if self._index.search.folders.get(folder_id) is None:
            raise NotFound("There is no such folder.", about=folder_id)
        return (await tag_edges.of_folders(tx, [folder_id])).get(folder_id, {})

    async def _edit_folder(
        self,
        operation: str,
        plan: Callable[[Transaction], Awaitable[FolderPlan]],
        assertion: Assertion,
        dry_run: bool,
    ) -> BulkResult:
        async def work(tx: LabelTransaction) -> BulkResult:
            return await (await plan(tx)).write(tx, operation, assertion)

        if dry_run:
            return (await self._writer.preview(plan)).counts
        return await self._writer.write(LabelKind.TAGS, work, caught_up=True)


def check_tags(refs: Sequence[Ref]) -> None:
    if len(refs) > MAX_TAGS:
        raise BadInput(f"A call accepts up to {MAX_TAGS} tags, but got {len(refs):,}.")


async def _write_photos(
    tx: LabelTransaction,
    operation: str,
    tree: TagTree,
    before: Mapping[int, Assertions],
    after: Mapping[int, Assertions],
    assertion: Assertion,
) -> BulkResult:
    edits = grouped((n, *each) for n in after for each in tag_rules.differences(before.get(n, {}), after[n]))
    made = await tag_edges.apply(tx, tree, edits, assertion.by)
    change_id = tx.record(Change(operation, LabelKind.TAGS, assertion.by, assertion.at_ms, made))
    changed = {number for edit in edits for number in edit.photos}
    return BulkResult(len(after), len(changed), change_id)


async def _elsewhere(tx: Transaction, tree: TagTree, numbers: Sequence[int]) -> dict[int, set[str]]:
    """Returns the tags that the photos have from their folders and by prediction."""
    found = await tag_edges.predicted(tx, numbers)
    folders = await folders_of(tx, numbers)
    known = await ways(tx, {folder_id for ids in folders.values() for folder_id in ids})
    coming = {id_: {carried.tag_id for carried, _ in inherited(way, tree.up)} for id_, way in known.items()}
    for number, folder_ids in folders.items():
        for folder_id in folder_ids:
            if tag_ids := coming.get(folder_id):
                found.setdefault(number, set()).update(tag_ids)
    return found
