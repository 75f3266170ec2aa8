"""Clusters faces that probably belong to one person. The assertions of users constrain the clusters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from photos_graph.faces.group_constraints import GroupConstraint, GroupConstraints
from photos_graph.faces.group_sums import GroupSums
from photos_graph.faces.linkage import Linkage
from photos_graph.faces.neighbour_lists import NeighbourLists
from photos_graph.faces.sightings import Floats
from photos_graph.faces.similarity import Bools, Ints, Pairs
from photos_graph.model.faces import UNASSIGNED

HDBSCAN_EPSILON = 0.9  # Euclidean distance of vectors of length one, measured on LFW


@dataclass(frozen=True, slots=True)
class Constraints:
    """The assertions about n faces. ``photos`` (n,) are the numbers of their photos. ``persons`` (n,) are the numbers
    of the assigned persons, or UNASSIGNED. ``not_persons`` maps a face to the persons that were rejected for it.
    ``apart`` is how much more similar than the cut groups must be for each photo in which both have a face; by default
    they are never merged. Only HDBSCAN cannot weigh this."""

    photos: Ints
    persons: Ints
    not_persons: Mapping[int, Set[int]] = field(default_factory=dict)
    apart: float = math.inf


def unconstrained(count: int) -> Constraints:
    """Returns constraints that do not exclude anything: each face is in a different photo and has no assertion."""
    return Constraints(np.arange(count, dtype=np.int32), np.full(count, UNASSIGNED, np.int32))


def average_linkage(
    vectors: Floats, pairs: Pairs, cut: float, constraints: Constraints, *, dropped: Bools | None = None
) -> npt.NDArray[np.int32]:
    """Returns the cluster of each of n faces (n,), where 0 is the largest. Faces of one person are in one cluster.

    ``vectors`` (n, dimensions) have length one. ``pairs`` are all pairs with a similarity of at least ``cut``, but for
    those that were dropped, whose faces are both True in ``dropped`` (n,). Without constraints, the result equals
    SciPy's average linkage of 1 - similarity, cut at 1 - ``cut``.
    """
    group_of = _initial_groups(constraints.persons)
    count = int(group_of.max(initial=-1)) + 1
    sums = GroupSums(vectors, np.arange(len(vectors)), group_of, count)
    neighbours = NeighbourLists(group_of, pairs, count)
    open_ = np.zeros(count, bool)
    if dropped is not None:
        open_[group_of[dropped]] = True
    linkage = Linkage(sums, neighbours, _groups(group_of, count, constraints), cut, open_, constraints.apart)
    return by_size(linkage.run()[group_of])


def hdbscan(vectors: Floats, constraints: Constraints) -> npt.NDArray[np.int32]:
    """Clusters by HDBSCAN. It does not support constraints, so these are enforced afterwards. It imports hdbscan, so it
    must be called in a worker."""
    from hdbscan import HDBSCAN

    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int32)
    model = HDBSCAN(min_cluster_size=2, min_samples=1, cluster_selection_epsilon=HDBSCAN_EPSILON, core_dist_n_jobs=1)
    labels: npt.NDArray[np.int32] = model.fit_predict(vectors.astype(np.float64)).astype(np.int32)
    noise = labels < 0
    labels[noise] = labels.max(initial=-1) + 1 + np.arange(noise.sum(), dtype=np.int32)
    return by_size(enforce_constraints(labels, vectors, constraints))


def enforce_constraints(labels: Ints, vectors: Floats, constraints: Constraints) -> npt.NDArray[np.int32]:
    """Changes clusters (n,) so that they meet the constraints. Faces are added from the centre outwards, and a face
    that must not be added stays alone."""
    fresh = int(labels.max(initial=-1)) + 1
    out = labels.copy()
    persons: dict[int, GroupConstraint] = {}
    for person in np.unique(constraints.persons[constraints.persons != UNASSIGNED]).tolist():
        out[constraints.persons == person] = fresh + person
        persons[person] = GroupConstraint(person, set(constraints.photos[constraints.persons == person].tolist()))
    alone = fresh + max(persons, default=UNASSIGNED) + 1
    for label in np.unique(labels).tolist():
        members = np.flatnonzero(labels == label)
        near = vectors[members] @ vectors[members].sum(axis=0)
        named = constraints.persons[members]
        named = named[named != UNASSIGNED]
        # The cluster belongs to the person who is assigned to most of its faces.
        owner = int(np.bincount(named).argmax()) if len(named) else UNASSIGNED
        together, home = (GroupConstraint(), label) if owner == UNASSIGNED else (persons[owner], fresh + owner)
        for face in members[np.argsort(-near, kind="stable")].tolist():
            if constraints.persons[face] != UNASSIGNED:
                continue
            one = GroupConstraint(
                UNASSIGNED, {int(constraints.photos[face])}, set(constraints.not_persons.get(face, ()))
            )
            if together.excludes(one):
                out[face], alone = alone, alone + 1
            else:
                together.absorb(one)
                out[face] = home
    return out


def by_size(labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Renumbers clusters by descending size. Of clusters with equal size, the one with the earliest face comes
    first."""
    _, first, numbers, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ranked: npt.NDArray[np.int32] = rank[numbers]
    return ranked


def _initial_groups(persons: Ints) -> npt.NDArray[np.int32]:
    """Returns (n,): one group for each person, and one for each face without a person."""
    keys = np.where(persons == UNASSIGNED, -1 - np.arange(len(persons)), persons)
    groups: npt.NDArray[np.int32] = np.unique(keys, return_inverse=True)[1].astype(np.int32)
    return groups


def _groups(group_of: Ints, count: int, constraints: Constraints) -> GroupConstraints:
    """Returns the constraints of the groups: those of persons, and of a face when they are asked for."""
    known: dict[int, GroupConstraint] = {}
    for face in np.flatnonzero(constraints.persons != UNASSIGNED).tolist():
        group = known.setdefault(int(group_of[face]), GroupConstraint(int(constraints.persons[face])))
        group.photos.add(int(constraints.photos[face]))
        group.not_persons = group.not_persons | constraints.not_persons.get(face, frozenset())
    face_of = np.zeros(count, np.int32)
    face_of[group_of] = np.arange(len(group_of), dtype=np.int32)

    def alone(group: int) -> GroupConstraint:
        face = int(face_of[group])
        rejected = constraints.not_persons.get(face, frozenset())
        return GroupConstraint(UNASSIGNED, {int(constraints.photos[face])}, rejected)

    return GroupConstraints(known, alone)
