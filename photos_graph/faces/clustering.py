"""Which faces are of one person: clusters, which are proposals, under what people have said, which is not."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from photos_graph.faces.detection import Floats
from photos_graph.faces.linkage import NOBODY, GroupConstraint, Linkage
from photos_graph.faces.similarity import Ints, Pairs

HDBSCAN_EPSILON = 0.9  # Euclidean distance of vectors of length one, measured on LFW


@dataclass(frozen=True, slots=True)
class Constraints:
    """``photos`` (n,): number of the photo that each of n faces is in. ``persons`` (n,): number of the person that
    somebody said it is, else NOBODY. ``not_persons``: face to the persons that somebody said it is not.
    """

    photos: Ints
    persons: Ints
    not_persons: Mapping[int, Set[int]] = field(default_factory=dict)


def unconstrained(count: int) -> Constraints:
    """Each face alone in its photo, nothing said."""
    return Constraints(np.arange(count, dtype=np.int32), np.full(count, NOBODY, np.int32))


def average_linkage(
    vectors: Floats, pairs: Pairs, cut: float, said: Constraints, *, complete: bool = True
) -> npt.NDArray[np.int32]:
    """(n,): the cluster of each of n faces, 0 the largest; faces of one person are in one.

    ``vectors`` (n, dimensions) of length one; ``pairs``: all at least ``cut`` similar; ``complete``: unless some of
    them were dropped. Exactly SciPy's average linkage of 1 - similarity cut at 1 - ``cut``, where nothing is said.
    """
    group_of = _groups_said(said.persons)
    count = int(group_of.max(initial=-1)) + 1
    sums = np.zeros((count, vectors.shape[1]), np.float32)
    np.add.at(sums, group_of, vectors)
    sizes = np.bincount(group_of, minlength=count).astype(np.float32)
    neighbours = neighbours_of(group_of[pairs.first], group_of[pairs.second])
    linkage = Linkage(sums, sizes, neighbours, _groups(group_of, count, said), cut, complete)
    return by_size(linkage.run()[group_of])


def hdbscan(vectors: Floats, said: Constraints) -> npt.NDArray[np.int32]:
    """The same by HDBSCAN, which knows no constraints: they are put right afterwards. Imports hdbscan: for workers."""
    from hdbscan import HDBSCAN

    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int32)
    model = HDBSCAN(min_cluster_size=2, min_samples=1, cluster_selection_epsilon=HDBSCAN_EPSILON, core_dist_n_jobs=1)
    labels: npt.NDArray[np.int32] = model.fit_predict(vectors.astype(np.float64)).astype(np.int32)
    noise = labels < 0
    labels[noise] = labels.max(initial=-1) + 1 + np.arange(noise.sum(), dtype=np.int32)
    return by_size(put_right(labels, vectors, said))


def put_right(labels: Ints, vectors: Floats, said: Constraints) -> npt.NDArray[np.int32]:
    """Clusters (n,) made to fit what was said: faces go in from the middle outwards, and what may not stays alone."""
    fresh = int(labels.max(initial=-1)) + 1
    out = labels.copy()
    persons: dict[int, GroupConstraint] = {}
    for person in np.unique(said.persons[said.persons != NOBODY]).tolist():
        out[said.persons == person] = fresh + person
        persons[person] = GroupConstraint(person, set(said.photos[said.persons == person].tolist()))
    alone = fresh + max(persons, default=NOBODY) + 1
    for label in np.unique(labels).tolist():
        members = np.flatnonzero(labels == label)
        near = vectors[members] @ vectors[members].sum(axis=0)
        named = said.persons[members]
        named = named[named != NOBODY]
        # The cluster goes to the person whom most of its faces are said to show.
        owner = int(np.bincount(named).argmax()) if len(named) else NOBODY
        together, home = (GroupConstraint(), label) if owner == NOBODY else (persons[owner], fresh + owner)
        for face in members[np.argsort(-near, kind="stable")].tolist():
            if said.persons[face] != NOBODY:
                continue
            one = GroupConstraint(NOBODY, {int(said.photos[face])}, set(said.not_persons.get(face, ())))
            if together.excludes(one):
                out[face], alone = alone, alone + 1
            else:
                together.take_in(one)
                out[face] = home
    return out


def by_size(labels: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """The same clusters numbered from the largest; of equal ones that of the earlier face comes first."""
    _, first, numbers, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ranked: npt.NDArray[np.int32] = rank[numbers]
    return ranked


def neighbours_of(first: Ints, second: Ints) -> dict[int, Ints]:
    """For each group that is in a pair of groups (e,) and (e,) its partners."""
    apart = first != second
    one = np.concatenate([first[apart], second[apart]])
    other = np.concatenate([second[apart], first[apart]])
    order = np.argsort(one, kind="stable")
    groups, starts = np.unique(one[order], return_index=True)
    return dict(zip(groups.tolist(), np.split(other[order], starts[1:]), strict=False)) if len(groups) else {}


def _groups_said(persons: Ints) -> npt.NDArray[np.int32]:
    """(n,): a group for each person and each face without one."""
    keys = np.where(persons == NOBODY, -1 - np.arange(len(persons)), persons)
    groups: npt.NDArray[np.int32] = np.unique(keys, return_inverse=True)[1].astype(np.int32)
    return groups


def _groups(group_of: Ints, count: int, said: Constraints) -> list[GroupConstraint]:
    groups = [GroupConstraint() for _ in range(count)]
    for group, person, photo in zip(group_of.tolist(), said.persons.tolist(), said.photos.tolist(), strict=True):
        groups[group].person = person
        groups[group].photos.add(photo)
    for face, persons in said.not_persons.items():
        groups[group_of[face]].not_persons |= persons
    return groups
