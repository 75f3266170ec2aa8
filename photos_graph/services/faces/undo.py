"""Restores the labels of faces, and the persons, that a change replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from photos_graph.errors import Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import assignments, cluster_pages, edited_faces, match_requests, persons, reviewed
from photos_graph.graph.faces.assignments import AssignedFace
from photos_graph.graph.labels.edits import (
    Assertion,
    AssertionKind,
    Change,
    Edit,
    FaceBox,
    FacePresence,
    PersonState,
    ReviewedFace,
    Value,
    is_of_label,
    rebased,
)
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult
from photos_graph.services.labels.undo import FeasibleUndo


async def feasible_names(tx: Transaction, change: Change, back: tuple[Edit, ...]) -> FeasibleUndo:
    """Returns those of the edits ``back``, which would undo all of the change, that are still possible.

    A person whom the change created for its faces stays if other faces are theirs by now. The deletion of persons is
    undone but for those faces that were named again since.
    """
    of_faces = [edit for edit in back if edit.faces]
    faces = await assignments.by_id(tx, {face_id for edit in of_faces for face_id in edit.faces})
    if change.undoes is None and of_faces:
        made = {edit.label_id or "" for edit in back if is_of_label(edit) and edit.after is None}
        others = await assignments.of_persons(tx, made) if made else {}
        used = {person_id for id_, face in others.items() if id_ not in faces for person_id in face.edges}
        states = await persons.states(tx, made)
        stay = {
            edit.label_id
            for edit in back
            if edit.label_id in made
            and is_of_label(edit)
            and (edit.label_id in used or states.get(edit.label_id) != edit.before)
        }
        back = tuple(edit for edit in back if not is_of_label(edit) or edit.label_id not in stay)
    restored = {edit.label_id for edit in back if is_of_label(edit) and edit.before is None}
    passed = {
        face_id
        for edit in of_faces
        if edit.label_id in restored and isinstance(edit.after, Assertion) and edit.after.kind is AssertionKind.IS
        for face_id in edit.faces
        if face_id in faces and faces[face_id].person_id is not None and not _is_taken(back, face_id)
    }
    left = tuple(replace(edit, faces=tuple(id_ for id_ in edit.faces if id_ not in passed)) for edit in back)
    kept = tuple(edit for edit, whole in zip(left, back, strict=True) if edit.faces or not whole.faces)
    return FeasibleUndo(kept, len(passed))


async def restore_faces(tx: LabelTransaction, undo: Change) -> BulkResult:
    """Restores the state before the change. Raises Conflict, and changes nothing, if something is no longer as the
    change left it, or if the restored state contradicts later assertions."""
    of_faces = [edit for edit in undo.edits if edit.faces]
    of_persons = {edit.label_id or "": edit for edit in undo.edits if not edit.faces}
    coming = [edit for edit in of_faces if edit.after == FacePresence(True)]
    await edited_faces.write(tx, coming)
    faces = await assignments.by_id(tx, {face_id for edit in of_faces for face_id in edit.faces})
    states = await persons.states(tx, {edit.label_id for edit in undo.edits if edit.label_id is not None})
    names = {id_: state.name for id_, state in states.items()}
    names |= {id_: edit.after.name for id_, edit in of_persons.items() if isinstance(edit.after, PersonState)}
    if gone := {edit.label_id for edit in of_faces if edit.label_id is not None} - names.keys():
        raise Conflict(f"{len(gone)} of the persons of this change have been deleted or merged since.")
    places = await edited_faces.places(
        tx, {id_ for edit in of_faces if isinstance(edit.after, FaceBox) for id_ in edit.faces}
    )
    confirmed = await reviewed.read(
        tx, {id_ for edit in of_faces if isinstance(edit.after, ReviewedFace) for id_ in edit.faces}
    )
    _check_as_left(of_faces, faces, names, {**places, **confirmed})
    _check_after(of_faces, faces)
    persons_after = _persons_after(of_persons, states)
    await _check_going(tx, of_persons, faces)

    await persons.put(tx, persons_after)
    await assignments.write(tx, of_faces, {face.id: face.number for face in faces.values()})
    await reviewed.write(tx, of_faces)
    await edited_faces.write(tx, [edit for edit in of_faces if edit not in coming])
    await persons.delete(tx, [id_ for id_, edit in of_persons.items() if edit.after is None])
    await cluster_pages.recount(tx, faces)
    await match_requests.note(tx)
    return BulkResult(len(faces), len(faces))


def _is_taken(back: Iterable[Edit], face_id: str) -> bool:
    """Returns whether the edits take a name from the face."""
    return any(face_id in edit.faces and isinstance(edit.before, Assertion) for edit in back)


def _check_as_left(
    of_faces: list[Edit],
    faces: Mapping[str, AssignedFace],
    names: Mapping[str, str],
    others: Mapping[str, FaceBox | ReviewedFace],
) -> None:
    """Raises Conflict if a label of a face, or its state in ``others``, is not as the change left it."""
    differing: Counter[str] = Counter()
    for edit in of_faces:
        for face_id in edit.faces:
            if isinstance(edit.before, Value):
                differing["whether it is ignored"] += bool(faces[face_id].said_ignored) != bool(edit.before.value)
            elif isinstance(edit.before, FaceBox):
                differing["the place"] += others[face_id] != edit.before
            elif isinstance(edit.before, ReviewedFace):
                differing["whom people confirmed"] += others[face_id] != edit.before
            elif not isinstance(edit.before, FacePresence):
                label_id = edit.label_id or ""
                differing[names[label_id]] += faces[face_id].edges.get(label_id) != edit.before
    if some := +differing:
        where = ", ".join(f"{what} on {count:,}" for what, count in some.most_common(5))
        raise Conflict(f"Nothing was undone, because labels have been changed again since: {where} faces.")


def _check_after(of_faces: list[Edit], faces: Mapping[str, AssignedFace]) -> None:
    """Raises Conflict if a face would be two persons after the undo, or if one that goes was named since."""
    after = {face_id: dict(face.edges) for face_id, face in faces.items()}
    for edit in of_faces:
        if edit.label_id is None:
            continue
        for face_id in edit.faces:
            after[face_id].pop(edit.label_id, None)
            if isinstance(edit.after, Assertion):
                after[face_id][edit.label_id] = edit.after
    double = sum(sum(edge.kind is AssertionKind.IS for edge in edges.values()) > 1 for edges in after.values())
    if double:
        raise Conflict(f"{double:,} of these faces have been given another name since. Nothing was undone.")
    going = {face_id for edit in of_faces if edit.after == FacePresence(False) for face_id in edit.faces}
    if named := sum(bool(after[face_id]) for face_id in going):
        raise Conflict(f"{named:,} of these faces have been named or rejected since. Nothing was undone.")


def _persons_after(of_persons: Mapping[str, Edit], states: Mapping[str, PersonState]) -> dict[str, PersonState]:
    """Returns the persons that stay or come back. Raises Conflict if what the change changed of a person has been
    changed again since."""
    coming: dict[str, PersonState] = {}
    for id_, edit in of_persons.items():
        before, after, now = edit.before, edit.after, states.get(id_)
        is_as_left = now == before if before is None or after is None else now is not None
        if isinstance(before, PersonState) and isinstance(after, PersonState) and now is not None:
            after = rebased(now, before, after)
            is_as_left = after is not None
        if not is_as_left:
            name = next((state.name for state in (edit.before, edit.after) if isinstance(state, PersonState)), "")
            raise Conflict(f"{name} has been changed again since. Nothing was undone.", ("Person", id_))
        if isinstance(after, PersonState):
            coming[id_] = after
    return coming


async def _check_going(tx: Transaction, of_persons: Mapping[str, Edit], faces: Mapping[str, AssignedFace]) -> None:
    """Raises Conflict if a removed person has more faces than the change knows."""
    going = [id_ for id_, edit in of_persons.items() if edit.after is None]
    if going and (more := (await assignments.of_persons(tx, going)).keys() - faces.keys()):
        raise Conflict(
            f"{len(more):,} more faces have been assigned to them or rejected for them since. Nothing was undone."
        )
