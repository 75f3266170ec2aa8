"""What counts as a negative where nobody denied anything; probabilities, thresholds and figures made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from photos_graph.learn.calibration import NO_THRESHOLD, PRIOR_PHOTOS, at_least, calibrate, threshold
from photos_graph.learn.dataset import TrainingSet
from photos_graph.learn.evidence import BACKGROUND_WEIGHT, Evidence, evidence
from photos_graph.learn.metrics import average_precisions, overall, per_label

COUNT = 100


def learnt(truth: np.ndarray) -> TrainingSet:
    count, labels = truth.shape
    names = tuple(f"label {at}" for at in range(labels))
    return TrainingSet(
        ids=tuple(map(str, range(count))),
        labels=names,
        names=names,
        above=np.zeros((labels, labels), bool),
        truth=truth.astype(np.int8),
        groups=np.arange(count, dtype=np.int32),
        held_out=np.zeros(count, bool),
        left_out=(),
        snapshot="",
    )


def truth(*columns: list[int]) -> np.ndarray:
    """(COUNT, l), 0 after what is given."""
    out = np.zeros((COUNT, len(columns)), np.int8)
    for at, column in enumerate(columns):
        out[: len(column), at] = column
    return out


def test_other_tags_are_negatives_the_surer_the_less_they_go_together() -> None:
    # Of ten with the first label five have the second; the third is never with another.
    said = truth([1] * 10, [0] * 5 + [1] * 10, [0] * 20 + [1] * 10)
    known = evidence(learnt(said), np.zeros((COUNT, 3), np.float32))
    assert known.weights[:10, 0].tolist() == [1] * 10 and known.targets[:10, 0].tolist() == [1] * 10
    assert known.weights[0, 1] == pytest.approx(0.5) and known.targets[0, 1] == 0
    assert known.weights[12, 0] == pytest.approx(0.5) and known.weights[25, 0] == 1 and known.weights[0, 2] == 1


def test_a_wider_tag_says_nothing_of_a_narrower_one() -> None:
    wide = learnt(truth([1] * 30, [1] * 10, [0] * 40 + [1] * 20))
    above = np.zeros((3, 3), bool)
    above[1, 0] = True  # the second is below the first
    known = evidence(replace(wide, above=above), np.zeros((COUNT, 3), np.float32))
    assert (known.weights[10:30, 1] == 0).all() and (known.weights[40:60, 1] == 1).all()


def test_what_was_denied_counts_and_what_nobody_tagged_does_not() -> None:
    said = truth([1] * 10 + [-1] * 10)
    known = evidence(learnt(said), np.zeros((COUNT, 1), np.float32))
    assert (known.weights[:20] == 1).all() and (known.weights[20:] == 0).all()


def test_a_tag_without_negatives_takes_those_that_are_least_like_it() -> None:
    arrived = np.linspace(1, 0, COUNT, dtype=np.float32)[:, None]
    known = evidence(learnt(truth([1] * 4)), arrived)
    taken = np.flatnonzero(known.weights[:, 0] == BACKGROUND_WEIGHT)
    assert len(taken) == 4 / BACKGROUND_WEIGHT and taken.min() > COUNT / 2 - 3 and known.targets[taken].sum() == 0


def test_balanced_evidence_counts_both_sides_the_same() -> None:
    known = evidence(learnt(truth([1] * 10, [0] * 10 + [1] * 40)), np.zeros((COUNT, 2), np.float32)).balanced()
    positive = (known.weights * known.targets).sum(axis=0)
    assert positive.tolist() == [5, 20] and np.allclose(known.weights.sum(axis=0) - positive, [5, 20])


def test_probabilities_are_calibrated() -> None:
    chance = np.random.default_rng(0)
    scores = chance.normal(size=(4000, 2)).astype(np.float32) * 2
    flows = chance.normal(size=(4000, 2)).astype(np.float32)
    really = 1 / (1 + np.exp(-(0.7 * scores + 2 * flows - [0.5, 1])))
    known = Evidence((chance.random((4000, 2)) < really).astype(np.float32), np.ones((4000, 2), np.float32))
    found = calibrate(scores, flows, known)
    assert (found.head, found.flow) == (pytest.approx(0.7, abs=0.07), pytest.approx(2, abs=0.15))
    assert np.abs(found.probabilities(scores, flows) - really).mean() < 0.02


def test_a_threshold_is_the_lowest_that_keeps_the_promise() -> None:
    probabilities = np.linspace(0.99, 0.01, 99, dtype=np.float32)
    targets = (np.arange(99) < 40).astype(np.float32)
    targets[[10, 20]] = 0
    ones = np.ones(99, np.float32)
    at = {promised: threshold(probabilities, targets, ones, promised) for promised in (0.8, 0.9, 0.99)}
    assert 0.5 <= at[0.8] < at[0.9] and at[0.99] == NO_THRESHOLD
    taken = probabilities >= at[0.9]
    believed = (targets[taken].sum() + PRIOR_PHOTOS * probabilities[taken].mean()) / (taken.sum() + PRIOR_PHOTOS)
    assert believed >= 0.9
    assert threshold(probabilities, targets, np.zeros(99, np.float32), 0.8) == NO_THRESHOLD
    even = np.full(10, 0.9, np.float32)
    assert threshold(even, np.array([1] * 5 + [0] * 5, np.float32), np.ones(10, np.float32), 0.8) == NO_THRESHOLD


def test_figures_count_what_is_known_and_nothing_else() -> None:
    probabilities = np.array([[0.9], [0.8], [0.7], [0.6], [0.95]], np.float32)
    known = Evidence(np.array([[1], [0], [1], [1], [0]], np.float32), np.array([[1], [1], [1], [1], [0]], np.float32))
    scores = overall(probabilities, np.array([0.65], np.float32), known)
    assert (scores.held_out, scores.precision, scores.recall) == (4, pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert scores.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    each = per_label(["x"], [20], probabilities, np.array([0.65], np.float32), known)[0]
    assert (each.examples, each.held_out) == (20, 3) and each.precision_at_least < each.precision
    nothing = Evidence(np.zeros((5, 1), np.float32), np.zeros((5, 1), np.float32))
    assert np.isnan(average_precisions(probabilities, nothing)).all()
    assert overall(probabilities, np.array([0.65], np.float32), nothing).average_precision == 0
    assert at_least(10, 0) == pytest.approx(0.84, abs=0.05) and at_least(1000, 0) > 0.99
