"""What is believed of a tag in the whole library, by what is known of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.learn.belief import KNOTS, Belief, believed, unchanged

Floats = npt.NDArray[np.float32]

EXAMPLES, OTHERS, FREE = 12, 8, 600
POSITIVE = np.zeros((EXAMPLES + OTHERS + FREE, 2), bool)
POSITIVE[:EXAMPLES, 0] = POSITIVE[EXAMPLES : EXAMPLES + OTHERS, 1] = True
SCORES = np.concatenate(
    [np.full((EXAMPLES, 2), 3), np.full((OTHERS, 2), -3), np.linspace(6, -6, FREE)[:, None].repeat(2, 1)]
).astype(np.float32)
APART = np.zeros((2, 2), bool)


def odds(
    scores: Floats = SCORES, near: float = 0, positive: npt.NDArray[np.bool_] = POSITIVE, library: int = FREE
) -> Floats:
    """Returns what is believed of the first label where the models say 3."""
    nearness = np.full_like(scores, near)
    belief = believed(
        scores, nearness, positive, ~positive.any(axis=1)[:, None] & ~positive, APART, np.full(2, library)
    )
    return belief.of(np.full((1, 2), 3, np.float32))[:, 0]


def test_belief_follows_what_is_known_of_the_tag() -> None:
    usual = odds()
    assert odds(near=1) > usual > odds(near=-1), "the photos with such scores are on the side of the examples, or not"
    assert odds(library=10 * FREE) > usual, "many photos of the library score like the examples"
    assert odds(positive=POSITIVE * np.array([True, False])) < usual, "what else there is has no names"
    surer = SCORES.copy()
    surer[:EXAMPLES] += 1
    assert odds(surer) < usual, "the examples score higher than this"
    fewer = SCORES.copy()
    fewer[: EXAMPLES // 2 - 1] -= 0.1  # the median stays
    assert odds(fewer) > usual, "fewer of the examples score at least as high"


def test_the_lines_rise_and_keep_the_order_of_photos() -> None:
    chance = np.random.default_rng(0)
    nearness = np.where(SCORES > 3, -4, 4).astype(np.float32) + chance.normal(size=SCORES.shape).astype(np.float32)
    belief = believed(SCORES, nearness, POSITIVE, ~POSITIVE, APART, np.full(2, FREE))
    assert belief.scores.shape == belief.odds.shape == (KNOTS, 2)
    assert (np.diff(belief.scores, axis=0) >= 0).all() and (np.diff(belief.odds, axis=0) >= -1e-6).all()
    many = np.linspace(-20, 20, 999, dtype=np.float32)[:, None].repeat(2, 1)
    assert (np.diff(belief.of(many), axis=0) > 0).all(), "also beyond what was seen"


def test_labels_without_examples_or_free_photos_have_lines_too() -> None:
    nothing = np.zeros((0, 2), bool)
    empty = believed(SCORES[:0], SCORES[:0], nothing, nothing, APART, np.zeros(2, np.intp))
    everything = believed(SCORES, SCORES * 0, POSITIVE | True, POSITIVE & False, APART, np.zeros(2, np.intp))
    for belief in (empty, everything, unchanged(2)):
        assert np.isfinite(belief.of(SCORES)).all()
    assert np.allclose(unchanged(2).of(SCORES), SCORES, atol=0.1)
    assert isinstance(empty, Belief)
