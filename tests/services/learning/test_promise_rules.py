"""What corrections do to the promise of a tag, without a library."""

from __future__ import annotations

from dataclasses import replace

from photos_graph.learn.sheets import ChosenThreshold
from photos_graph.model.learning import Corrections, LabelMetrics, Measured, Trust
from photos_graph.services.learning.promise_rules import audited, chosen_again, flooding, measured_first

TRAINED = LabelMetrics("sea", "Sea", 10, 0.9, 0.5, 0.7, expected_precision=0.96, given_to=90, sheet_threshold=0.7)
MEASURED = measured_first(TRAINED, Corrections(confirmed=10, rejected=1, left=100))


def said(confirmed: int, rejected: int, left: int = 100) -> Corrections:
    """What people said since the library was predicted."""
    return Corrections(10 + confirmed, 1 + rejected, left - confirmed - rejected)


def test_what_was_said_before_the_library_was_predicted_does_not_count() -> None:
    assert MEASURED.measured == Measured(0.7, 0.96, 10, 1, 100) and MEASURED.given_to == 100
    assert audited(MEASURED, said(0, 0), 0.95) == MEASURED
    assert audited(TRAINED, said(0, 50), 0.95) == TRAINED, "nothing was measured yet"


def test_a_tag_that_new_photos_take_beyond_its_share_is_withdrawn_until_a_sheet_is_judged() -> None:
    assert flooding(TRAINED, 200, most=100, library=5_000) == TRAINED
    withdrawn = flooding(TRAINED, 201, most=100, library=5_000)
    assert withdrawn.why_not("Sea") == "Sea not used: it would be given to 201 of 5,000 photos."
    assert measured_first(withdrawn, Corrections(0, 0, 0)) == audited(withdrawn, said(0, 0), 0.95) == withdrawn
    proven = replace(TRAINED, trust=Trust.PROVEN)
    assert flooding(proven, 4_000, most=100, library=5_000) == proven


def test_few_corrections_are_within_the_promise_and_many_are_not() -> None:
    assert audited(MEASURED, said(0, 3), 0.95).threshold == 0.7
    withdrawn = audited(MEASURED, said(0, 6), 0.95)
    assert withdrawn.threshold is None and withdrawn.given_to == 0
    assert withdrawn.expected_precision == 0.94
    assert withdrawn.why_not("Meer") == "Meer not used: of the 100 photos that it was given to, people corrected 6."
    small = measured_first(TRAINED, Corrections(0, 0, 5))
    assert audited(small, Corrections(0, 1, 4), 0.95).threshold == 0.7, "one may be a slip"


def test_a_tag_comes_back_when_its_corrections_are_undone() -> None:
    withdrawn = audited(MEASURED, said(0, 20), 0.95)
    back = audited(withdrawn, said(0, 0), 0.95)
    assert (back.threshold, back.reason, back.given_to) == (0.7, None, 100)
    assert audited(withdrawn, said(0, 10), 0.95).threshold is None


def test_confirmed_photos_raise_the_estimate() -> None:
    assert audited(MEASURED, said(99, 0), 0.95).expected_precision == 0.99
    assert audited(MEASURED, said(50, 0), 0.95).expected_precision == 0.96


def test_a_judged_sheet_proves_and_taking_it_back_returns_to_what_the_training_chose() -> None:
    chosen = ChosenThreshold(0.8, 0.8, Trust.PROVEN, 0.97, 60, 24)
    proven = chosen_again(MEASURED, chosen, Corrections(20, 5, 60))
    assert (proven.threshold, proven.trust, proven.judged, proven.given_to) == (0.8, Trust.PROVEN, 24, 60)
    assert proven.unjudged == MEASURED.measured
    nothing = ChosenThreshold(0.9, 0.9, Trust.PROVISIONAL, 0.94, 40, 0)
    assert replace(chosen_again(proven, nothing, Corrections(10, 1, 40)), unjudged=None) == MEASURED
    few = replace(nothing, judged=3)
    assert chosen_again(MEASURED, few, Corrections(10, 1, 40)) == replace(MEASURED, judged=3), "too few to measure"
