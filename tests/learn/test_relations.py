"""Groups of photos from pairs of them."""

from __future__ import annotations

import numpy as np

from photos_graph.learn import neighbours
from photos_graph.learn.relations import NO_GROUPS, alike_pairs, distinct, joined


def test_pairs_of_neighbours_are_returned_once_with_their_similarity() -> None:
    angles = np.radians([0, 10, 50, 170])
    graph = neighbours.build("test", list("abcd"), np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32))
    pairs, similar = alike_pairs(graph, 0.7)
    assert pairs.tolist() == [[0, 1], [1, 2]]
    assert np.allclose(similar, np.cos(np.radians([10, 40])), atol=0.001)
    assert alike_pairs(graph, 0.9999)[0].shape == (0, 2)


def test_what_is_connected_is_a_group() -> None:
    found = joined(np.array([[7, 9], [1, 4], [9, 2], [5, 1]]))
    assert (found.members.tolist(), found.starts.tolist()) == ([1, 4, 5, 2, 7, 9], [0, 3, 6])
    nothing = joined(np.zeros((0, 2), np.int64))
    assert (nothing.members.tolist(), nothing.starts.tolist()) == ([], [0])
    assert NO_GROUPS.starts.tolist() == [0]


def test_pairs_count_once_whatever_their_order() -> None:
    assert distinct(np.array([[2, 1], [1, 2], [0, 3]])).tolist() == [[0, 3], [1, 2]]
