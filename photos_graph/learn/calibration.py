"""From what head and propagation say to probabilities, and to thresholds that keep a promised precision.

Both are fitted on photos that were left out while the scores were made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.evidence import Evidence

HEAD, FLOW = 1.0, 0.5  # where the two weights are looked for: half the log of propagation beside the head
FIRMNESS = 5.0  # how firmly, in photos
BELIEF = 5.0  # photos that the probabilities count beside those that were seen, where a threshold is chosen
LEAST_RIGHT = 3  # photos above a threshold
NEVER = 2.0  # the threshold of a label that cannot keep the promise
CONFIDENCE = 0.9  # with which the precision is at least the bound that is stated

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """``head`` and ``flow`` weigh the two scores, ``biases`` (l,) are the labels' own."""

    head: float
    flow: float
    biases: Floats

    def probabilities(self, logits: Floats, flows: Floats) -> Floats:
        """(n, l) of two scores (n, l) each."""
        return _sigmoid(self.head * logits + self.flow * flows + self.biases)

    def disagreement(self, logits: Floats, flows: Floats) -> Floats:
        """(n, l), 0..1: how far apart the probabilities would be if each score had the other's say too."""
        alone = (_sigmoid(2 * self.head * logits + self.biases), _sigmoid(2 * self.flow * flows + self.biases))
        apart: Floats = np.abs(alone[0] - alone[1])
        return apart


def calibrate(logits: Floats, flows: Floats, known: Evidence) -> Calibration:
    """Of scores (m, l) of photos that had no part in them."""
    from scipy.optimize import minimize

    x, f = logits.astype(np.float64), flows.astype(np.float64)
    target, weight = known.targets.astype(np.float64), known.weights.astype(np.float64)
    start = np.concatenate([[HEAD, FLOW], np.zeros(logits.shape[1])])

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = parameters[0] * x + parameters[1] * f + parameters[2:]
        away = parameters - start
        firm = np.concatenate([[FIRMNESS] * 2, np.full(logits.shape[1], 0.1)])
        error = weight * (1 / (1 + np.exp(-scores)) - target)
        value = (weight * (np.logaddexp(0, scores) - target * scores)).sum() + (firm * away**2).sum() / 2
        slopes = np.concatenate([[(error * x).sum(), (error * f).sum()], error.sum(axis=0)])
        return float(value), slopes + firm * away

    bounds = [(0.05, None), (0.0, None)] + [(None, None)] * logits.shape[1]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(float(found[0]), float(found[1]), found[2:].astype(np.float32))


def _sigmoid(scores: Floats) -> Floats:
    out: Floats = (1 / (1 + np.exp(-scores))).astype(np.float32)
    return out


def threshold(probabilities: Floats, targets: Floats, weights: Floats, promised: float) -> float:
    """The lowest probability (m,) at which the precision is expected to be ``promised``; NEVER when there is none.

    It is never below a half: the good ones above it must not pay for one that is more likely wrong.
    """
    order = np.argsort(-probabilities, kind="stable")
    order = order[weights[order] > 0]
    ranked, weight = probabilities[order].astype(np.float64), weights[order].astype(np.float64)
    right, seen = np.cumsum(weight * targets[order]), np.cumsum(weight)
    believed = np.cumsum(weight * ranked) / np.maximum(seen, 1e-9)
    expected = (right + BELIEF * believed) / (seen + BELIEF)
    # Equal scores are taken together or not at all.
    last_of_equal = np.append(ranked[1:] < ranked[:-1], True) if len(ranked) else np.zeros(0, bool)
    keeps = np.flatnonzero((expected >= promised) & (right >= LEAST_RIGHT) & (ranked >= 0.5) & last_of_equal)
    return float(ranked[keeps[-1]]) if len(keeps) else NEVER


def at_least(right: float, wrong: float) -> float:
    """What a share is at least, with CONFIDENCE, when so many were seen: Jeffreys' interval, from below."""
    from scipy.stats import beta

    return float(beta.ppf(1 - CONFIDENCE, right + 0.5, wrong + 0.5))
