"""Computes the assertions about a face after a user names or rejects it. These functions are pure and write nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from photos_graph.graph.faces.assignments import AssignedFace, Edges
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


def nameable(members: Iterable[AssignedFace], person_id: str) -> list[AssignedFace]:
    """Returns the members of a cluster that can be assigned to that person: those for which the person was not
    rejected."""
    return [face for face in members if person_id not in face.edges]
