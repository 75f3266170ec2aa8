"""What people said of faces and persons, made as it was before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from photos_graph.errors import Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.faces import assignments, cluster_pages, persons
from photos_graph.graph.faces.assignments import AssignedFace, Edges
from photos_graph.graph.labels.changes import Assertion, AssertionKind, Change, Edit, PersonState, Value
from photos_graph.model import BulkResult
from photos_graph.names import person_key
from photos_graph.services.faces.assignment_rules import check_once


async def restore_faces(tx: Transaction, undo: Change) -> BulkResult:
    """Raises Conflict, and nothing is changed, where something is no more as the change left it, or where what comes
    back does not go with what was said since."""
    of_faces = [shift for shift in undo.shifts if shift.faces]
    of_persons = {shift.label_id or "": shift for shift in undo.shifts if not shift.faces}
    faces = await assignments.by_id(tx, {face_id for shift in of_faces for face_id in shift.faces})
    states = await persons.states(tx, {shift.label_id for shift in undo.shifts if shift.label_id is not None})
    names = {id_: state.name for id_, state in states.items()}
    names |= {id_: shift.after.name for id_, shift in of_persons.items() if isinstance(shift.after, PersonState)}
    if gone := {shift.label_id for shift in of_faces if shift.label_id is not None} - names.keys():
        raise Conflict(f"{len(gone)} of the persons of this change were deleted or merged since.")
    _check_as_left(of_faces, faces, names)
    after = _after(of_faces, faces)
    check_once(faces, after, await assignments.named_on(tx, (face.number for face in faces.values())), names)
    await _check_persons(tx, of_persons, states, faces)

    await persons.put(tx, {id_: s.after for id_, s in of_persons.items() if isinstance(s.after, PersonState)})
    await assignments.write(tx, of_faces)
    await persons.delete(tx, [id_ for id_, shift in of_persons.items() if shift.after is None])
    await cluster_pages.recount(tx, faces)
    await touch(tx, labelled=[face.number for face in faces.values()], persons=list(of_persons))
    return BulkResult(len(faces), len(faces))


def _check_as_left(of_faces: list[Edit], faces: Mapping[str, AssignedFace], names: Mapping[str, str]) -> None:
    differing: Counter[str] = Counter()
    for shift in of_faces:
        for face_id in shift.faces:
            if isinstance(shift.before, Value):
                differing["whether it is ignored"] += faces[face_id].ignored != shift.before.value
            else:
                label_id = shift.label_id or ""
                differing[names[label_id]] += faces[face_id].edges.get(label_id) != shift.before
    if some := +differing:
        said = ", ".join(f"{what} on {count:,}" for what, count in some.most_common(5))
        raise Conflict(f"Changed again since, so that nothing was undone: {said} faces.")


def _after(of_faces: list[Edit], faces: Mapping[str, AssignedFace]) -> dict[str, Edges]:
    """Raises Conflict where a face would be two persons."""
    after = {face_id: dict(face.edges) for face_id, face in faces.items()}
    for shift in of_faces:
        if shift.label_id is None:
            continue
        for face_id in shift.faces:
            after[face_id].pop(shift.label_id, None)
            if isinstance(shift.after, Assertion):
                after[face_id][shift.label_id] = shift.after
    double = sum(sum(edge.kind is AssertionKind.IS for edge in edges.values()) > 1 for edges in after.values())
    if double:
        raise Conflict(f"{double:,} of these faces were given another name since; nothing was undone.")
    return after


async def _check_persons(
    tx: Transaction,
    of_persons: Mapping[str, Edit],
    states: Mapping[str, PersonState],
    faces: Mapping[str, AssignedFace],
) -> None:
    """Raises Conflict where a person is no more as the change left them, where one that comes back would have the name
    of another, and where one that goes has more faces than the change knows."""
    for id_, shift in of_persons.items():
        if states.get(id_) != shift.before:
            name = next((state.name for state in (shift.before, shift.after) if isinstance(state, PersonState)), "")
            raise Conflict(f"{name} was changed again since, so that nothing was undone.", ("Person", id_))
    coming = {id_: s.after.name for id_, s in of_persons.items() if isinstance(s.after, PersonState)}
    taken = await persons.named(tx, coming.values())
    for id_, name in coming.items():
        if (other := taken.get(person_key(name), id_)) != id_:
            raise Conflict(f'Somebody else is called "{name}" by now; nothing was undone.', ("Person", other))
    going = [id_ for id_, shift in of_persons.items() if shift.after is None]
    if going and (more := (await assignments.of_persons(tx, going)).keys() - faces.keys()):
        raise Conflict(f"{len(more):,} more faces were said to be, or not to be, theirs since; nothing was undone.")
