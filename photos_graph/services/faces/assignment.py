"""Assigns faces to persons, rejects and ignores them, as users ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.errors import NotFound
from photos_graph.graph.faces import assignments, cluster_pages, reviewed
from photos_graph.graph.faces.assignments import AssignedFace
from photos_graph.graph.labels.edits import Assertion, AssertionKind, ReviewedFace, Value, grouped_faces, now_ms
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult
from photos_graph.model.search import Ref
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
    """Edits the assignments of faces. Every method raises BadInput, NotFound or Conflict before it changes anything.
    Results count faces."""

    async def assign(self, face_ids: Sequence[str], person: Ref, by: str = "") -> BulkResult:
        """Assigns the faces to this person, replacing any earlier assignment. A new name creates the person. Two faces
        in one photo may both be the person, as in a mirror."""
        ids, assertion = distinct(face_ids), Assertion(AssertionKind.IS, now_ms(), by, via="MANUAL")

        async def work(tx: LabelTransaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            person_id, _ = await person_meant(tx, person, by)
            after = {id_: assignment_rules.named(face.edges, person_id, assertion) for id_, face in faces.items()}
            edits = await write_faces(tx, faces, after, [person_id])
            return recorded(tx, "ASSIGN_FACES", edits, by, len(faces))

        return await self._write(work)

    async def reject(self, face_ids: Sequence[str], person_id: str, by: str = "") -> BulkResult:
        """Records that the faces are not that person, who is never suggested for them again."""
        ids, assertion = distinct(face_ids), Assertion(AssertionKind.IS_NOT, now_ms(), by)

        async def work(tx: LabelTransaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            await known_person(tx, person_id)
            after = {id_: assignment_rules.rejected(face.edges, person_id, assertion) for id_, face in faces.items()}
            edits = await write_faces(tx, faces, after, [person_id])
            return recorded(tx, "REJECT_FACES", edits, by, len(faces))

        return await self._write(work)

    async def answer(self, pairs: Sequence[tuple[str, str]], *, yes: bool, by: str = "") -> BulkResult:
        """Answers questions whether a face (id) is a person's (id)."""
        assertion = Assertion(
            AssertionKind.IS if yes else AssertionKind.IS_NOT, now_ms(), by, via="MANUAL" if yes else None
        )
        ids = distinct([face_id for face_id, _ in pairs])

        async def work(tx: LabelTransaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            person_ids = list(dict.fromkeys(id_ for _, id_ in pairs))
            for person_id in person_ids:
                await known_person(tx, person_id)
            after = {id_: face.edges for id_, face in faces.items()}
            for face_id, person_id in pairs:
                become = assignment_rules.named if yes else assignment_rules.rejected
                after[face_id] = become(after[face_id], person_id, assertion)
            edits = await write_faces(tx, faces, after, person_ids)
            if yes:
                before = await reviewed.read(tx, faces)
                confirmed = grouped_faces(
                    (face, before[face], ReviewedFace(person), None) for face, person in dict(pairs).items()
                )
                await reviewed.write(tx, confirmed)
                edits = (*edits, *confirmed)
            return recorded(tx, "ANSWER", edits, by, len(faces))

        return await self._write(work)

    async def name_cluster(self, cluster_id: str, person: Ref, by: str = "") -> BulkResult:
        """Assigns the faces of the cluster as ``assign`` does, but leaves out faces for which the person was
        rejected."""
        assertion = Assertion(AssertionKind.IS, now_ms(), by, via="MANUAL")

        async def work(tx: LabelTransaction) -> BulkResult:
            members = await _nameless(tx, cluster_id)
            faces = {face.id: face for face in members}
            person_id, _ = await person_meant(tx, person, by)
            fitting = assignment_rules.nameable(members, person_id)
            after = {face.id: assignment_rules.named(face.edges, person_id, assertion) for face in fitting}
            edits = await write_faces(tx, faces, after, [person_id])
            return recorded(tx, "NAME_CLUSTER", edits, by, len(members))

        return await self._write(work)

    async def ignore(self, face_ids: Sequence[str], ignored: bool = True, by: str = "") -> BulkResult:
        """Ignores faces of strangers, and boxes that show no face. Ignored faces are not counted, clustered or
        recognised. A name that was assigned to them stays. Faces that resemble them are then ignored by the model,
        unless a person has taken that back."""
        ids = distinct(face_ids)

        async def work(tx: LabelTransaction) -> BulkResult:
            faces = await known_faces(tx, ids)
            return await _ignored(tx, "IGNORE_FACES", list(faces.values()), ignored, by)

        return await self._write(work)

    async def ignore_cluster(self, cluster_id: str, by: str = "") -> BulkResult:
        """Ignores the faces of the cluster that have no name, as ``ignore`` does. Raises NotFound if there are none."""

        async def work(tx: LabelTransaction) -> BulkResult:
            return await _ignored(tx, "IGNORE_CLUSTER", await _nameless(tx, cluster_id), True, by)

        return await self._write(work)


async def _nameless(tx: LabelTransaction, cluster_id: str) -> list[AssignedFace]:
    """Returns the faces of the cluster that have no name and are not ignored. Raises NotFound if there are none."""
    faces = await assignments.of_cluster(tx, cluster_id)
    members = [face for face in faces.values() if face.person_id is None and not face.ignored]
    if not members:
        raise NotFound("There is no such cluster, or all of its faces have a name.")
    return members


async def _ignored(
    tx: LabelTransaction, operation: str, faces: Sequence[AssignedFace], ignored: bool, by: str
) -> BulkResult:
    edits = grouped_faces(
        (face.id, Value(face.said_ignored), Value(ignored), None) for face in faces if ignored or face.ignored
    )
    await assignments.write(tx, edits, {face.id: face.number for face in faces})
    await cluster_pages.recount(tx, [face_id for edit in edits for face_id in edit.faces])
    return recorded(tx, operation, edits, by, len(faces))
