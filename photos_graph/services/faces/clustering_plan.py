"""Computes how new clusters and matches differ from the existing ones. These functions are pure and write nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.faces.recognition import Recognised
from photos_graph.faces.sightings import Floats
from photos_graph.faces.similarity import Bools, Ints
from photos_graph.graph.faces.clusters import Cluster, Joined, PersonMatch
from photos_graph.graph.faces.face_table import FaceTable, Strings
from photos_graph.model.faces import UNASSIGNED

MIN_SIZE = 2  # faces without a name in a cluster
SCORE_TOLERANCE = 0.02  # smaller changes of a score are not written
UNKNOWN = -2  # the person of a cluster that does not exist yet

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ComparedFaces:
    """How the faces that take part differ from those of the file of similarities. ``same`` are positions in the table
    of the faces that the file has, in its order, ``gone`` the ids of its other faces, and ``new`` positions of the
    faces that it lacks."""

    same: Positions
    gone: tuple[str, ...]
    new: Positions

    @property
    def order(self) -> Positions:
        """Returns the positions of the faces that take part, as the file has them afterwards."""
        return np.concatenate([self.same, self.new])


@dataclass(frozen=True, slots=True)
class Moves:
    """The changes of clusters. ``leaving`` are the ids of faces that leave their cluster, and ``counted`` those of the
    clusters whose size changes. ``photos`` are the numbers of the photos of all faces whose cluster changes."""

    leaving: tuple[str, ...]
    joined: tuple[Joined, ...]
    counted: tuple[str, ...]
    photos: BitMap


@dataclass(frozen=True, slots=True)
class MatchChanges:
    """The faces whose matches change (``faces``, positions), and the new matches of all n faces: ``matched``,
    ``scores`` and ``applied`` (n, MAX_SUGGESTIONS) as in ``FaceTable``."""

    faces: Positions
    matched: Ints
    scores: Floats
    applied: Bools

    def rows(self, faces: FaceTable, chosen: Positions) -> Iterator[tuple[str, tuple[PersonMatch, ...]]]:
        """Yields the ids of the chosen faces with their new matches, best first."""
        people = faces.people.ids
        columns = (self.matched[chosen], self.scores[chosen], self.applied[chosen])
        for id_, *row in zip(faces.ids_of(chosen), *(column.tolist() for column in columns), strict=True):
            matches = zip(*row, strict=True)
            yield (
                id_,
                tuple(
                    PersonMatch(people[person], round(score, 4), applied)
                    for person, score, applied in matches
                    if person != UNASSIGNED
                ),
            )


def difference(faces: FaceTable, ids: Strings, fingerprints: Strings) -> ComparedFaces:
    """Compares the faces with those of the file, which has these ids and fingerprints (m,)."""
    at, is_new = _positions(faces.ids, ids), faces.taking_part
    known = at != UNASSIGNED
    known[known] = is_new[at[known]] & (faces.fingerprints[at[known]] == fingerprints[known])
    is_new[at[known]] = False
    return ComparedFaces(at[known], tuple(id_.decode() for id_ in ids[~known].tolist()), np.flatnonzero(is_new))


def _positions(ids: Strings, wanted: Strings) -> Positions:
    """Returns the position of each wanted id (m,) in ``ids``, or UNASSIGNED."""
    if not len(ids):
        return np.full(len(wanted), UNASSIGNED, np.intp)
    order = np.argsort(ids, kind="stable")
    at = order[np.searchsorted(ids, wanted, sorter=order).clip(max=len(ids) - 1)]
    return np.where(ids[at] == wanted, at, UNASSIGNED)


def moves(faces: FaceTable, order: Positions, groups: Ints, now: Mapping[str, Cluster]) -> Moves:
    """Returns the moves that lead from the clusters ``now`` to ``groups`` (m,) of the faces at the positions ``order``
    (m,), which are those that take part. A face whose group is UNASSIGNED is in no cluster. A group keeps the id of
    the cluster from which most of its faces come, so that the cluster that a user is looking at remains the same."""
    numbers, members, group_of = _members(faces, order, groups)
    clusters = _clusters(len(numbers), group_of, faces, members)  # of each group
    wanted = np.full(len(faces), UNASSIGNED, np.int32)
    wanted[members] = clusters[group_of]
    changed = faces.clusters != wanted

    coming: dict[int, list[int]] = {}
    for face in np.flatnonzero(changed & (wanted != UNASSIGNED)).tolist():
        coming.setdefault(int(wanted[face]), []).append(face)
    owners, before = _owners(faces, order, groups, numbers), _owners_before(faces, now)
    has_changed = (before[clusters] != owners) | np.isin(clusters, list(coming))
    ids, people = faces.groups.ids, faces.people.ids
    joins = tuple(
        Joined(
            ids[cluster],
            None if owner == UNASSIGNED else people[owner],
            tuple(map(faces.id_of, coming.get(cluster, ()))),
        )
        for cluster, owner in zip(clusters[has_changed].tolist(), owners[has_changed].tolist(), strict=True)
    )
    sizes = np.full(len(ids), UNKNOWN)
    sizes[clusters] = np.bincount(group_of, ~faces.unseen[members], len(clusters))
    counted = {
        ids[cluster] for cluster in (*np.unique(faces.clusters[changed]).tolist(), *coming) if cluster != UNASSIGNED
    }
    counted |= {id_ for id_, cluster in now.items() if cluster.size != sizes[faces.groups.of(id_)]}
    leaving = np.flatnonzero(changed & (faces.clusters != UNASSIGNED))
    return Moves(tuple(faces.ids_of(leaving)), joins, tuple(sorted(counted)), BitMap(faces.photos[changed]))


def _members(faces: FaceTable, order: Positions, groups: Ints) -> tuple[Ints, Positions, Positions]:
    """Returns the groups (g,) that become clusters, and the positions (k,) of their faces without a name, with the
    place of each one's group among them (k,)."""
    joins = (faces.persons[order] == UNASSIGNED) & (groups != UNASSIGNED)
    numbers, place, sizes = np.unique(groups[joins], return_inverse=True, return_counts=True)
    is_large = sizes >= MIN_SIZE
    chosen = is_large[place]
    return numbers[is_large], order[joins][chosen], (np.cumsum(is_large) - 1)[place[chosen]]


