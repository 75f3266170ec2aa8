"""Computes how new clusters and matches differ from the existing ones. These functions are pure and write nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np

from photos_graph.faces.group_constraints import UNASSIGNED
from photos_graph.faces.recognition import Recognised
from photos_graph.faces.similarity import Ints
from photos_graph.graph.faces.clusters import Cluster, Joined, PersonMatch, VectorFace

MIN_SIZE = 2  # faces without a name in a cluster
SCORE_TOLERANCE = 0.02  # smaller changes of a score are not written


@dataclass(frozen=True, slots=True)
class Moves:
    """The changes of clusters. ``leaving`` are the ids of faces that leave their cluster, and ``counted`` those of the
    clusters whose size changes."""

    leaving: tuple[str, ...]
    joined: tuple[Joined, ...]
    counted: tuple[str, ...]


def moves(
    every: Sequence[VectorFace],
    faces: Sequence[VectorFace],
    groups: Ints,
    now: Mapping[str, Cluster],
) -> Moves:
    """Returns the moves that lead from the clusters ``now`` to ``groups`` (n,) of ``faces``, which are those of
    ``every`` that take part. A face whose group is UNASSIGNED is in no cluster. A group keeps the id of the cluster
    from which most of its faces come, so that the cluster that a user is looking at remains the same."""
    owners = {
        group: face.person_id for face, group in zip(faces, groups.tolist(), strict=True) if face.person_id is not None
    }
    members: dict[int, list[VectorFace]] = {}
    for face, group in zip(faces, groups.tolist(), strict=True):
        if face.person_id is None and group != UNASSIGNED:
            members.setdefault(group, []).append(face)
    members = {group: those for group, those in members.items() if len(those) >= MIN_SIZE}
    ids = _ids(members)
    wanted = {face.id: ids[group] for group, those in members.items() for face in those}

    leaving = tuple(face.id for face in every if face.cluster_id not in (None, wanted.get(face.id)))
    joined: list[Joined] = []
    for group, those in members.items():
        id_, owner = ids[group], owners.get(group)
        coming = tuple(face.id for face in those if face.cluster_id != id_)
        if coming or id_ not in now or now[id_].person_id != owner:
            joined.append(Joined(id_, owner, coming))
    sizes = {ids[group]: sum(not face.unseen for face in those) for group, those in members.items()}
    moved = {face.cluster_id for face in every if face.cluster_id not in (None, wanted.get(face.id))}
    moved |= {each.cluster_id for each in joined if each.face_ids}
    moved |= {id_ for id_, cluster in now.items() if cluster.size != sizes.get(id_, 0) or id_ not in sizes}
    return Moves(leaving, tuple(joined), tuple(sorted(id_ for id_ in moved if id_ is not None)))


def _ids(members: Mapping[int, Sequence[VectorFace]]) -> dict[int, str]:
    shared = Counter((group, face.cluster_id) for group, those in members.items() for face in those if face.cluster_id)
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for (group, id_), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if group not in ids and id_ is not None and id_ not in taken:
            ids[group] = id_
            taken.add(id_)
    return {group: ids.get(group) or uuid4().hex for group in members}


def matches(
    every: Sequence[VectorFace], faces: Sequence[VectorFace], found: Recognised, persons: Sequence[str]
) -> list[tuple[str, tuple[PersonMatch, ...]]]:
    """Returns the faces, by id, whose matches change, with their new matches. ``persons`` are ids by number."""
    wanted: dict[str, tuple[PersonMatch, ...]] = {}
    rows = zip(faces, found.suggested.tolist(), found.scores.tolist(), found.applied.tolist(), strict=True)
    for face, suggested, scores, applied in rows:
        if face.person_id is None and suggested[0] != UNASSIGNED:
            wanted[face.id] = tuple(
                PersonMatch(persons[person], round(score, 4), person == applied)
                for person, score in zip(suggested, scores, strict=True)
                if person != UNASSIGNED
            )
    return [
        (face.id, wanted.get(face.id, ())) for face in every if not _are_same(face.matches, wanted.get(face.id, ()))
    ]


def passed_over(
    every: Sequence[VectorFace], faces: Sequence[VectorFace], found: Recognised
) -> tuple[list[tuple[str, float]], list[str]]:
    """Returns the faces (id, score) that are ignored from now on because they resemble ignored strangers, and the ids
    of those that no longer are."""
    wanted = {
        face.id: round(score, 4) for face, score in zip(faces, found.passed_over.tolist(), strict=True) if score > 0
    }
    now = {face.id for face in every if face.passed_over}
    return [(id_, score) for id_, score in wanted.items() if id_ not in now], sorted(now - wanted.keys())


def _are_same(now: Sequence[PersonMatch], wanted: Sequence[PersonMatch]) -> bool:
    return [(match.person_id, match.applied) for match in now] == [
        (match.person_id, match.applied) for match in wanted
    ] and all(abs(one.score - other.score) < SCORE_TOLERANCE for one, other in zip(now, wanted, strict=True))


def numbered(ids: Sequence[str | None]) -> tuple[Ints, list[str]]:
    """Returns a number for each id (n,), UNASSIGNED for None, and the ids by number."""
    known = sorted({id_ for id_ in ids if id_ is not None})
    number = {id_: at for at, id_ in enumerate(known)}
    return np.array([UNASSIGNED if id_ is None else number[id_] for id_ in ids], np.int32), known
