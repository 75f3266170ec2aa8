"""Taking back what was done: every bulk change of labels leaves behind what it takes to undo it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pyroaring import BitMap

from photos_graph.errors import Conflict, NotFound
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.faces import assignments, match_requests
from photos_graph.graph.labels import changes, ratings, tag_edges, tags
from photos_graph.graph.labels.changes import Assertion, AssertionKind, Change, Edit, What, now_ms
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.library import folders, photos
from photos_graph.index import Index
from photos_graph.model import BulkResult
from photos_graph.services.faces.assignment_edits import Said
from photos_graph.services.faces.undo import restore_faces
from photos_graph.services.labels.folder_reach import reached, retagged


class Changes:
    """``said`` is told when faces or persons are as they were."""

    def __init__(self, graph: Graph, index: Index, said: Said) -> None:
        self._graph = graph
        self._index = index
        self._said = said

    async def undo(self, change_id: str, by: str = "") -> BulkResult:
        """Makes it as it was before, which is a change that can be undone in turn. Photos, folders and faces that are
        forgotten meanwhile are passed over.

        Raises NotFound; Conflict, and nothing is changed, where something is no more as the change left it, or where an
        exclusion that comes back would void a tag that a photo got since.
        """

        async def work(tx: Transaction) -> tuple[What, BulkResult]:
            await changes.lock(tx)
            change = await changes.get(tx, change_id)
            if change is None:
                raise NotFound("There is no such change.")
            if change.undone:
                raise Conflict("This change was undone already.")
            await self._index.catch_up()
            back = await _known(tx, [shift.reversed() for shift in change.shifts])
            undo = Change("UNDO", change.what, by, now_ms(), back, undoes=change.id)
            restore = {What.TAGS: self._retag, What.FACES: restore_faces}.get(change.what, self._revalue)
            result = await restore(tx, undo)
            await changes.mark_undone(tx, change)
            if change.what is What.FACES:
                await match_requests.note(tx)
            return change.what, replace(result, change_id=await changes.record(tx, undo))

        await self._index.catch_up()  # here most of it, so that little is left to do while others wait
        what, result = await self._graph.transaction(work)
        await self._index.catch_up()
        if what is What.FACES:
            await self._said()
        return result

    async def _retag(self, tx: Transaction, undo: Change) -> BulkResult:
        tree = await tags.tag_tree(tx)
        tag_ids = {shift.label_id for shift in undo.shifts if shift.label_id is not None}
        if gone := sum(tag_id not in tree for tag_id in tag_ids):
            raise Conflict(f"{gone} of the {len(tag_ids)} tags of this change were deleted or merged since.")
        numbers = _photos(undo)
        folder_ids = sorted({folder_id for shift in undo.shifts for folder_id in shift.folders})
        on_photos = await tag_edges.of_photos(tx, numbers)
        on_folders = await tag_edges.of_folders(tx, folder_ids)
        differing: Counter[str] = Counter()
        for shift in undo.shifts:
            tag_id = shift.label_id or ""
            off = [on_photos.get(n, {}).get(tag_id) for n in shift.photos]
            off += [on_folders.get(id_, {}).get(tag_id) for id_ in shift.folders]
            differing[tree.path(tag_id)] += sum(state != shift.before for state in off)
        _check(differing + _voided(undo.shifts, on_photos, tree))
        search = self._index.search
        subtrees = {below for tag_id in tag_ids for below in tree.below(tag_id)}
        touched = [shift for shift in undo.shifts if shift.folders]
        matched = BitMap(numbers) | reached(search, folder_ids)
        changed = BitMap(numbers) | retagged(search, on_folders, touched, subtrees, ())
        await tag_edges.write(tx, undo.shifts)
        await touch(tx, labelled=numbers, folders=folder_ids)
        return BulkResult(len(matched), len(changed))

    async def _revalue(self, tx: Transaction, undo: Change) -> BulkResult:
        numbers = _photos(undo)
        now = await ratings.read(tx, undo.what, numbers)
        off = sum(now[number] != shift.before for shift in undo.shifts for number in shift.photos)
        _check(Counter({f"the {undo.what.value.lower()}": off}))
        await ratings.write(tx, undo.what, undo.shifts)
        await touch(tx, photos=numbers)
        return BulkResult(len(numbers), len(numbers))


async def _known(tx: Transaction, shifts: Sequence[Edit]) -> tuple[Edit, ...]:
    """The shifts with those photos, folders and faces that the graph still has; those of persons as they are."""
    numbers = await photos.known_numbers(tx, [number for shift in shifts for number in shift.photos])
    folder_ids = await folders.known_folders(tx, [id_ for shift in shifts for id_ in shift.folders])
    face_ids = await assignments.known(tx, [id_ for shift in shifts for id_ in shift.faces])
    found = []
    for shift in shifts:
        on_photos = tuple(number for number in shift.photos if number in numbers)
        on_folders = tuple(id_ for id_ in shift.folders if id_ in folder_ids)
        on_faces = tuple(id_ for id_ in shift.faces if id_ in face_ids)
        if on_photos or on_folders or on_faces or not (shift.photos or shift.folders or shift.faces):
            found.append(replace(shift, photos=on_photos, folders=on_folders, faces=on_faces))
    return tuple(found)


def _photos(change: Change) -> list[int]:
    return sorted({number for shift in change.shifts for number in shift.photos})


def _voided(shifts: Iterable[Edit], on_photos: Mapping[int, Assertions], tree: TagTree) -> Counter[str]:
    """Paths of the tags that would be void below an exclusion that comes back, with how many photos they are on."""
    after = {number: dict(own) for number, own in on_photos.items()}
    excluded: dict[str, list[int]] = {}
    for shift in shifts:
        tag_id = shift.label_id or ""
        for number in shift.photos:
            after.setdefault(number, {}).pop(tag_id, None)
            if isinstance(shift.after, Assertion):
                after[number][tag_id] = shift.after
        if isinstance(shift.after, Assertion) and shift.after.kind is AssertionKind.EXCLUDES:
            excluded.setdefault(tag_id, []).extend(shift.photos)
    void: dict[str, set[int]] = {}
    for tag_id, numbers in excluded.items():
        for below in tree.below(tag_id):
            tagged = (n for n in numbers if (edge := after[n].get(below)) and edge.kind is AssertionKind.TAGGED)
            void.setdefault(tree.path(below), set()).update(tagged)
    return Counter({path: len(numbers) for path, numbers in void.items()})


def _check(differing: Counter[str]) -> None:
    if some := +differing:
        said = ", ".join(f"{what} on {count:,}" for what, count in some.most_common(5))
        raise Conflict(f"Changed again since, so that nothing was undone: {said} photos or folders.")
