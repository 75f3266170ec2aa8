"""What counts as a negative where nobody denied anything; probabilities, thresholds and figures made of it."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from photos_graph.learn.calibration import at_least, calibrate
from photos_graph.learn.dataset import TrainingSet
from photos_graph.learn.evidence import MAX_BACKGROUND, Evidence, evidence
from photos_graph.learn.metrics import average_precisions, overall, per_label
from photos_graph.learn.sheets import ChosenThreshold
from photos_graph.model.learning import Trust

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
        left_out=(),
        snapshot="",
    )


def of_all(given: TrainingSet) -> Evidence:
    """The evidence about all photos, also those of which there is none."""
    rows, found = evidence(given)
    assert found.known.all() and (np.diff(rows) > 0).all()
    targets, weights = np.zeros((2, *given.truth.shape), np.float32)
    targets[rows], weights[rows] = found.targets, found.weights
    return Evidence(targets, weights)


def truth(*columns: list[int]) -> np.ndarray:
    """(COUNT, l), 0 after what is given."""
    out = np.zeros((COUNT, len(columns)), np.int8)
    for at, column in enumerate(columns):
        out[: len(column), at] = column
    return out


def test_other_tags_are_negatives_the_surer_the_less_they_go_together() -> None:
    # Of ten with the first label five have the second; the third is never with another.
    said = truth([1] * 10, [0] * 5 + [1] * 10, [0] * 20 + [1] * 10)
    known = of_all(learnt(said))
    assert known.weights[:10, 0].tolist() == [1] * 10 and known.targets[:10, 0].tolist() == [1] * 10
    assert known.weights[0, 1] == pytest.approx(0.5) and known.targets[0, 1] == 0
    assert known.weights[12, 0] == pytest.approx(0.5) and known.weights[25, 0] == 1 and known.weights[0, 2] == 1


def test_a_wider_tag_says_nothing_of_a_narrower_one_and_sisters_are_negatives_of_each_other() -> None:
    # 30 with the wide tag, the first ten of them with "a" and the next ten with "b" below it; one has both.
    wide = learnt(truth([1] * 30, [1] * 10, [0] * 9 + [1] * 11, [0] * 40 + [1] * 20))
    above = np.zeros((4, 4), bool)
    above[1:3, 0] = True
    known = of_all(replace(wide, above=above))
    assert (known.weights[20:30, 1:3] == 0).all() and (known.weights[40:60, 1] == 1).all()
    assert known.weights[12, 1] == pytest.approx(10 / 11) and known.weights[3, 2] == pytest.approx(0.9)
    assert known.targets[12, 1] == 0 and known.targets[9].tolist() == [1, 1, 1, 0]


def test_what_nobody_tagged_is_a_weak_negative_and_weighs_as_much_as_the_examples() -> None:
    said = truth([1] * 10 + [-1] * 10)
    known = of_all(learnt(said))
    assert (known.weights[:20] == 1).all() and known.targets[10:].sum() == 0
    assert known.weights[20:].sum() == pytest.approx(80 / 90 * 10) or known.weights[20:].sum() == pytest.approx(10)


def test_a_large_library_is_represented_by_some_of_it() -> None:
    large = np.zeros((3 * MAX_BACKGROUND, 1), np.int8)
    large[:100] = 1
    used = np.flatnonzero(of_all(learnt(large)).weights[:, 0])
    assert len(used) == MAX_BACKGROUND + 100 and used[101:].max() == len(large) - 1
    assert np.diff(used[101:]).max() <= 4


def test_balanced_evidence_counts_both_sides_the_same() -> None:
    known = of_all(learnt(truth([1] * 10, [0] * 10 + [1] * 40))).balanced()
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


def test_figures_count_what_is_known_and_nothing_else() -> None:
    probabilities = np.array([[0.9], [0.8], [0.7], [0.6], [0.95]], np.float32)
    known = Evidence(np.array([[1], [0], [1], [1], [0]], np.float32), np.array([[1], [1], [1], [1], [0]], np.float32))
    chosen = ChosenThreshold(0.65, 0.65, Trust.PROVEN, 0.96, 4, 24)
    scores = overall(probabilities, np.array([0.65], np.float32), known, [chosen])
    assert (scores.held_out, scores.precision, scores.recall) == (4, pytest.approx(0.96), pytest.approx(2 / 3))
    assert scores.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    each = per_label(["x"], [20], probabilities, np.array([0.65], np.float32), known, [chosen])[0]
    assert (each.trust, each.judged, each.expected_precision, each.given_to) == (Trust.PROVEN, 24, 0.96, 4)
    assert (each.examples, each.held_out) == (20, 3) and each.precision_at_least < each.precision
    nothing = Evidence(np.zeros((5, 1), np.float32), np.zeros((5, 1), np.float32))
    assert np.isnan(average_precisions(probabilities, nothing)).all()
    assert overall(probabilities, np.array([0.65], np.float32), nothing, [chosen]).average_precision == 0
    assert at_least(10, 0) == pytest.approx(0.84, abs=0.05) and at_least(1000, 0) > 0.99


def test_evidence_takes_memory_for_the_photos_that_have_any() -> None:
    said = np.zeros((60_000, 60), np.int8)
    for label in range(60):
        said[label * 10 : label * 10 + 10, label] = 1
    given = learnt(said)
    tracemalloc.start()
    rows, _ = evidence(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows) == 600 + MAX_BACKGROUND
    assert peak < said.size * 4, "not even one number of 32 bits for each photo and label"
