"""Creates, renames, updates, merges and deletes persons. Their faces follow them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.faces import assignments, cluster_pages, persons
from photos_graph.graph.labels.edits import Edit, PersonState, grouped_faces, now_ms
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
            state = replace(PersonState(kept, is_me, False, None, now_ms(), by), **known)
            return await _put(tx, person_id, None, state, "CREATE_PERSON", by, f"Created the person {kept}.")

        return await self._write(work)

    async def rename(self, person_id: str, name: str, by: str = "") -> Person:
        """Renames a person. Raises BadInput for an invalid name, and Conflict for the name of another person, because
        persons are never merged silently."""
        kept = checked_person_name(name)

        async def work(tx: LabelTransaction) -> Person:
            state = await known_person(tx, person_id)
            await check_free(tx, kept, person_id)
            said = f"Renamed {state.name} to {kept}."
            return await _put(tx, person_id, state, replace(state, name=kept), "RENAME_PERSON", by, said)

        return await self._write(work)

    async def update(
        self,
        person_id: str,
        is_me: bool | None = None,
        hidden: bool | None = None,
        cover_id: str | None = None,
        details: PersonDetails | None = None,
        by: str = "",
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
            return await _put(tx, person_id, state, changed, "UPDATE_PERSON", by, f"Updated {state.name}.")

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
            await persons.remember_merged(tx, gone, into_id)
            await persons.delete(tx, gone)
            said = f"Merged {', '.join(state.name for state in leaving)} into {into.name}."
            return recorded(tx, "MERGE_PERSONS", (*edits, *of_persons), by, len(faces), said)

        return await self._write(work)

    async def delete(self, person_id: str, by: str = "") -> BulkResult:
        """Deletes the person with the assertions about them; the faces stay, without a name. The result counts faces,
        and has no change if the person is not known."""

        async def work(tx: LabelTransaction) -> BulkResult:
            states = await persons.states(tx, [person_id])
            if person_id not in states:
                return BulkResult(0, 0)
            faces = await assignments.of_persons(tx, [person_id])
            edits = grouped_faces((face.id, face.edges[person_id], None, person_id) for face in faces.values())
            await persons.delete(tx, [person_id])
            await cluster_pages.recount(tx, faces)
            tx.touch(labelled=[face.number for face in faces.values()])
            said = f"Deleted the person {states[person_id].name}."
            gone = Edit(states[person_id], None, person_id)
            return recorded(tx, "DELETE_PERSON", (gone, *edits), by, len(faces), said)

        return await self._write(work)


async def _put(
    tx: LabelTransaction,
    person_id: str,
    before: PersonState | None,
    state: PersonState,
    operation: str,
    by: str,
    said: str,
) -> Person:
    """Writes the person, and records it. If the person is marked as "me", the mark is removed from any other person."""
    others = [id_ for id_ in await persons.me(tx) if id_ != person_id] if state.is_me else []
    known = await persons.states(tx, others)
    rows = {**{id_: replace(other, is_me=False) for id_, other in known.items()}, person_id: state}
    await persons.put(tx, rows)
    edits = tuple(Edit(known.get(id_, before), row, id_) for id_, row in rows.items() if known.get(id_, before) != row)
    change_id = recorded(tx, operation, edits, by, 0, said).change_id
    details = (state.name, state.is_me, state.hidden, state.birthday, state.note, state.groups)
    return Person(person_id, *details, change_id=change_id)
