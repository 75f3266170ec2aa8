"""Photos that look like the examples of a tag and are of another kind are told from those that have it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from photos_graph.learn import lookalikes
from photos_graph.learn.lookalikes import BEHIND, LIMIT, Lookalikes, compared

EXAMPLES, EACH, DIMENSIONS = 12, 60, 200
CHANCE = np.random.default_rng(0)
# Examples and other photos of one kind, and photos of a kind that looks alike and that nobody named.
STREET = np.arange(EXAMPLES + 2 * EACH) >= EXAMPLES + EACH
_CENTRES = CHANCE.normal(size=(2, DIMENSIONS))
_PARTS = _CENTRES[STREET.astype(int)] + 2 * CHANCE.normal(size=(len(STREET), DIMENSIONS))
VECTORS = (_PARTS / np.linalg.norm(_PARTS, axis=1, keepdims=True)).astype(np.float16)
ROWS = np.arange(len(STREET))
POSITIVE = (ROWS < EXAMPLES)[:, None]
SCORES = np.full((len(STREET), 1), 2, np.float32)  # the model is equally sure of all


def nearness(examples: int = EXAMPLES) -> tuple[Lookalikes, npt.NDArray[np.float32]]:
    positive = POSITIVE & (examples > ROWS)[:, None]
    found, near = compared(VECTORS, ROWS, SCORES, positive, ~POSITIVE, ROWS.astype(np.int32))
    return found, near[:, 0]


def test_photos_like_the_examples_are_nearer_to_them_than_those_that_only_score_alike() -> None:
    found, near = nearness()
    same, others = near[EXAMPLES : EXAMPLES + EACH], near[STREET]
    assert (same[:, None] > others).mean() > 0.95
    assert abs(near[:EXAMPLES].mean()) < 1e-4  # the examples are compared with each other, each without itself
    new = found.nearness(VECTORS.astype(np.float32))[:, 0]
    assert np.corrcoef(new[EXAMPLES:], near[EXAMPLES:])[0, 1] > 0.99 and (new[:EXAMPLES] > near[:EXAMPLES]).all()


def test_few_examples_say_nothing() -> None:
    found, near = nearness(lookalikes.MIN_EXAMPLES - 1)
    assert not found.kernel.any() and not near.any()


def test_nearness_is_limited_speaks_for_likely_photos_only_and_changes_no_order() -> None:
    two = Lookalikes(np.zeros((1, 2), np.float32), np.zeros(2, np.float32), np.zeros(2, np.float32))
    scores = np.array([[1, -5], [-1, -5], [3, 2.5], [3, 2.995]], np.float32)
    near = np.array([[9, 0], [9, -9], [-1, 2], [0, 0]], np.float32)
    added = two.added(scores, near)
    assert added[0].tolist() == [1 + LIMIT, -5] and added[1].tolist() == [-1, -5 - LIMIT]
    assert added[2] == pytest.approx([2, 2 - BEHIND]) and added[3] == pytest.approx([3, 2.995])
