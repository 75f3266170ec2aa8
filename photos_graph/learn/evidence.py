"""Determines what is known about each photo and label, and how certain it is.

Users state what a photo shows, and rarely what it does not show. Besides exclusions, a label therefore gets negatives
from photos that have other tags: the less often two tags occur together, the more certain the negative. All photos
without any tag are weak negatives: together they weigh as much as the examples, so that a model learns how the examples
differ from the library in which it is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.dataset import NEGATIVE, POSITIVE, UNLABELLED, Bools, TrainingSet

BACKGROUND = 1.0  # weight of all photos without a tag together, as a multiple of that of the examples
MIN_NEGATIVE = 8.0  # weight of labelled negatives from which models are measured on labelled photos alone
MAX_BACKGROUND = 5000  # photos without a tag that are used, which bounds the time of a training

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]


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

    def measured(self, labelled: Bools) -> Evidence:
        """Returns the evidence to measure models with. Some photos without a tag only lack it because nobody gave it to
        them, so they count only for a label with few negatives among the ``labelled`` photos (n,)."""
        negative = (self.weights * (1 - self.targets))[labelled].sum(axis=0)
        counts = labelled[:, None] | (negative < MIN_NEGATIVE)
        return Evidence(self.targets, self.weights * counts)

    def only(self, photos: Bools) -> Evidence:
        """Returns the same photos, of which all but these (n,) have no weight."""
        return Evidence(self.targets, self.weights * photos[:, None])

    def balanced(self) -> Evidence:
        """Returns evidence in which the examples and the negatives of a label have the same total weight. Together they
        have the total weight of its examples."""
        positive = self.weights * self.targets
        negative = self.weights - positive
        total = positive.sum(axis=0)
        return Evidence(self.targets, positive / 2 + negative * (total / 2 / np.maximum(negative.sum(axis=0), 1e-6)))


def evidence(learnt: TrainingSet) -> tuple[Places, Evidence]:
    """Returns the positions (m,) of the photos of a training set that have any evidence, which rise, and this evidence.

    Of a million photos, most have none. Nothing here is as large as all photos times all labels.
    """
    background = _background(learnt.positive)
    rows = np.union1d(np.flatnonzero(learnt.labelled), background)
    truth, background = learnt.truth[rows], np.searchsorted(rows, background)
    positive, negative = truth == POSITIVE, truth == NEGATIVE
    weights = (positive | negative).astype(np.float32)
    # A tag that follows from a narrower one says nothing beside it.
    narrowest = positive & ~((positive.astype(np.float32) @ learnt.above.astype(np.float32)) > 0)
    together = _together(positive)
    # A photo with a tag may lack a descendant of the tag by omission, so the tag is no evidence against the descendant.
    together[learnt.above.T] = 1
    tagged = np.flatnonzero(positive.any(axis=1))
    for label in range(len(learnt.labels)):
        open_ = tagged[truth[tagged, label] == UNLABELLED]
        weights[open_, label] = 1 - np.where(narrowest[open_], together[:, label], 0).max(axis=1, initial=0)
        free = background[truth[background, label] == UNLABELLED]
        weights[free, label] = min(1.0, BACKGROUND * positive[:, label].sum() / max(1, len(free)))
    every = Evidence(positive.astype(np.float32), weights)
    return rows[every.known], every[every.known]


def _background(positive: Bools) -> Places:
    """Returns the positions of photos without a tag that are used, given whether each has one (n,): all, or so many of
    them at equal distances."""
    untagged = np.flatnonzero(~positive)
    some = np.linspace(0, len(untagged) - 1, min(MAX_BACKGROUND, len(untagged))).round().astype(np.intp)
    return untagged[some]


def _together(positive: Bools) -> Floats:
    """Returns, as (l, l), the share of the photos with the first label that also have the second."""
    has = positive.astype(np.float32)
    shares: Floats = (has.T @ has) / np.maximum(has.sum(axis=0), 1)[:, None]
    return shares