def _clusters(count: int, group_of: Positions, faces: FaceTable, members: Positions) -> Ints:
    """Returns the cluster (count,) that each group is from now on, which is a new one if no face of it comes from
    another."""
    clusters = np.full(count, UNASSIGNED, np.int32)
    ids, taken = faces.groups.ids, set[int]()
    from_some = faces.clusters[members] != UNASSIGNED
    pairs = group_of[from_some].astype(np.int64) * len(ids) + faces.clusters[members][from_some]
    shared, sizes = np.unique(pairs, return_counts=True)
    of_groups, of_clusters = np.divmod(shared, max(1, len(ids)))
    rows = zip((-sizes).tolist(), of_groups.tolist(), of_clusters.tolist(), strict=True)
    for _, group, cluster in sorted(rows, key=lambda row: (*row[:2], ids[row[2]])):
        if clusters[group] == UNASSIGNED and cluster not in taken:
            clusters[group] = cluster
            taken.add(cluster)
    for group in np.flatnonzero(clusters == UNASSIGNED).tolist():
        clusters[group] = faces.groups.of(uuid4().hex)
    return clusters


def _owners(faces: FaceTable, order: Positions, groups: Ints, numbers: Ints) -> Ints:
    """Returns the person (g,) with whom the faces of each group were grouped, or UNASSIGNED."""
    owners = np.full(len(numbers), UNASSIGNED, np.int32)
    persons = faces.persons[order]
    named = (persons != UNASSIGNED) & np.isin(groups, numbers)
    owners[np.searchsorted(numbers, groups[named])] = persons[named]
    return owners


def _owners_before(faces: FaceTable, now: Mapping[str, Cluster]) -> Ints:
    """Returns the person of each cluster by its number: UNASSIGNED without one, and UNKNOWN for a new cluster."""
    numbers = {faces.groups.of(id_): cluster.person_id for id_, cluster in now.items()}
    before = np.full(len(faces.groups.ids), UNKNOWN, np.int32)
    for number, person_id in numbers.items():
        before[number] = UNASSIGNED if person_id is None else faces.people.of(person_id)
    return before


def matches(faces: FaceTable, order: Positions, found: Recognised) -> MatchChanges:
    """Returns how the matches change when those of the faces at the positions ``order`` (m,) are the ones that were
    ``found``, and the other faces have none."""
    matched, scores = np.full_like(faces.matched, UNASSIGNED), np.zeros_like(faces.scores)
    applied = np.zeros_like(faces.applied)
    unnamed = faces.persons[order] == UNASSIGNED
    at, suggested = order[unnamed], found.suggested[unnamed]
    matched[at] = suggested
    scores[at] = np.where(suggested != UNASSIGNED, found.scores[unnamed], 0)
    applied[at] = (suggested != UNASSIGNED) & (suggested == found.applied[unnamed][:, None])
    changed = (matched != faces.matched) | (applied != faces.applied)
    changed |= np.abs(scores - faces.scores) >= SCORE_TOLERANCE
    return MatchChanges(np.flatnonzero(changed.any(axis=1)), matched, scores, applied)


def passed_over(faces: FaceTable, order: Positions, found: Recognised) -> tuple[list[tuple[str, float]], list[str]]:
    """Returns the faces (id, score) that are ignored from now on because they resemble ignored strangers, and the ids
    of those that no longer are."""
    scores = np.zeros(len(faces), np.float32)
    scores[order] = found.passed_over
    new, gone = np.flatnonzero((scores > 0) & ~faces.passed_over), np.flatnonzero((scores == 0) & faces.passed_over)
    rounded = [round(score, 4) for score in scores[new].tolist()]
    return list(zip(faces.ids_of(new), rounded, strict=True)), sorted(faces.ids_of(gone))
