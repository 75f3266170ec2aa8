"""Boxes of two lists that show the same faces, and boxes of pictures that are turned."""

from __future__ import annotations

import pytest

from photos_graph.boxes import displayed, overlap, paired, stored, turn_between, turned
from photos_graph.model.faces import Box


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (Box(0, 0, 2, 2), Box(0, 0, 2, 2), 1),
        (Box(0, 0, 2, 2), Box(1, 0, 2, 2), 1 / 3),
        (Box(0, 0, 2, 2), Box(0.5, 0.5, 1, 1), 1 / 4),
        (Box(0, 0, 2, 2), Box(2, 0, 2, 2), 0),
        (Box(0, 0, 2, 2), Box(3, 3, 1, 1), 0),
        (Box(0, 0, 0, 0), Box(0, 0, 0, 0), 0),
    ],
)
def test_the_share_of_the_union_that_two_boxes_have_in_common(one: Box, other: Box, share: float) -> None:
    assert overlap(one, other) == overlap(other, one) == pytest.approx(share)


def test_each_box_has_one_partner_and_those_with_most_in_common_come_first() -> None:
    one = [Box(0, 0, 10, 10), Box(1, 0, 10, 10), Box(50, 50, 10, 10)]
    other = [Box(1, 0, 10, 10), Box(2, 0, 10, 10), Box(90, 90, 10, 10)]
    assert paired(one, other) == {1: 0, 0: 1}
    assert paired(one, other, least=0.9) == {1: 0}


def test_no_boxes_have_no_partners() -> None:
    assert paired([], [Box(0, 0, 1, 1)]) == paired([Box(0, 0, 1, 1)], []) == paired([], []) == {}


@pytest.mark.parametrize("before", range(1, 9))
@pytest.mark.parametrize("now", range(1, 9))
def test_a_box_goes_with_the_picture_when_it_is_turned(before: int, now: int) -> None:
    box = Box(0.1, 0.25, 0.3, 0.125)
    moved = turned(displayed(box, before), before, now)
    found = stored(moved, now)
    assert (found.x, found.y, found.width, found.height) == pytest.approx((0.1, 0.25, 0.3, 0.125))
    assert (moved == displayed(box, before)) == (before == now)
    assert overlap(displayed(displayed(box, before), turn_between(before, now)), moved) == pytest.approx(1)
