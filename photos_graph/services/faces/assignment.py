"""Whose face it is, as people say it."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import NotFound
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.faces import assignments, cluster_pages
from photos_graph.graph.labels import changes
from photos_graph.graph.labels.changes import Assertion, AssertionKind, Value, now_ms
from photos_graph.graph.learning import questions
from photos_graph.model import BulkResult, Ref
from photos_graph.services.faces import assignment_rules
from photos_graph.services.faces.assignment_edits import (
    FaceWriting,
    distinct,
    known_faces,
    known_person,
    person_meant,
    recorded,
    write_faces,
)


class FaceAssignment(FaceWriting):
    """All of these raise BadInput, NotFound and Conflict before any change; results count faces."""

    async def assign(self, face_ids: Sequence[str], person: Ref, by: str = "") -> BulkResult:
        """The faces are that person, whoever they were; a new name creates the person.

        Raises Conflict for the name of a person that there is, and where they would be in a photo twice.
        """
        ids, said = distinct(face_ids), Assertion(AssertionKind.IS, now_ms(), by, via="MANUAL")

        async def work(tx: Transaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            person_id, state = await person_meant(tx, person, by)
            after = {id_: assignment_rules.named(face.edges, person_id, said) for id_, face in faces.items()}
            done = await write_faces(tx, faces, after, {person_id: state.name})
            return await recorded(tx, "ASSIGN_FACES", done, by, len(faces))

        return await self._write(work)

    async def reject(self, face_ids: Sequence[str], person_id: str, by: str = "") -> BulkResult:
        """The faces are not that person, which is remembered."""
        ids, said = distinct(face_ids), Assertion(AssertionKind.IS_NOT, now_ms(), by)

        async def work(tx: Transaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            state = await known_person(tx, person_id)
            after = {id_: assignment_rules.rejected(face.edges, person_id, said) for id_, face in faces.items()}
            done = await write_faces(tx, faces, after, {person_id: state.name})
            return await recorded(tx, "REJECT_FACES", done, by, len(faces))

        return await self._write(work)

    async def answer(self, pairs: Sequence[tuple[str, str]], *, yes: bool, by: str = "") -> BulkResult:
        """Of questions whether a face is a person's (ids)."""
        said = Assertion(AssertionKind.IS if yes else AssertionKind.IS_NOT, now_ms(), by, via="MANUAL" if yes else None)
        ids = distinct([face_id for face_id, _ in pairs])

        async def work(tx: Transaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            names = {id_: (await known_person(tx, id_)).name for id_ in dict.fromkeys(id_ for _, id_ in pairs)}
            after = {id_: face.edges for id_, face in faces.items()}
            for face_id, person_id in pairs:
                become = assignment_rules.named if yes else assignment_rules.rejected
                after[face_id] = become(after[face_id], person_id, said)
            if yes:
                await questions.reviewed(tx, pairs)
            done = await write_faces(tx, faces, after, names)
            return await recorded(tx, "ANSWER", done, by, len(faces))

        return await self._write(work)

    async def name_cluster(self, cluster_id: str, person: Ref, by: str = "") -> BulkResult:
        """Those of its faces that can be that person, as ``assign``. Left out are those of which somebody said that it
        is not them, and all but the best on one photo."""
        said = Assertion(AssertionKind.IS, now_ms(), by, via="MANUAL")

        async def work(tx: Transaction) -> BulkResult:
            faces = await assignments.of_cluster(tx, cluster_id)
            members = [face for face in faces.values() if face.person_id is None and not face.ignored]
            if not members:
                raise NotFound("There is no such cluster, or all of its faces have got a name.")
            person_id, state = await person_meant(tx, person, by)
            others = await assignments.named_on(tx, (face.number for face in members))
            fitting = assignment_rules.nameable(members, person_id, others.values())
            after = {face.id: assignment_rules.named(face.edges, person_id, said) for face in fitting}
            done = await write_faces(tx, faces, after, {person_id: state.name})
            return await recorded(tx, "NAME_CLUSTER", done, by, len(members))

        return await self._write(work)

    async def ignore(self, face_ids: Sequence[str], ignored: bool = True, by: str = "") -> BulkResult:
        """Faces of strangers, and what is none: not counted, not clustered, not recognised. A name that somebody gave
        them stays."""
        ids = distinct(face_ids)

        async def work(tx: Transaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            shifts = changes.grouped_faces(
                (face.id, Value(face.ignored), Value(ignored), None) for face in faces.values()
            )
            changed = [face_id for shift in shifts for face_id in shift.faces]
            await assignments.write(tx, shifts)
            await cluster_pages.recount(tx, changed)
            await touch(tx, labelled=[faces[face_id].number for face_id in changed])
            return await recorded(tx, "IGNORE_FACES", shifts, by, len(faces))

        return await self._write(work)
