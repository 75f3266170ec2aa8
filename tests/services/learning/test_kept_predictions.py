"""Which predictions of a photo are kept. Pure arrays."""

from __future__ import annotations

import numpy as np

from photos_graph.services.learning.prediction import Guesses, kept_predictions

SCORES = np.array([[0.75, 0.5, 0.25], [0.125, 0.0625, 0.25]], np.float32)
GUESSES = Guesses("m", ("a", "b"), ("sea", "lake", "wood"), SCORES, np.zeros_like(SCORES))
FLOORS = np.full(3, 0.3, np.float32)


def test_the_likeliest_tag_and_those_above_their_floor_are_kept() -> None:
    assert kept_predictions(GUESSES, 0, FLOORS, {}) == (("sea", 0.75), ("lake", 0.5))
    assert kept_predictions(GUESSES, 1, FLOORS, {}) == (("wood", 0.25),)
    assert kept_predictions(GUESSES, 0, FLOORS, {"lake": "sea"}) == (("sea", 0.75),), "merged since"


def test_what_a_folder_above_excludes_is_not_predicted() -> None:
    assert kept_predictions(GUESSES, 0, FLOORS, {}, {"sea"}) == (("lake", 0.5),)
    assert kept_predictions(GUESSES, 0, FLOORS, {"lake": "sea"}, {"sea"}) == ()
