"""Functions that all services share that write faces and persons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import uuid4

from photos_graph.errors import BadInput, Candidate, Conflict, NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces import assignments, cluster_pages, match_requests, persons
from photos_graph.graph.faces.assignments import AssignedFace, Edges
from photos_graph.graph.labels.edits import Change, Edit, PersonState, grouped_faces, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import BulkResult, LabelKind
from photos_graph.model.search import Ref
from photos_graph.names import checked_person_name, person_key
from photos_graph.services.labels.tag_rules import differences

T = TypeVar("T")

MAX_FACES = 10_000  # faces in one call


class FaceWriting:
    """Base class of services that write labels of faces, or persons. Each write also requests another matching."""

    def __init__(self, writer: LabelWriter) -> None:
        self._writer = writer

    async def _write(self, work: Callable[[LabelTransaction], Awaitable[T]]) -> T:
        async def with_request(tx: LabelTransaction) -> T:
            await match_requests.note(tx)
            return await work(tx)

        return await self._writer.write(LabelKind.FACES, with_request)


def distinct(face_ids: Sequence[str]) -> list[str]:
    """Returns the ids without duplicates. Raises BadInput if there are too many."""
    ids = list(dict.fromkeys(face_ids))
    if len(ids) > MAX_FACES:
        raise BadInput(f"A call accepts up to {MAX_FACES:,} faces, but got {len(ids):,}.")
    return ids


async def known_faces(tx: Transaction, face_ids: Sequence[str]) -> dict[str, AssignedFace]:
    """Returns the faces by id. Raises NotFound unless all of them exist."""
    found = await assignments.by_id(tx, face_ids)
    if unknown := len(face_ids) - len(found):
        raise NotFound(
            f"{unknown:,} of these {len(face_ids):,} faces are not known. Nothing was changed.",
            about=next(face_id for face_id in face_ids if face_id not in found),
        )
    return found


async def known_person(tx: Transaction, person_id: str) -> PersonState:
    """Returns the state of the person. Raises NotFound."""
    state = (await persons.states(tx, [person_id])).get(person_id)
    if state is None:
        raise NotFound("There is no such person.", about=person_id)
    return state


async def person_meant(tx: LabelTransaction, ref: Ref, by: str) -> tuple[str, PersonState]:
    """Returns the person of that id or of that name. A name that nobody has creates a person.

    Raises NotFound for an unknown id, and BadInput for an invalid name and for one that several persons have.
    """
    if ref.id is not None:
        return ref.id, await known_person(tx, ref.id)
    name = checked_person_name(ref.name or "")
    known = (await persons.named(tx, [name])).get(person_key(name), [])
    if len(known) > 1:
        candidates = [Candidate("Person", id_, (await known_person(tx, id_)).name) for id_ in known]
        message = f'{len(known)} persons are named "{name}". Give the id of the one that is meant.'
        raise BadInput(message, about=ref.name, candidates=candidates)
    if known:
        return known[0], await known_person(tx, known[0])
    person_id, state = uuid4().hex, PersonState(name, False, False, None, now_ms(), by)
    await persons.put(tx, {person_id: state})
    tx.persons_made.append(Edit(None, state, person_id))
    return person_id, state


async def check_free(tx: Transaction, name: str, but: str | None = None) -> None:
    """Raises Conflict if another person has that name."""
    others = [id_ for id_ in (await persons.named(tx, [name])).get(person_key(name), []) if id_ != but]
    if others:
        message = f'A person named "{name}" exists already. Merge the two if they are one.'
        raise Conflict(message, ("Person", others[0]), about=name)


async def write_faces(
    tx: LabelTransaction, faces: Mapping[str, AssignedFace], after: Mapping[str, Edges], person_ids: Iterable[str]
) -> tuple[Edit, ...]:
    """Replaces the assertions about ``faces`` by those in ``after``, which name or reject these persons."""
    edits = grouped_faces(
        (face_id, *each) for face_id, edges in after.items() for each in differences(faces[face_id].edges, edges)
    )
    await assignments.write(tx, edits, {face.id: face.number for face in faces.values()})
    await cluster_pages.recount(tx, {face_id for edit in edits for face_id in edit.faces})
    tx.touch(persons=person_ids)
    return edits


def recorded(
    tx: LabelTransaction, operation: str, edits: tuple[Edit, ...], by: str, matched: int, said: str = ""
) -> BulkResult:
    """Records the edits, if there are any, with those of persons that ``person_meant`` created for them. ``said`` is a
    sentence about them."""
    every = (*tx.persons_made, *edits) if edits else ()
    change = Change(operation, LabelKind.FACES, by, now_ms(), every, summary=said)
    return BulkResult(matched, len({face_id for edit in edits for face_id in edit.faces}), tx.record(change))
