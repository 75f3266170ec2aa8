"""What is known of each photo and label, and how surely.

People say what a photo shows, hardly ever what it does not. Besides what they denied, a label learns negatives from
photos that somebody tagged with something else: the less the two go together, the surer. Where those are too few, it
takes some that nobody tagged, of those least like its examples. All others count nothing: they are not negatives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.dataset import NEGATIVE, POSITIVE, UNLABELLED, Bools, TrainingSet

BACKGROUND = 0.25  # what a photo counts that nobody tagged
UNLIKE = 0.5  # share of the photos without tags, least like the examples first, that may be taken

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of n photos and l labels: ``targets`` (n, l) 0 or 1, ``weights`` (n, l) 0..1."""

    targets: Floats
    weights: Floats

    @property
    def known(self) -> Bools:
        """(n,): of which photos there is any."""
        known: Bools = np.any(self.weights > 0, axis=1)
        return known

    def __getitem__(self, photos: Bools | npt.NDArray[np.intp]) -> Evidence:
        return Evidence(self.targets[photos], self.weights[photos])

    def balanced(self) -> Evidence:
        """With the examples and the negatives of a label counting the same, together as much as its examples."""
        positive = self.weights * self.targets
        negative = self.weights - positive
        total = positive.sum(axis=0)
        return Evidence(self.targets, positive / 2 + negative * (total / 2 / np.maximum(negative.sum(axis=0), 1e-6)))


def evidence(learnt: TrainingSet, arrived: Floats) -> Evidence:
    """``arrived`` (n, l): what the examples learnt from say of each photo, by propagation."""
    positive, negative = learnt.truth == POSITIVE, learnt.truth == NEGATIVE
    weights = (positive | negative).astype(np.float32)
    together = _together(positive)
    # A narrower tag of a photo may be missing, so having the wider one says nothing.
    together[learnt.above.T] = 1
    tagged, untagged = np.flatnonzero(positive.any(axis=1)), np.flatnonzero(~positive.any(axis=1))
    for label in range(len(learnt.labels)):
        open_ = tagged[learnt.truth[tagged, label] == UNLABELLED]
        weights[open_, label] = 1 - np.where(positive[open_], together[:, label], 0).max(axis=1, initial=0)
    for label in range(len(learnt.labels)):
        lacking = positive[:, label].sum() - (weights[:, label] * ~positive[:, label]).sum()
        free = untagged[learnt.truth[untagged, label] == UNLABELLED]
        unlike = free[np.argsort(arrived[free, label], kind="stable")][: int(np.ceil(UNLIKE * len(free)))]
        count = min(len(unlike), int(np.ceil(max(0.0, lacking) / BACKGROUND)))
        if count:
            weights[unlike[np.linspace(0, len(unlike) - 1, count).astype(np.intp)], label] = BACKGROUND
    return Evidence(positive.astype(np.float32), weights)


def _together(positive: Bools) -> Floats:
    """(l, l): of the photos with the first label, the share that has the second."""
    has = positive.astype(np.float32)
    shares: Floats = (has.T @ has) / np.maximum(has.sum(axis=0), 1)[:, None]
    return shares
