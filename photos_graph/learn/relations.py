"""Groups of photos from pairs of them: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.neighbours import NO_PHOTO, Floats, Neighbours

Ints = npt.NDArray[np.int64]


def alike_pairs(graph: Neighbours, least: float) -> tuple[Ints, Floats]:
    """Returns the pairs (m, 2) of positions of photos that are neighbours with a similarity of at least ``least``, and
    their similarities (m,). A pair in which each is a neighbour of the other is returned once, and its smaller position
    is first."""
    rows, columns = np.nonzero((graph.near != NO_PHOTO) & (graph.similar >= least))
    pairs = np.sort(np.stack([rows, graph.near[rows, columns]], axis=1).astype(np.int64), axis=1)
    _, first = np.unique(keys_of(pairs), return_index=True)
    return pairs[first], graph.similar[rows, columns][first]


def distinct(pairs: Ints) -> Ints:
    """Returns the different pairs among pairs of numbers (m, 2), the smaller number first, in their order."""
    ordered = np.sort(pairs, axis=1)
    found: Ints = ordered[np.unique(keys_of(ordered), return_index=True)[1]]
    return found


def keys_of(pairs: Ints) -> Ints:
    """Returns one number for each pair of numbers (m, 2) below 2 ** 31. They sort as the pairs do, and much faster."""
    return (pairs[:, 0] << 32) | pairs[:, 1]


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of numbers: the ``members`` (m,) of one group after the other, ascending, and the ``starts`` (g + 1,) of
    each group in them, and the end. The groups are in the order of their first members."""

    members: Ints
    starts: Ints


NO_GROUPS = Groups(np.zeros(0, np.int64), np.zeros(1, np.int64))


def joined(pairs: Ints) -> Groups:
    """Returns the groups of the numbers that are connected by the pairs (m, 2)."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while (above := parent.setdefault(number, number)) != number:
            parent[number] = parent[above]
            number = parent[number]
        return number

    for one, other in pairs.tolist():
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    numbers = np.array(sorted(parent), np.int64)
    firsts = np.array([root(number) for number in numbers.tolist()], np.int64)
    order = np.lexsort((numbers, firsts))
    starts = np.flatnonzero(np.diff(firsts[order], prepend=-1))
    return Groups(numbers[order], np.append(starts, len(numbers)).astype(np.int64))
