"""Tells photos of a tag from photos that look alike and that nobody named.

A model learns how the examples of a tag differ from the whole library. Where there are both streets and buildings, they
differ from everything else in the same way, so a model of "Buildings" may be as sure of a street as of a building. All
photos that score like the examples are therefore compared with the examples alone: a photo that is nearer to the mean
of those photos than to the mean of the examples is doubted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.dataset import Bools, Ints
from photos_graph.learn.neighbours import Halves

LOW = 0.05  # quantile of the scores of the examples, from which a photo is compared with them
MIN_RIVALS, MAX_RIVALS = 8, 1000  # photos that are compared with the examples: those with the highest scores
MIN_EXAMPLES = 5
LIMIT = 4.0  # deviations from the examples that count at most
PHOTOS_PER_BLOCK = 1000  # photos whose nearness is computed at once
BEHIND = 0.01  # log-odds by which another label stays below the likeliest one

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Compares vectors of d dimensions with the examples of l labels.

    ``kernel`` (d, l) and ``bias`` (l,) give the nearness of a vector: 0 for a photo like the mean example, below if it
    is more like the photos that look alike, in standard deviations. ``low`` (l,) are the log-odds from which nearness
    can also speak for a photo.
    """

    kernel: Floats
    bias: Floats
    low: Floats

    def nearness(self, vectors: Floats) -> Floats:
        """Returns the nearness (n, l) of vectors (n, d)."""
        return vectors @ self.kernel + self.bias

    def added(self, scores: Floats, nearness: Floats) -> Floats:
        """Returns the log-odds (n, l) with the nearness added. The likeliest label of a photo stays the likeliest."""
        most = np.where(scores >= self.low, np.float32(LIMIT), np.float32(0))
        out = scores + np.clip(nearness, np.float32(-LIMIT), most)
        first = scores.argmax(axis=1)[:, None]
        behind = np.take_along_axis(scores, first, 1) - scores
        limit: Floats = np.take_along_axis(out, first, 1) - np.minimum(behind, np.float32(BEHIND))
        return np.minimum(out, limit)


def none(dimensions: int, labels: int) -> Lookalikes:
    """Returns a comparison that changes no score."""
    return Lookalikes(
        np.zeros((dimensions, labels), np.float32), np.zeros(labels, np.float32), np.zeros(labels, np.float32)
    )


def compared(
    vectors: Halves, rows: Places, scores: Floats, positive: Bools, unlabelled: Bools, groups: Ints
) -> tuple[Lookalikes, Floats]:
    """Compares the photos at ``rows`` (m,) of the vectors (n, d) by their log-odds (m, l).

    ``positive`` and ``unlabelled`` (m, l) say what is known of them. Also returns their nearness (m, l), for which an
    example is not compared with the examples of its group in ``groups`` (m,), nor any other photo with itself.
    """
    found = none(vectors.shape[1], scores.shape[1])
    own: list[tuple[Places, Floats]] = []
    for label in range(scores.shape[1]):
        examples = np.flatnonzero(positive[:, label])
        rivals = np.flatnonzero(unlabelled[:, label])
        if len(examples) < MIN_EXAMPLES or len(rivals) < MIN_RIVALS:
            own.append((examples[:0], np.zeros(0, np.float32)))
            continue
        low = float(np.quantile(scores[examples, label], LOW))
        order = rivals[np.argsort(-scores[rivals, label], kind="stable")]
        count = int((scores[rivals, label] >= low).sum())
        rivals = order[: min(max(count, MIN_RIVALS), MAX_RIVALS)]
        theirs, others = (vectors[rows[of]].astype(np.float32) for of in (examples, rivals))
        mean, of_all = theirs.mean(axis=0), others.mean(axis=0)
        without = _without_own_group(theirs, groups[examples])
        of_examples = _between(theirs, without, of_all)
        of_rivals = _between(others, mean, (of_all * len(others) - others) / np.float32(len(others) - 1))
        middle = np.float32(of_examples.mean())
        spread = np.sqrt((_squares(of_examples) + _squares(of_rivals)) / (len(examples) + len(rivals)))
        scale = np.float32(1 / max(float(spread), 1e-9))
        found.kernel[:, label] = (mean - of_all) * scale
        found.bias[label] = -((mean @ mean - of_all @ of_all) / 2 + middle) * scale
        found.low[label] = low
        own.append((np.concatenate([examples, rivals]), (np.concatenate([of_examples, of_rivals]) - middle) * scale))
    return found, _nearness(found, vectors, rows, own)


def _nearness(found: Lookalikes, vectors: Halves, rows: Places, own: list[tuple[Places, Floats]]) -> Floats:
    out = np.zeros((len(rows), len(found.bias)), np.float32)
    for start in range(0, len(rows), PHOTOS_PER_BLOCK):
        part = slice(start, start + PHOTOS_PER_BLOCK)
        out[part] = found.nearness(vectors[rows[part]].astype(np.float32))
    for label, (places, nearness) in enumerate(own):
        out[places, label] = nearness
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
