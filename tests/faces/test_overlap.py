"""Boxes of two lists that show the same faces."""

from __future__ import annotations

import numpy as np

from photos_graph.faces.overlap import overlaps, paired


def boxes(*sides: tuple[float, float, float, float]) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(sides, np.float32).reshape(-1, 4)


def test_the_share_of_the_union_that_two_boxes_have_in_common() -> None:
    one = boxes((0, 0, 2, 2), (5, 5, 1, 1), (0, 0, 0, 0))
    other = boxes((0, 0, 2, 2), (1, 0, 2, 2), (3, 3, 1, 1), (0, 0, 0, 0))
    assert np.allclose(overlaps(one, other), [[1, 1 / 3, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


def test_each_box_has_one_partner_and_those_that_overlap_most_come_first() -> None:
    one = boxes((0, 0, 10, 10), (1, 0, 10, 10), (50, 50, 10, 10))
    other = boxes((1, 0, 10, 10), (2, 0, 10, 10), (90, 90, 10, 10))
    assert paired(one, other) == {1: 0, 0: 1}
    assert paired(one, other, least=0.9) == {1: 0}


def test_no_boxes_have_no_partners() -> None:
    assert (
        paired(boxes(), boxes((0, 0, 1, 1))) == paired(boxes((0, 0, 1, 1)), boxes()) == paired(boxes(), boxes()) == {}
    )
