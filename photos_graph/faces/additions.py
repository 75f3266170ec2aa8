"""New faces join the clusters and persons that there are, without a full run; what there was stays together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.faces.clustering import Constraints, neighbours_of
from photos_graph.faces.linkage import NOBODY, GroupConstraint, Linkage
from photos_graph.faces.similarity import Ints, Similarities


def add_to_clusters(similarities: Similarities, labels: Ints, cut: float, said: Constraints) -> npt.NDArray[np.int32]:
    """(n,): ``labels`` (n,) with a cluster for each face that had none (NOBODY); clusters of new faces get new numbers.

    The new faces are in ``similarities`` already. Groups form in the same order as in a full run, but two of the old
    clusters never become one, and none is taken apart.
    """
    new = labels == NOBODY
    fresh = int(labels.max(initial=NOBODY)) + 1
    out = labels.copy()
    out[new] = fresh + np.arange(new.sum(), dtype=np.int32)

    pairs = similarities.pairs[new[similarities.pairs.first] | new[similarities.pairs.second]]
    used = np.unique(np.concatenate([out[pairs.first], out[pairs.second], out[new]]))
    faces = np.flatnonzero(np.isin(out, used))
    group_of = np.full(len(out), NOBODY, np.int32)
    group_of[faces] = np.searchsorted(used, out[faces])

    sums = np.zeros((len(used), similarities.vectors.shape[1]), np.float32)
    np.add.at(sums, group_of[faces], similarities.vectors[faces])
    sizes = np.bincount(group_of[faces], minlength=len(used)).astype(np.float32)
    neighbours = neighbours_of(group_of[pairs.first], group_of[pairs.second])
    groups = _groups(used, fresh, faces, group_of, said)
    roots = Linkage(sums, sizes, neighbours, groups, cut).run()
    # A group of old and new faces keeps the old number, whichever of the two took the other in.
    numbers = np.full(len(used), np.iinfo(np.int32).max, np.int32)
    np.minimum.at(numbers, roots, used)
    out[new] = numbers[roots[group_of[new]]]
    return out


def _groups(
    used: Ints, fresh: int, faces: npt.NDArray[np.intp], group_of: Ints, said: Constraints
) -> list[GroupConstraint]:
    """An old cluster without a person has a nameless one of its own, so that it stays apart from the others."""
    persons = (int(said.persons.max(initial=NOBODY)), *(max(them) for them in said.not_persons.values() if them))
    nameless = max(persons) + 1
    groups = [GroupConstraint(nameless + number if number < fresh else NOBODY) for number in used.tolist()]
    for face in faces.tolist():
        group = groups[group_of[face]]
        group.photos.add(int(said.photos[face]))
        group.not_persons |= said.not_persons.get(face, set())
        if said.persons[face] != NOBODY:
            group.person = int(said.persons[face])
    return groups
