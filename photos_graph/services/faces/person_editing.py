"""Creates, renames, updates, merges and deletes persons. Their faces follow them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.faces import assignments, cluster_pages, persons
from photos_graph.graph.labels.edits import Edit, PersonState, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Person, PersonDetails
from photos_graph.model.labels import BulkResult
from photos_graph.names import checked_person_name
from photos_graph.services.faces.assignment_edits import (
    FaceWriting,
    check_free,
    known_faces,
    known_person,
    recorded,
    write_faces,
)
from photos_graph.services.faces.assignment_rules import merged
from photos_graph.services.faces.person_details import checked_details


class PersonEditing(FaceWriting):
    """Edits persons. Every method raises NotFound for an unknown person, and changes nothing if it raises an error."""

    async def create(
        self, name: str, is_me: bool = False, by: str = "", details: PersonDetails | None = None
    ) -> Person:
        """Creates a person, also if another person has that name. Raises BadInput for an invalid name or detail."""
        kept, person_id, known = checked_person_name(name), uuid4().hex, checked_details(details or {})

        async def work(tx: LabelTransaction) -> Person:
            return await _put(tx, person_id, replace(PersonState(kept, is_me, False, None, now_ms(), by), **known))

        return await self._write(work)

    async def rename(self, person_id: str, name: str) -> Person:
        """Renames a person. Raises BadInput for an invalid name, and Conflict for the name of another person, because
        persons are never merged silently."""
        kept = checked_person_name(name)

        async def work(tx: LabelTransaction) -> Person:
            state = await known_person(tx, person_id)
            await check_free(tx, kept, person_id)
            return await _put(tx, person_id, replace(state, name=kept))

        return await self._write(work)

    async def update(
        self,
        person_id: str,
        is_me: bool | None = None,
        hidden: bool | None = None,
        cover_id: str | None = None,
        details: PersonDetails | None = None,
    ) -> Person:
        """Changes the properties that are not None, and the details that are given. At most one person is marked as
        "me", so the mark is removed from any other person.

        Raises NotFound for an unknown face, and BadInput for a cover that is not assigned to the person, or an invalid
        detail.
        """
        known = checked_details(details or {})

        async def work(tx: LabelTransaction) -> Person:
            state = await known_person(tx, person_id)
            if cover_id is not None:
                face = (await known_faces(tx, [cover_id]))[cover_id]
                if face.person_id != person_id:
                    raise BadInput(f"This face is not assigned to {state.name}. Assign it first.")
            changed = replace(
                state,
                is_me=state.is_me if is_me is None else is_me,
                hidden=state.hidden if hidden is None else hidden,
                cover=state.cover if cover_id is None else cover_id,
                **known,
            )
            return await _put(tx, person_id, changed)

        return await self._write(work)

    async def merge(self, from_ids: Sequence[str], into_id: str, by: str = "") -> BulkResult:
        """Assigns the faces of these persons to ``into``, and deletes the persons. If one of them was marked as "me",
        ``into`` is from then on.

        The result counts faces. Raises BadInput if ``into`` is one of them.
        """
        gone = list(dict.fromkeys(from_ids))
        if into_id in gone:
            raise BadInput("A person cannot be merged with itself.")

        async def work(tx: LabelTransaction) -> BulkResult:
            states = await persons.states(tx, [*gone, into_id])
            if unknown := len(gone) + 1 - len(states):
                raise NotFound(f"{unknown} of these {len(gone) + 1} persons are not known. Nothing was changed.")
            leaving, into = [states[id_] for id_ in gone], states[into_id]
            covers = [state.cover for state in (into, *leaving) if state.cover is not None]
            is_me = into.is_me or any(state.is_me for state in leaving)
            kept = replace(into, is_me=is_me, cover=covers[0] if covers else None)
            faces = await assignments.of_persons(tx, gone)
            after = {id_: merged(face.edges, set(gone), into_id) for id_, face in faces.items()}
            of_persons = [Edit(states[id_], None, id_) for id_ in gone]
            if kept != into:
                of_persons.append(Edit(into, kept, into_id))
            edits = await write_faces(tx, faces, after, [into_id])
            await persons.put(tx, {into_id: kept})
            await persons.delete(tx, gone)
            return recorded(tx, "MERGE_PERSONS", (*edits, *of_persons), by, len(faces))

        return await self._write(work)

    async def delete(self, person_id: str) -> bool:
        """Deletes the person with the assertions about them; the faces stay, without a name. Returns False if the
        person is not known."""

        async def work(tx: LabelTransaction) -> bool:
            if person_id not in await persons.states(tx, [person_id]):
                return False
            faces = await assignments.of_persons(tx, [person_id])
            await persons.delete(tx, [person_id])
            await cluster_pages.recount(tx, faces)
            tx.touch(labelled=[face.number for face in faces.values()])
            return True

        return await self._write(work)


async def _put(tx: LabelTransaction, person_id: str, state: PersonState) -> Person:
    """Writes the person. If the person is marked as "me", the mark is removed from any other person."""
    others = [id_ for id_ in await persons.me(tx) if id_ != person_id] if state.is_me else []
    before = await persons.states(tx, others)
    rows = {id_: replace(other, is_me=False) for id_, other in before.items()}
    await persons.put(tx, {**rows, person_id: state})
    return Person(person_id, state.name, state.is_me, state.hidden, state.birthday, state.note, state.groups)
