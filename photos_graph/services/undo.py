"""Undoes changes of labels, each of which leaves behind what that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph.errors import Conflict, NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import assignments, edited_faces
from photos_graph.graph.labels import changes, properties, ratings, stacks
from photos_graph.graph.labels.edits import (
    Change,
    Edit,
    FacePlace,
    FacePresence,
    PropertyValue,
    State,
    Successor,
    now_ms,
)
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import folders, photos, succession
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.background import BackgroundWrites
from photos_graph.library.places import Gazetteer
from photos_graph.model.job_arguments import ChangeArguments
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.properties import PhotoProperty
from photos_graph.services.faces.undo import feasible_names, restore_faces
from photos_graph.services.labels.album_undo import restore_albums
from photos_graph.services.labels.property_editing import follow_position
from photos_graph.services.labels.undo import FeasibleUndo, feasible_undo, refuse, restore_tags
from photos_graph.services.learning.skipping import ask_again
from photos_graph.services.trips.trip_undo import restore_trips


class Changes:
    def __init__(self, index: Index, writer: LabelWriter, writes: BackgroundWrites, gazetteer: Gazetteer) -> None:
        self._index = index
        self._writer = writer
        self._writes = writes
        self._gazetteer = gazetteer

    async def undo(self, change_id: str, by: str = "") -> BulkResult:
        """Restores what the change replaced, which is a change that can be undone in turn. Photos, folders and faces
        that were forgotten since are passed over.

        ``matched`` of the result counts what the change concerned, ``changed`` what was restored. The undo is one
        transaction, which goes on in the background if it takes too long for a call. If the process is killed
        meanwhile, a job begins it again. A change that is still being written is completed before.

        Raises NotFound; Conflict, and changes nothing, where something is no longer as the change left it, or where an
        exclusion that comes back would void a tag that a photo got since.
        """

        asked = ChangeArguments(uuid4().hex, "UNDO", by, now_ms(), undoes=change_id)

        async def write() -> BulkResult:
            await self._writes.finished(change_id)
            undone, result = await self._writer.commit(lambda tx: self._undo(tx, asked), caught_up=True)
            await self._writer.follow(undone.kind, [undone])
            return result

        return await self._writes.run(asked, write(), lambda: BulkResult(0, 0, asked.change_id, is_complete=False))

    async def complete(self, asked: ChangeArguments) -> None:
        """Undoes the change that was to be undone, unless that has happened, even if it was taken back since. Raises
        the same errors."""

        async def work(tx: LabelTransaction) -> Change | None:
            if asked.undoes is None or await changes.is_recorded(tx, asked.change_id):
                return None
            if await changes.is_undone(tx, asked.undoes):
                return None
            return (await self._undo(tx, asked))[0]

        if undone := await self._writer.commit(work, caught_up=True):
            await self._writer.follow(undone.kind, [undone])

    async def _undo(self, tx: LabelTransaction, asked: ChangeArguments) -> tuple[Change, BulkResult]:
        """Undoes the change that was asked for, in this transaction. Returns the undo as well."""
        change_id = asked.undoes or ""
        change = await changes.get(tx, change_id)
        if change is None:
            raise NotFound("There is no such change.", about=change_id)
        if change.undone:
            raise Conflict("This change has already been undone.")
        back = await _known(tx, [edit.reversed() for edit in change.edits])
        able = await _feasible(tx, change, back)
        undo = Change(
            asked.operation,
            change.kind,
            asked.by,
            asked.at_ms,
            able.edits,
            asked.change_id,
            change.id,
            summary=_undoing(change),
        )
        result = await self._restore(tx, undo)
        await changes.mark_undone(tx, change)
        recorded = tx.record(replace(undo, changed=result.changed or None))
        return undo, replace(result, matched=result.matched + able.left, change_id=recorded)

    async def _restore(self, tx: LabelTransaction, undo: Change) -> BulkResult:
        restore = {
            LabelKind.TAGS: self._retag,
            LabelKind.FACES: restore_faces,
            LabelKind.STACKS: _restack,
            LabelKind.SUCCESSION: self._return,
            LabelKind.PROPERTIES: self._restate,
            LabelKind.QUESTIONS: ask_again,
            LabelKind.ALBUMS: restore_albums,
            LabelKind.TRIPS: restore_trips,
        }.get(undo.kind, _revalue)
        return await restore(tx, undo)

    async def _retag(self, tx: LabelTransaction, undo: Change) -> BulkResult:
        return await restore_tags(tx, undo, self._index.search)

    async def _return(self, tx: LabelTransaction, undo: Change) -> BulkResult:
        """Gives the labels of all kinds back to the photos that were succeeded."""
        kinds = {kind for edit in undo.edits if (kind := edit.kind) is not None}
        for kind in sorted(kinds):
            await self._restore(tx, replace(undo, kind=kind, edits=_of_kind(undo, kind)))
        own = _of_kind(undo, None)
        await _check_successors(tx, own)
        await succession.write_own(tx, own)
        numbers = _photos(undo)
        return BulkResult(len(numbers), len(numbers))

    async def _restate(self, tx: LabelTransaction, undo: Change) -> BulkResult:
        """Gives the properties the values before. Where that was the file's, the file counts, whatever it says now."""
        numbers = _photos(undo)
        differing: Counter[str] = Counter()
        for which in {PhotoProperty(edit.label_id or "") for edit in undo.edits}:
            now = await properties.read(tx, which, numbers)
            of_this = [edit for edit in undo.edits if edit.label_id == which]
            differing[f"the {which.lower()}"] = sum(
                not _is_same(now[number], edit.before) for edit in of_this for number in edit.photos
            )
        refuse(differing)
        await properties.write(tx, undo.edits)
        if moved := [n for edit in undo.edits if edit.label_id == PhotoProperty.POSITION for n in edit.photos]:
            await follow_position(tx, moved, self._gazetteer)
        return BulkResult(len(numbers), len(numbers))


