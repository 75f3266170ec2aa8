"""Photos that look like the examples of a tag and are of another kind are told from those that have it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.learn import lookalikes

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


def near(examples: int = EXAMPLES) -> npt.NDArray[np.float32]:
    positive = POSITIVE & (examples > ROWS)[:, None]
    return lookalikes.nearness(VECTORS, ROWS, SCORES, positive, ~POSITIVE, ROWS.astype(np.int32))[:, 0]


def test_photos_like_the_examples_are_nearer_to_them_than_those_that_only_score_alike() -> None:
    found = near()
    same, others = found[EXAMPLES : EXAMPLES + EACH], found[STREET]
    assert (same[:, None] > others).mean() > 0.95
    assert abs(found[:EXAMPLES].mean()) < 1e-4  # the examples are compared with each other, each without itself
    assert 0.9 < np.sqrt(((found - found.mean()) ** 2).mean()) < 4  # in standard deviations of each of the two


def test_few_examples_say_nothing() -> None:
    assert near(lookalikes.MIN_EXAMPLES).any() and not near(lookalikes.MIN_EXAMPLES - 1).any()
