"""Converts the scores of the head and of propagation to probabilities. This is fitted on photos that did not take part
in computing the scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.learn.evidence import Evidence

HEAD_PRIOR, FLOW_PRIOR = 1.0, 0.5  # prior of the two weights
PRIOR_STRENGTH = 5.0  # strength of the prior of the two weights, in photos
NO_THRESHOLD = 2.0  # threshold of a label that cannot reach the promised precision
CONFIDENCE = 0.9  # confidence of the stated lower bounds

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of the probability of a label. ``head`` and ``flow`` are the weights of the two scores, and
    ``biases`` (l,) belong to the labels."""

    head: float
    flow: float
    biases: Floats

    def probabilities(self, logits: Floats, flows: Floats) -> Floats:
        """Returns the probabilities (n, l) for the two scores, each (n, l)."""
        return sigmoid(self.scores(logits, flows))

    def scores(self, logits: Floats, flows: Floats) -> Floats:
        """Returns the log-odds (n, l) of these probabilities."""
        return self.head * logits + self.flow * flows + self.biases

    def disagreement(self, logits: Floats, flows: Floats) -> Floats:
        """Returns, as (n, l) in 0..1, the distance between the probabilities if each score alone had the weight of
        both."""
        alone = (sigmoid(2 * self.head * logits + self.biases), sigmoid(2 * self.flow * flows + self.biases))
        apart: Floats = np.abs(alone[0] - alone[1])
        return apart


def calibrate(logits: Floats, flows: Floats, known: Evidence) -> Calibration:
    """Fits the calibration to scores (m, l) of photos that did not take part in computing them."""
    from scipy.optimize import minimize

    x, f = logits.astype(np.float64), flows.astype(np.float64)
    target, weight = known.targets.astype(np.float64), known.weights.astype(np.float64)
    start = np.concatenate([[HEAD_PRIOR, FLOW_PRIOR], np.zeros(logits.shape[1])])

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = parameters[0] * x + parameters[1] * f + parameters[2:]
        away = parameters - start
        firm = np.concatenate([[PRIOR_STRENGTH] * 2, np.full(logits.shape[1], 0.1)])
        error = weight * (1 / (1 + np.exp(-scores)) - target)
        value = (weight * (np.logaddexp(0, scores) - target * scores)).sum() + (firm * away**2).sum() / 2
        slopes = np.concatenate([[(error * x).sum(), (error * f).sum()], error.sum(axis=0)])
        return float(value), slopes + firm * away

    bounds = [(0.05, None), (0.0, None)] + [(None, None)] * logits.shape[1]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(float(found[0]), float(found[1]), found[2:].astype(np.float32))


def sigmoid(scores: Floats) -> Floats:
    """Returns the probabilities of log-odds."""
    out: Floats = (1 / (1 + np.exp(-scores))).astype(np.float32)
    return out


def at_least(right: float, wrong: float) -> float:
    """Returns the lower bound of a share with CONFIDENCE, by Jeffreys' interval."""
    from scipy.stats import beta

    return float(beta.ppf(1 - CONFIDENCE, right + 0.5, wrong + 0.5))
