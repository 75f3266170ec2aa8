"""Computes the assertions about a face after a user names or rejects it. These functions are pure and write nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from photos_graph.errors import Conflict
from photos_graph.graph.faces.assignments import AssignedFace, Edges, person_of
from photos_graph.graph.labels.edits import Assertion, AssertionKind


def named(before: Edges, person_id: str, assertion: Assertion) -> Edges:
    """Returns the assertions after the face is assigned to that person. Any other assignment, and the rejection of that
    person, are removed."""
    known = before.get(person_id)
    after = {id_: edge for id_, edge in before.items() if edge.kind is AssertionKind.IS_NOT and id_ != person_id}
    same = known is not None and known.kind is AssertionKind.IS and known.via == assertion.via
    return {**after, person_id: known if known is not None and same else assertion}


def rejected(before: Edges, person_id: str, assertion: Assertion) -> Edges:
    known = before.get(person_id)
    return before if known is not None and known.kind is AssertionKind.IS_NOT else {**before, person_id: assertion}


def merged(before: Edges, from_ids: Collection[str], into_id: str) -> Edges:
    """Returns the assertions after the persons ``from_ids`` are merged into ``into_id``. IS overrules IS_NOT."""
    after = {id_: edge for id_, edge in before.items() if id_ not in from_ids}
    for edge in (before[id_] for id_ in before if id_ in from_ids):
        known = after.get(into_id)
        if known is None or (known.kind is AssertionKind.IS_NOT and edge.kind is AssertionKind.IS):
            after[into_id] = edge
    return after


def nameable(members: Iterable[AssignedFace], person_id: str, others: Iterable[AssignedFace]) -> list[AssignedFace]:
    """Returns the members of a cluster that can be assigned to that person: the best face of each photo for which the
    person was not rejected. Photos in which the person has another face, one of ``others``, are left out."""
    taken = {face.photo_id for face in others if face.person_id == person_id}
    found: dict[str, AssignedFace] = {}
    for face in sorted(members, key=lambda face: (-face.quality, face.id)):
        if face.photo_id not in taken and person_id not in face.edges:
            found.setdefault(face.photo_id, face)
    return list(found.values())


def check_once(
    faces: Mapping[str, AssignedFace],
    after: Mapping[str, Edges],
    others: Mapping[str, AssignedFace],
    names: Mapping[str, str],
) -> None:
    """Raises Conflict, naming the photo, if a person who is added to a photo would be in it twice. ``others`` are the
    named faces on the same photos."""
    placed: dict[tuple[str, str], int] = {}
    coming: set[tuple[str, str]] = set()
    for face_id, edges in after.items():
        if (person_id := person_of(edges)) is not None:
            place = (faces[face_id].photo_id, person_id)
            placed[place] = placed.get(place, 0) + 1
            if faces[face_id].person_id != person_id:
                coming.add(place)
    for face in others.values():
        if face.id not in after and face.person_id is not None:
            place = (face.photo_id, face.person_id)
            placed[place] = placed.get(place, 0) + 1
    for photo_id, person_id in sorted(coming):
        if placed[photo_id, person_id] > 1:
            name = names.get(person_id, "This person")
            raise Conflict(f"{name} would appear twice in one photo. Nothing was changed.", ("Photo", photo_id))
