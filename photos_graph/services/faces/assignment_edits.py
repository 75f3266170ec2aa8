"""What all writers of faces and persons have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from uuid import uuid4

from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.faces import assignments, cluster_pages, match_requests, persons
from photos_graph.graph.faces.assignments import AssignedFace, Edges
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.changes import Change, Edit, PersonState, What, now_ms
from photos_graph.index import Index
from photos_graph.model import BulkResult, Ref
from photos_graph.names import checked_person_name, person_key
from photos_graph.services.faces.assignment_rules import check_once
from photos_graph.services.labels.tag_rules import shifts

T = TypeVar("T")
Said = Callable[[], Awaitable[None]]

MAX_FACES = 10_000  # in one call


class FaceWriting:
    """Every writer of labels takes their lock first, so what it reads is what stands when it writes; and who wrote sees
    it: the index has it before the answer is given. ``said`` is told of all that a model may learn from."""

    def __init__(self, graph: Graph, index: Index, said: Said) -> None:
        self._graph = graph
        self._index = index
        self._said = said

    async def _write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async def locked(tx: Transaction) -> T:
            await changes.lock(tx)
            await match_requests.note(tx)
            return await work(tx)

        result = await self._graph.transaction(locked)
        await self._index.catch_up()
        await self._said()
        return result


def distinct(face_ids: Sequence[str]) -> list[str]:
    """Each once. Raises BadInput for too many."""
    ids = list(dict.fromkeys(face_ids))
    if len(ids) > MAX_FACES:
        raise BadInput(f"One call takes up to {MAX_FACES:,} faces; these are {len(ids):,}.")
    return ids


async def known_faces(tx: Transaction, face_ids: Sequence[str]) -> dict[str, AssignedFace]:
    """Raises NotFound unless all are known."""
    found = await assignments.by_id(tx, face_ids)
    if unknown := len(face_ids) - len(found):
        raise NotFound(f"{unknown:,} of these {len(face_ids):,} faces are not known; nothing was changed.")
    return found


async def known_person(tx: Transaction, person_id: str) -> PersonState:
    """Raises NotFound."""
    state = (await persons.states(tx, [person_id])).get(person_id)
    if state is None:
        raise NotFound("There is no such person.")
    return state


async def person_meant(tx: Transaction, ref: Ref, by: str) -> tuple[str, PersonState]:
    """The one of that id, or a new one of that name.

    Raises NotFound for an id, BadInput for what is no name, Conflict for the name of somebody: two may have one.
    """
    if ref.id is not None:
        return ref.id, await known_person(tx, ref.id)
    name = checked_person_name(ref.name or "")
    await check_free(tx, name)
    person_id, state = uuid4().hex, PersonState(name, False, False, None, now_ms(), by)
    await persons.put(tx, {person_id: state})
    return person_id, state


async def check_free(tx: Transaction, name: str, but: str | None = None) -> None:
    """Raises Conflict where somebody else has that name."""
    other = (await persons.named(tx, [name])).get(person_key(name))
    if other is not None and other != but:
        raise Conflict(f'Somebody is called "{name}" already. Give the id if it is the same person.', ("Person", other))


async def write_faces(
    tx: Transaction, faces: Mapping[str, AssignedFace], after: Mapping[str, Edges], names: Mapping[str, str]
) -> tuple[Edit, ...]:
    """Makes of the edges of ``faces`` those ``after``. ``names`` of persons, for Conflict, which is raised where one
    would be in a photo twice."""
    check_once(faces, after, await assignments.named_on(tx, (faces[face_id].number for face_id in after)), names)
    done = changes.grouped_faces(
        (face_id, *shift) for face_id, edges in after.items() for shift in shifts(faces[face_id].edges, edges)
    )
    await assignments.write(tx, done)
    changed = {face_id for shift in done for face_id in shift.faces}
    await cluster_pages.recount(tx, changed)
    await touch(tx, labelled=[faces[face_id].number for face_id in changed], persons=list(names))
    return done


async def recorded(tx: Transaction, kind: str, done: tuple[Edit, ...], by: str, matched: int) -> BulkResult:
    change_id = await changes.record(tx, Change(kind, What.FACES, by, now_ms(), done))
    return BulkResult(matched, len({face_id for shift in done for face_id in shift.faces}), change_id)
