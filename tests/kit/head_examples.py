"""What heads are trained on to compare them, made by chance."""

from __future__ import annotations

import numpy as np

from photos_graph.learn.head import BATCH, Floats

COUNTS = (200, BATCH + 1000)  # examples: one batch, and two
LABELS, DIMENSIONS = 5, 64


def examples(count: int) -> tuple[Floats, Floats, Floats]:
    """Returns features (count, 64), targets (count, 5) and their weights, of which some are 0."""
    chance = np.random.default_rng(count)
    features = chance.normal(size=(count, DIMENSIONS)).astype(np.float32)
    scores = features @ chance.normal(size=(DIMENSIONS, LABELS)) + chance.normal(size=(count, LABELS))
    weights = chance.random((count, LABELS)) * (chance.random((count, LABELS)) < 0.6)
    return features, (scores > 0).astype(np.float32), (300 * weights / weights.sum(axis=0)).astype(np.float32)
