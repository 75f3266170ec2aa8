"""Vectors of faces and pictures, and models that learnt nothing, for tests of what is computed from them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.faces.embedding import normalised
from photos_graph.learn.belief import Belief
from photos_graph.learn.calibration import Calibration
from photos_graph.learn.evidence import Evidence
from photos_graph.learn.metrics import LabelScore, Scores
from photos_graph.learn.predictor import Predictor
from photos_graph.learn.tags import TagModel

Floats = npt.NDArray[np.float32]


Ints = npt.NDArray[np.int32]


def people(count: int, faces: int, spread: float, seed: int, dimensions: int = 32) -> tuple[Floats, Ints]:
    """Vectors of ``faces`` faces of ``count`` people, the larger the ``spread`` the less alike."""
    chance = np.random.default_rng(seed)
    middles = chance.normal(size=(count, dimensions))
    owners = chance.integers(0, count, faces).astype(np.int32)
    vectors = middles[owners] + spread * chance.normal(size=(faces, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), owners


def photos(count: int, groups: int = 7, seed: int = 1, dimensions: int = 32) -> tuple[list[str], Floats]:
    """Photo i is of group i % groups. Not of length one: the parts of a vector have that."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(groups, dimensions))
    vectors = centres[np.arange(count) % groups] + 0.6 * chance.normal(size=(count, dimensions))
    return [f"{i:05}" for i in range(count)], 3 * normalised(vectors.astype(np.float32))


def tag_model(seed: int = 0) -> TagModel:
    chance = np.random.default_rng(seed)
    numbers = chance.normal(size=(8, 3)).astype(np.float32)
    predictor = Predictor(
        mean=numbers[:, 0],
        scale=numbers[:, 1],
        kernel=numbers,
        bias=numbers[0],
        seed_ids=("a", "b"),
        seeds=Evidence(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32)),
        above=np.eye(3, dtype=bool),
        calibration=Calibration(1.0, 0.5, numbers[1]),
        crossed=np.full((2, 3), 0.5, np.float32),
        alike=numbers[3],
        belief=Belief(np.sort(numbers, axis=0), np.sort(numbers, axis=0)),
    )
    scores = Scores(7, 0.9, 0.8, 0.85, 0.95)
    each = (LabelScore("x", 10, 2, 0.7, 1.0, 0.6, 0.5, 0.9),)
    return TagModel("b", "snapshot", seed, 0.95, ("x", "y", "z"), predictor, numbers[2], scores, each)
