"""Adds new faces to the existing clusters and persons, without a full run. Existing groups stay together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.faces.clustering import Constraints
from photos_graph.faces.group_constraints import GroupConstraint, GroupConstraints
from photos_graph.faces.group_sums import GroupSums
from photos_graph.faces.linkage import Linkage
from photos_graph.faces.neighbour_lists import NeighbourLists
from photos_graph.faces.similarity import Ints, Similarities
from photos_graph.model.faces import UNASSIGNED


def add_to_clusters(
    similarities: Similarities, labels: Ints, cut: float, constraints: Constraints
) -> npt.NDArray[np.int32]:
    """Returns ``labels`` (n,) with a cluster for each face that was UNASSIGNED. Clusters of new faces get new numbers.

    ``similarities`` must already include the new faces. Groups form in the same order as in a full run, but two
    existing clusters are never merged, and no existing cluster is split.
    """
    new = labels == UNASSIGNED
    fresh = int(labels.max(initial=UNASSIGNED)) + 1
    out = labels.copy()
    out[new] = fresh + np.arange(new.sum(), dtype=np.int32)

    pairs = similarities.pairs[new[similarities.pairs.first] | new[similarities.pairs.second]]
    used = np.unique(np.concatenate([out[pairs.first], out[pairs.second], out[new]]))
    faces = np.flatnonzero(np.isin(out, used))
    group_of = np.full(len(out), UNASSIGNED, np.int32)
    group_of[faces] = np.searchsorted(used, out[faces])

    sums = GroupSums(similarities.vectors, faces, group_of[faces], len(used))
    neighbours = NeighbourLists(group_of, pairs, len(used))
    groups = _groups(used, fresh, faces, group_of, constraints)
    roots = Linkage(sums, neighbours, groups, cut, apart=constraints.apart).run()
    # A group of old and new faces keeps the old number, regardless of which one was merged into the other.
    numbers = np.full(len(used), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(numbers, roots, used)
    out[new] = numbers[roots[group_of[new]]]
    return out


def _groups(
    used: Ints, fresh: int, faces: npt.NDArray[np.intp], group_of: Ints, constraints: Constraints
) -> GroupConstraints:
    """Returns the constraint of each group. An existing cluster without a person gets an artificial person, which keeps
    it separate from the others."""
    persons = (
        int(constraints.persons.max(initial=UNASSIGNED)),
        *(max(them) for them in constraints.not_persons.values() if them),
    )
    nameless = max(persons) + 1
    groups = [GroupConstraint(nameless + number if number < fresh else UNASSIGNED) for number in used.tolist()]
    for face in faces.tolist():
        group = groups[group_of[face]]
        group.photos.add(int(constraints.photos[face]))
        group.not_persons = group.not_persons | constraints.not_persons.get(face, frozenset())
        if constraints.persons[face] != UNASSIGNED:
            group.person = int(constraints.persons[face])
    return GroupConstraints(dict(enumerate(groups)), lambda group: GroupConstraint())