async def _feasible(tx: Transaction, change: Change, back: tuple[Edit, ...]) -> FeasibleUndo:
    if change.kind is LabelKind.TAGS:
        return await feasible_undo(tx, change, back)
    if change.kind is LabelKind.FACES:
        return await feasible_names(tx, change, back)
    return FeasibleUndo(back)


UNDID, REDID = "Undid: ", "Redid: "


def _undoing(change: Change) -> str:
    """Returns the sentence about the undo of the change, which may be an undo itself."""
    said = change.summary or "changed labels."
    if said.startswith(UNDID):
        return REDID + said.removeprefix(UNDID)
    return UNDID + said.removeprefix(REDID)


def _is_same(now: PropertyValue, then: State) -> bool:
    """Returns whether the value is as it was left. What files say may have changed since."""
    return now == then or (isinstance(then, PropertyValue) and now.at_ms is None and then.at_ms is None)


async def _revalue(tx: LabelTransaction, undo: Change) -> BulkResult:
    numbers = _photos(undo)
    now = await ratings.read(tx, undo.kind, numbers)
    differing = sum(now[number] != edit.before for edit in undo.edits for number in edit.photos)
    refuse(Counter({f"the {undo.kind.value.lower()}": differing}))
    await ratings.write(tx, undo.kind, undo.edits)
    return BulkResult(len(numbers), len(numbers))


async def _restack(tx: LabelTransaction, undo: Change) -> BulkResult:
    numbers = _photos(undo)
    now = await stacks.read(tx, numbers)
    differing = sum(now[number] != edit.before for edit in undo.edits for number in edit.photos)
    refuse(Counter({"the stack": differing}))
    await stacks.write(tx, undo.edits)
    return BulkResult(len(numbers), len(numbers))


def _of_kind(change: Change, kind: LabelKind | None) -> tuple[Edit, ...]:
    return tuple(edit for edit in change.edits if edit.kind is kind)


async def _check_successors(tx: LabelTransaction, edits: Sequence[Edit]) -> None:
    """Raises Conflict if photos or faces are elsewhere by now. Boxes may have changed, since models find them again."""
    face_ids = [face_id for edit in edits for face_id in edit.faces]
    holders, now = await edited_faces.photos(tx, face_ids), await succession.successors(tx, _numbers(edits))
    differing: Counter[str] = Counter()
    for edit in edits:
        if isinstance(edit.before, FacePlace):
            differing["the faces"] += sum(holders.get(face_id) != edit.before.photo for face_id in edit.faces)
        elif isinstance(edit.before, Successor):
            differing["what succeeds it"] += sum(now.get(number) != edit.before.successor for number in edit.photos)
    refuse(differing)


async def _known(tx: Transaction, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits with those photos, folders and faces that the graph still has; those of persons as they are."""
    numbers = await photos.known_numbers(tx, [number for edit in edits for number in edit.photos])
    folder_ids = await folders.known_folders(tx, [id_ for edit in edits for id_ in edit.folders])
    face_ids = await assignments.known(tx, [id_ for edit in edits for id_ in edit.faces])
    may_be_deleted = [edit for edit in edits if edit.after == FacePresence(True) or isinstance(edit.after, FacePlace)]
    face_ids |= await edited_faces.deleted(tx, [id_ for edit in may_be_deleted for id_ in edit.faces])
    found = []
    for edit in edits:
        known = [place for place, number in enumerate(edit.photos) if number in numbers]
        on_photos = tuple(edit.photos[place] for place in known)
        scores = tuple(edit.scores[place] for place in known) if edit.scores else ()
        on_folders = tuple(id_ for id_ in edit.folders if id_ in folder_ids)
        on_faces = tuple(id_ for id_ in edit.faces if id_ in face_ids)
        if on_photos or on_folders or on_faces or not (edit.photos or edit.folders or edit.faces):
            found.append(replace(edit, photos=on_photos, folders=on_folders, faces=on_faces, scores=scores))
    return tuple(found)


def _photos(change: Change) -> list[int]:
    return _numbers(change.edits)


def _numbers(edits: Iterable[Edit]) -> list[int]:
    return sorted({number for edit in edits for number in edit.photos})
