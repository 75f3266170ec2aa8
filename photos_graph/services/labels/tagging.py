"""Tags on photos and folders, as people say them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.labels import changes, tag_edges, tags
from photos_graph.graph.labels.ancestors import folders_of, ways
from photos_graph.graph.labels.changes import Assertion, AssertionKind, Change, What, now_ms
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.model import BulkResult, FolderTagProposal, Ref
from photos_graph.names import checked_tag_path
from photos_graph.services.labels import tag_rules
from photos_graph.services.labels.folder_reach import reached, retagged
from photos_graph.services.labels.name_proposals import proposals
from photos_graph.services.labels.ratings import known_numbers
from photos_graph.services.labels.tag_editing import T, TagEditing
from photos_graph.tags import inherited

MAX_TAGS = 100  # in one call
MAX_PAIRS = 100_000  # of photos and tags in one call; a Neo4j of 512 MB has no memory for twice as many


class Tagging(TagEditing):
    """All of these raise BadInput and NotFound before any change. ``changed`` of a result counts photos: those with an
    edge that changed, and of folders those whose confirmed tags did."""

    async def tag_photos(self, photo_ids: Sequence[str], refs: Sequence[Ref], by: str = "") -> BulkResult:
        """Unknown names are created. Exclusions that would void the tags go."""
        numbers = await self._numbers(photo_ids, refs)
        said = Assertion(AssertionKind.TAGGED, now_ms(), by, via="MANUAL")

        async def work(tx: Transaction) -> BulkResult:
            await changes.lock(tx)
            tree = await tags.tag_tree(tx)
            wanted = tree.wanted_or_new(refs)
            own = await tag_edges.of_photos(tx, numbers)
            after = {n: tag_rules.photo_tagged(own.get(n, {}), wanted, tree.up, said) for n in numbers}
            return await _write_photos(tx, "TAG_PHOTOS", tree, own, after, said)

        return await self._caught_up(work)

    async def untag_photos(self, photo_ids: Sequence[str], refs: Sequence[Ref], by: str = "") -> BulkResult:
        """What the photos would have all the same, by a folder or a model, is excluded."""
        numbers = await self._numbers(photo_ids, refs)
        excluding = Assertion(AssertionKind.EXCLUDES, now_ms(), by)

        async def work(tx: Transaction) -> BulkResult:
            await changes.lock(tx)
            tree = await tags.tag_tree(tx)
            wanted = tree.wanted(refs)
            own = await tag_edges.of_photos(tx, numbers)
            elsewhere = await _elsewhere(tx, tree, numbers)
            after = {
                n: tag_rules.photo_untagged(
                    own.get(n, {}), wanted, tree.up, tree.below, elsewhere.get(n, ()), excluding
                )
                for n in numbers
            }
            return await _write_photos(tx, "UNTAG_PHOTOS", tree, own, after, excluding)

        return await self._caught_up(work)

    async def answer(
        self, yes: Mapping[str, Collection[Ref]], no: Mapping[str, Collection[str]], by: str = ""
    ) -> BulkResult:
        """Of questions about photos, by their ids: those have the tags, these do not, whatever a model may say.

        Unknown names of the former are created.
        """
        photo_ids = list(dict.fromkeys([*yes, *no]))
        await known_numbers(self._graph, photo_ids)  # all of them, or nothing is changed
        number = {id_: self._index.search.number_of(id_) for id_ in photo_ids}
        said, excluding = (
            Assertion(AssertionKind.TAGGED, now_ms(), by, via="MANUAL"),
            Assertion(AssertionKind.EXCLUDES, now_ms(), by),
        )

        async def work(tx: Transaction) -> BulkResult:
            await changes.lock(tx)
            tree = await tags.tag_tree(tx)
            shown = [n for n in number.values() if n is not None]
            own = await tag_edges.of_photos(tx, shown)
            after = {n: own.get(n, {}) for n in shown}
            for photo, refs in yes.items():
                if (n := number[photo]) is not None:
                    after[n] = tag_rules.photo_tagged(after[n], tree.wanted_or_new(list(refs)), tree.up, said)
            for photo, tag_ids in no.items():
                if (n := number[photo]) is not None:
                    wanted = tree.wanted([Ref(id=tag_id) for tag_id in tag_ids])
                    after[n] = tag_rules.photo_denied(after[n], wanted, tree.below, excluding)
            return await _write_photos(tx, "ANSWER", tree, own, after, said)

        return await self._caught_up(work)

    async def tag_folder(
        self, folder_id: str, refs: Sequence[Ref], recursive: bool = True, dry_run: bool = False, by: str = ""
    ) -> BulkResult:
        """``recursive``: for all below the folder, now and later; else for its own photos alone."""
        _check_tags(refs)
        said = Assertion(AssertionKind.TAGGED, now_ms(), by, via="MANUAL", recursive=recursive)

        async def work(tx: Transaction) -> BulkResult:
            tree = await self._begin(tx, dry_run)
            wanted = tree.wanted_or_new(refs)
            own = await self._said_on(tx, folder_id)
            after = {folder_id: tag_rules.folder_tagged(own.get(folder_id, {}), wanted, said)}
            matched = len(reached(self._index.search, [folder_id], recursive))
            return await self._write_folders(tx, "TAG_FOLDER", tree, wanted, own, after, said, matched, dry_run)

        return await self._on_folders(work)

    async def untag_folder(
        self, folder_id: str, refs: Sequence[Ref], dry_run: bool = False, by: str = ""
    ) -> BulkResult:
        """What would come down from above all the same is excluded here."""
        _check_tags(refs)
        excluding = Assertion(AssertionKind.EXCLUDES, now_ms(), by)

        async def work(tx: Transaction) -> BulkResult:
            tree = await self._begin(tx, dry_run)
            wanted = tree.wanted(refs)
            own = await self._said_on(tx, folder_id)
            above = (await ways(tx, [folder_id]))[folder_id][1:]
            said = own.get(folder_id, {})
            after = {folder_id: tag_rules.folder_untagged(said, wanted, tree.up, tree.below, above, excluding)}
            matched = len(reached(self._index.search, [folder_id]))
            return await self._write_folders(tx, "UNTAG_FOLDER", tree, wanted, own, after, excluding, matched, dry_run)

        return await self._on_folders(work)

    async def tag_folders_by_name(
        self, root_id: str | None = None, dry_run: bool = True, by: str = ""
    ) -> list[FolderTagProposal]:
        """What the names of folders say, of one root or of all; unless it is a dry run they carry it from then on.

        Raises NotFound for an unknown root.
        """
        said = Assertion(AssertionKind.TAGGED, now_ms(), by, via="FOLDER_NAME", recursive=True)

        async def work(tx: Transaction) -> list[FolderTagProposal]:
            tree = await self._begin(tx, dry_run)
            found = proposals(self._index.search, root_id)
            if dry_run:
                return found
            wanted: dict[str, list[str]] = {}
            for each in found:
                wanted.setdefault(each.folder_id, []).append(tree.reach(checked_tag_path(each.tag)).id)
            own = await tag_edges.of_folders(tx, wanted)
            after = {id_: tag_rules.folder_tagged(own.get(id_, {}), tag_ids, said) for id_, tag_ids in wanted.items()}
            matched = len(reached(self._index.search, wanted))
            tag_ids = [tag_id for each in wanted.values() for tag_id in each]
            await self._write_folders(tx, "TAG_FOLDERS_BY_NAME", tree, tag_ids, own, after, said, matched, dry_run)
            return [replace(each, applied=True) for each in found]

        return await self._on_folders(work)

    async def _numbers(self, photo_ids: Sequence[str], refs: Sequence[Ref]) -> list[int]:
        _check_tags(refs)
        numbers = await known_numbers(self._graph, photo_ids)
        if (pairs := len(numbers) * len(refs)) > MAX_PAIRS:
            raise BadInput(f"These are {pairs:,} pairs of photo and tag; one call takes up to {MAX_PAIRS:,}.")
        return numbers

    async def _on_folders(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        await self._index.catch_up()  # here most of it, so that little is left to do while others wait
        return await self._caught_up(work)

    async def _begin(self, tx: Transaction, dry_run: bool) -> TagTree:
        """The index knows all that writers of labels committed before: its counts are those of the graph."""
        if not dry_run:
            await changes.lock(tx)
        await self._index.catch_up()
        return await tags.tag_tree(tx)

    async def _said_on(self, tx: Transaction, folder_id: str) -> dict[str, Assertions]:
        """Raises NotFound."""
        if self._index.search.folder(folder_id) is None:
            raise NotFound("There is no such folder.")
        return await tag_edges.of_folders(tx, [folder_id])

    async def _write_folders(
        self,
        tx: Transaction,
        kind: str,
        tree: TagTree,
        tag_ids: Iterable[str],
        own: Mapping[str, Assertions],
        after: Mapping[str, Assertions],
        edge: Assertion,
        matched: int,
        dry_run: bool,
    ) -> BulkResult:
        shifts = changes.grouped(
            (id_, *shift) for id_ in after for shift in tag_rules.shifts(own.get(id_, {}), after[id_])
        )
        subtrees = {below for tag_id in tag_ids for below in tree.below(tag_id)}
        changed = len(retagged(self._index.search, own, shifts, subtrees, tree.new))
        if dry_run:
            return BulkResult(matched, changed)
        await tags.create(tx, tree.new, edge.by)
        await tag_edges.write(tx, shifts)
        change_id = await changes.record(tx, Change(kind, What.TAGS, edge.by, edge.at_ms, shifts))
        await touch(tx, folders=[id_ for shift in shifts for id_ in shift.folders], tags=[row.id for row in tree.new])
        return BulkResult(matched, changed, change_id)

    async def _caught_up(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        result = await self._graph.transaction(work)
        await self._index.catch_up()
        return result


def _check_tags(refs: Sequence[Ref]) -> None:
    if len(refs) > MAX_TAGS:
        raise BadInput(f"One call takes up to {MAX_TAGS} tags; these are {len(refs):,}.")


async def _write_photos(
    tx: Transaction,
    kind: str,
    tree: TagTree,
    own: Mapping[int, Assertions],
    after: Mapping[int, Assertions],
    edge: Assertion,
) -> BulkResult:
    shifts = changes.grouped((n, *shift) for n in after for shift in tag_rules.shifts(own.get(n, {}), after[n]))
    await tags.create(tx, tree.new, edge.by)
    await tag_edges.write(tx, shifts)
    change_id = await changes.record(tx, Change(kind, What.TAGS, edge.by, edge.at_ms, shifts))
    changed = {number for shift in shifts for number in shift.photos}
    await touch(tx, labelled=sorted(changed), tags=[row.id for row in tree.new])
    return BulkResult(len(after), len(changed), change_id)


async def _elsewhere(tx: Transaction, tree: TagTree, numbers: Sequence[int]) -> dict[int, set[str]]:
    """The tags that come to the photos by their folders and by predictions."""
    found = await tag_edges.predicted(tx, numbers)
    folders = await folders_of(tx, numbers)
    known = await ways(tx, {folder_id for ids in folders.values() for folder_id in ids})
    coming = {id_: {carried.tag_id for carried, _ in inherited(way, tree.up)} for id_, way in known.items()}
    for number, folder_ids in folders.items():
        for folder_id in folder_ids:
            if tag_ids := coming.get(folder_id):
                found.setdefault(number, set()).update(tag_ids)
    return found
