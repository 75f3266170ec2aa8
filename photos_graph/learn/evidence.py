"""Determines what is known about each photo and label, and how certain it is.

Users state what a photo shows, and rarely what it does not show. Besides exclusions, a label therefore gets negatives
from photos that have other tags: the less often two tags occur together, the more certain the negative. If there are
too few, some of the photos without any tag that resemble its examples least are added. All other photos have no weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.dataset import NEGATIVE, POSITIVE, UNLABELLED, Bools, TrainingSet

BACKGROUND_WEIGHT = 0.25  # weight of a photo without tags
BACKGROUND_SHARE = 0.5  # share of the photos without tags, those that resemble the examples least, that may be used

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for n photos and l labels. ``targets`` (n, l) are 0 or 1, and ``weights`` (n, l) are 0..1."""

    targets: Floats
    weights: Floats

    @property
    def known(self) -> Bools:
        """Returns which photos have any evidence, as (n,)."""
        known: Bools = np.any(self.weights > 0, axis=1)
        return known

    def __getitem__(self, photos: Bools | npt.NDArray[np.intp]) -> Evidence:
        return Evidence(self.targets[photos], self.weights[photos])

    def balanced(self) -> Evidence:
        """Returns evidence in which the examples and the negatives of a label have the same total weight. Together they
        have the total weight of its examples."""
        positive = self.weights * self.targets
        negative = self.weights - positive
        total = positive.sum(axis=0)
        return Evidence(self.targets, positive / 2 + negative * (total / 2 / np.maximum(negative.sum(axis=0), 1e-6)))


def evidence(learnt: TrainingSet, arrived: Floats) -> Evidence:
    """Returns the evidence of a training set. ``arrived`` (n, l) is what propagation brings to each photo from the
    examples."""
    positive, negative = learnt.truth == POSITIVE, learnt.truth == NEGATIVE
    weights = (positive | negative).astype(np.float32)
    together = _together(positive)
    # A photo with a tag may lack a descendant of the tag by omission, so the tag is no evidence against the descendant.
    together[learnt.above.T] = 1
    tagged, untagged = np.flatnonzero(positive.any(axis=1)), np.flatnonzero(~positive.any(axis=1))
    for label in range(len(learnt.labels)):
        open_ = tagged[learnt.truth[tagged, label] == UNLABELLED]
        weights[open_, label] = 1 - np.where(positive[open_], together[:, label], 0).max(axis=1, initial=0)
    for label in range(len(learnt.labels)):
        lacking = positive[:, label].sum() - (weights[:, label] * ~positive[:, label]).sum()
        free = untagged[learnt.truth[untagged, label] == UNLABELLED]
        unlike = free[np.argsort(arrived[free, label], kind="stable")][: int(np.ceil(BACKGROUND_SHARE * len(free)))]
        count = min(len(unlike), int(np.ceil(max(0.0, lacking) / BACKGROUND_WEIGHT)))
        if count:
            weights[unlike[np.linspace(0, len(unlike) - 1, count).astype(np.intp)], label] = BACKGROUND_WEIGHT
    return Evidence(positive.astype(np.float32), weights)


def _together(positive: Bools) -> Floats:
    """Returns, as (l, l), the share of the photos with the first label that also have the second."""
    has = positive.astype(np.float32)
    shares: Floats = (has.T @ has) / np.maximum(has.sum(axis=0), 1)[:, None]
    return shares
