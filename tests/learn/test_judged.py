"""What two models give on the photos that people judged."""

from __future__ import annotations

import numpy as np
import pytest

from photos_graph.learn.judged import JudgedGiven, compared, is_worse, judged_given, why_worse

PROMISED = 0.95


def test_judged_photos_are_counted_from_the_threshold_on() -> None:
    scores, right = np.array([0.9, 0.8, 0.7, 0.2], np.float32), np.array([True, False, True, True])
    assert judged_given(scores, 0.7, right) == JudgedGiven(2, 3)
    assert judged_given(scores, 2, right) == JudgedGiven() and JudgedGiven().precision is None


@pytest.mark.parametrize(
    ("new", "old", "worse"),
    [
        (JudgedGiven(8, 12), JudgedGiven(11, 12), True),
        (JudgedGiven(11, 12), JudgedGiven(8, 12), False),  # better
        (JudgedGiven(8, 12), JudgedGiven(8, 12), False),  # no worse, whatever was promised
        (JudgedGiven(23, 24), JudgedGiven(12, 12), False),  # it keeps its promise
        (JudgedGiven(2, 3), JudgedGiven(12, 12), False),  # too few to tell
        (JudgedGiven(11, 13), JudgedGiven(4, 4), False),  # may be chance
        (JudgedGiven(8, 12), JudgedGiven(), False),  # the active model gives it to none of them
    ],
)
def test_a_tag_gets_worse_if_it_breaks_its_promise_where_the_active_model_did_not(
    new: JudgedGiven, old: JudgedGiven, worse: bool
) -> None:
    assert is_worse(new, old, PROMISED) is worse


def test_the_reasons_say_how_many() -> None:
    new, old = JudgedGiven(3, 24), JudgedGiven(11, 12)
    assert why_worse(new, old, 497, 684) == (
        "It would be given to 497 of 684 photos; 21 of 24 judged ones among them are wrong, and 1 of 12 with the "
        "active model."
    )
    assert compared(new + JudgedGiven(21, 24), old) == (
        " Of the judged photos that it gives a tag to, 24 of 48 are right (50%), and 11 of 12 with the active model "
        "(92%)."
    )
    assert compared(JudgedGiven(), old) == ""
