"""Tells photos of a tag from photos that look alike and that nobody named.

A model learns how the examples of a tag differ from the whole library. Where there are both streets and buildings, they
differ from everything else in the same way, so a model of "Buildings" may be as sure of a street as of a building. All
photos that score like the examples are therefore compared with the examples alone: where most of them are nearer to
their own mean than to the mean of the examples, another kind is among them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.learn.dataset import Bools, Ints
from photos_graph.learn.neighbours import Halves

LOW = 0.05  # quantile of the scores of the examples, from which a photo is compared with them
MIN_RIVALS, MAX_RIVALS = 8, 1000  # photos that are compared with the examples: those with the highest scores
MIN_EXAMPLES = 5
PHOTOS_PER_BLOCK = 1000  # photos whose nearness is computed at once

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]


def nearness(vectors: Halves, rows: Places, scores: Floats, positive: Bools, unlabelled: Bools, groups: Ints) -> Floats:
    """Returns the nearness (m, l) of the photos at ``rows`` (m,) of the vectors (n, d) with log-odds (m, l): 0 for a
    photo like the mean example, below if it is more like the photos that look alike, in standard deviations.

    ``positive`` and ``unlabelled`` (m, l) say what is known of them. An example is not compared with those of its
    group in ``groups`` (m,), nor any other photo with itself. Few examples, or few photos that look alike, say nothing.
    """
    out = np.zeros(scores.shape, np.float32)
    for label in range(scores.shape[1]):
        examples = np.flatnonzero(positive[:, label])
        rivals = np.flatnonzero(unlabelled[:, label])
        if len(examples) < MIN_EXAMPLES or len(rivals) < MIN_RIVALS:
            continue
        low = float(np.quantile(scores[examples, label], LOW))
        order = rivals[np.argsort(-scores[rivals, label], kind="stable")]
        count = int((scores[rivals, label] >= low).sum())
        rivals = order[: min(max(count, MIN_RIVALS), MAX_RIVALS)]
        theirs, others = (vectors[rows[of]].astype(np.float32) for of in (examples, rivals))
        mean, of_all = theirs.mean(axis=0), others.mean(axis=0)
        for start in range(0, len(rows), PHOTOS_PER_BLOCK):
            part = slice(start, start + PHOTOS_PER_BLOCK)
            out[part, label] = _between(vectors[rows[part]].astype(np.float32), mean, of_all)
        of_examples = _between(theirs, _without_own_group(theirs, groups[examples]), of_all)
        of_rivals = _between(others, mean, (of_all * len(others) - others) / np.float32(len(others) - 1))
        out[examples, label], out[rivals, label] = of_examples, of_rivals
        spread = np.sqrt((_squares(of_examples) + _squares(of_rivals)) / (len(examples) + len(rivals)))
        out[:, label] = (out[:, label] - np.float32(of_examples.mean())) / np.float32(max(float(spread), 1e-9))
    return out


def _between(vectors: Floats, near: Floats, far: Floats) -> Floats:
    """Returns how much nearer each vector (n, d) is to the first mean than to the second, of which one may differ for
    each vector."""
    out: Floats = (vectors * (near - far)).sum(axis=-1) - ((near**2).sum(axis=-1) - (far**2).sum(axis=-1)) / 2
    return out


def _without_own_group(vectors: Floats, groups: Ints) -> Floats:
    """Returns, for each vector (n, d), the mean of those of the other groups."""
    _, numbers, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), vectors.shape[1]), np.float32)
    np.add.at(sums, numbers, vectors)
    others = np.maximum(len(vectors) - sizes[numbers], 1)[:, None].astype(np.float32)
    means: Floats = (vectors.sum(axis=0) - sums[numbers]) / others
    return means


def _squares(values: Floats) -> float:
    return float(((values - values.mean()) ** 2).sum(dtype=np.float64))
