"""Says how likely a photo has a tag in the whole library, by experience with libraries of which all was known.

A model learns how the examples of a tag differ from the library, and where a kind of photo that nobody named looks like
them, it is as sure of that kind. Its scores rank the photos well, but do not say where the photos of the tag end. Three
things say something about it: how many photos score like the examples, whether those photos are on the side of the
examples or of the others that look alike (``lookalikes``), and whether other kinds were named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.dataset import Bools

# The log-odds that a photo has a tag are a sum of these factors and what they belong to. They were fitted to made
# libraries of 170 to 5,012 photos of which all was known; ``docs/decisions/0030-reach.md`` says how.
BASE = -1.42
PER_SCORE = 1.04  # the log-odds of the models
PER_ABOVE = -2.47  # the share of the examples with at least this score: the deeper, the less sure
PER_EXAMPLES = 0.67  # the logarithm of the number of examples
PER_ALIKE = 0.21  # the logarithm of the number of photos that score like the examples, beside them
PER_NEAR = 0.83  # the mean nearness of all photos with at least this score
PER_MEDIAN = -0.47  # the median log-odds of the examples
NAMED = 0.86  # added if there are examples of other tags

ALIKE, MOST_ALIKE = 0.25, 3.0  # quantile of the examples' scores, and the largest logarithm of that number that counts
NEAREST, FEW = 4.0, 3  # nearness that counts at most, and photos of none that are added to its mean
LIMIT = 7.0  # log-odds of the models that count at most
LOWEST = -1.4  # log-odds from which nearness is looked at
KNOTS = 64  # points of the line from the scores to what is believed
KEEPS_ORDER = 0.01  # slope where the line would be level, so that photos keep their order

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Belief:
    """Rising lines from the log-odds of the models to those that are believed, for l labels: through the points
    ``scores`` (k, l), which rise, and ``odds`` (k, l), and beyond them with the slope PER_SCORE."""

    scores: Floats
    odds: Floats

    def of(self, scores: Floats) -> Floats:
        """Returns the believed log-odds (n, l) for the log-odds of the models (n, l)."""
        out = np.empty_like(scores)
        for label in range(scores.shape[1]):
            some, line = np.clip(scores[:, label], -LIMIT, LIMIT), self.scores[:, label]
            beyond = some - np.clip(some, line[0], line[-1])
            level = np.interp(some, line, self.odds[:, label])
            out[:, label] = level + PER_SCORE * beyond + KEEPS_ORDER * scores[:, label]
        return out


def unchanged(labels: int) -> Belief:
    """Returns lines that only add KEEPS_ORDER, for models of a format before there were any."""
    ends = np.repeat(np.array([[-LIMIT], [LIMIT]], np.float32), labels, axis=1)
    return Belief(ends, ends)


def believed(
    scores: Floats, nearness: Floats, positive: Bools, unlabelled: Bools, above: Bools, library: npt.NDArray[np.intp]
) -> Belief:
    """Returns what is believed of l labels.

    ``scores`` (m, l) are log-odds by models that did not see the m photos, ``nearness`` (m, l) that of ``lookalikes``.
    ``positive`` and ``unlabelled`` (m, l) say what is known of them, ``above`` (l, l) which label is an ancestor of
    which, and ``library`` (l,) how many photos without the label there are, of which these are a sample.
    """
    lines = []
    for label in range(scores.shape[1]):
        free = unlabelled[:, label]
        order = np.flatnonzero(free)[np.argsort(-scores[free, label], kind="stable")]
        others = positive[:, ~above[label]].any(axis=1) & ~positive[:, label]
        examples = scores[positive[:, label], label]
        line = _line(scores[order, label], nearness[order, label], examples, others.any())
        line[1] += _of_label(scores[order, label], examples, int(library[label]))
        lines.append(line)
    return Belief(*(np.stack([line[at] for line in lines], axis=1).astype(np.float32) for at in (0, 1)))


def _line(scores: Floats, nearness: Floats, examples: Floats, named: np.bool_) -> list[Doubles]:
    """Returns KNOTS scores, which rise, and the believed log-odds of each, without what belongs to the label, for the
    scores (n,) of unlabelled photos, best first, and those of the ``examples`` (e,)."""
    from scipy.optimize import isotonic_regression

    high = scores[scores > LOWEST].astype(np.float64)
    if not len(high):
        high, near = np.array([0.0]), np.array([0.0])
    else:
        near = np.cumsum(np.clip(nearness[: len(high)], -NEAREST, NEAREST)) / (np.arange(len(high)) + 1 + FEW)
    above = (len(examples) - np.searchsorted(np.sort(examples), high) + 0.5) / (len(examples) + 1)
    some = np.clip(high, -LIMIT, LIMIT)
    odds = PER_SCORE * some + PER_NEAR * near + PER_ABOVE * above + (NAMED if named else 0.0)
    rising = isotonic_regression(odds[::-1]).x
    at = len(some) - np.geomspace(1, len(some), KNOTS)[::-1]  # many points where the scores are high
    return [np.interp(at, np.arange(len(some)), each) for each in (some[::-1], rising)]


def _of_label(scores: Floats, examples: Floats, library: int) -> float:
    """Returns what is added for a label with these scores (n,) of unlabelled photos and (e,) of examples."""
    if not len(examples):
        return BASE
    share = float((scores >= np.quantile(examples, ALIKE)).sum()) / max(1, len(scores))
    alike = np.log((share * library + 1) / ((1 - ALIKE) * len(examples) + 1))
    return float(
        BASE
        + PER_EXAMPLES * np.log(len(examples))
        + PER_ALIKE * np.clip(alike, -MOST_ALIKE, MOST_ALIKE)
        + PER_MEDIAN * np.median(examples)
    )
