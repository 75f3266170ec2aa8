"""Directions in which all photos differ count less after whitening, and small ones do not become noise."""

from __future__ import annotations

import numpy as np

from photos_graph.learn.whitening import SHRINKAGE, whitening_of

CHANCE = np.random.default_rng(0)


def test_directions_with_much_variance_come_to_count_as_much_as_others() -> None:
    deviations = np.array([5, 1, 0.5, 0.001])
    turned, _ = np.linalg.qr(CHANCE.normal(size=(4, 4)))
    features = ((CHANCE.normal(size=(5000, 4)) * deviations) @ turned).astype(np.float32)
    whitening = whitening_of(features)
    assert whitening.dtype == np.float32 and np.allclose(whitening, whitening.T, atol=1e-4)
    whitened = features @ whitening
    assert abs((whitened**2).mean() - 1) < 1e-3
    of_each = (whitened @ turned.T).std(axis=0)
    assert np.ptp(of_each[:3]) < 0.1 * of_each[0] and of_each[3] < 0.01  # noise below the shrinkage stays small
    assert of_each[3] > deviations[3] / SHRINKAGE**0.5 / 2


def test_fewer_photos_than_directions_are_whitened_too() -> None:
    features = CHANCE.normal(size=(10, 50)).astype(np.float32)
    assert abs(((features @ whitening_of(features)) ** 2).mean() - 1) < 1e-3
