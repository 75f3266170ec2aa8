"""The head that is trained on features: one layer with a logit for each label.

It is trained by Adam (Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980) as Keras does it, in NumPy, because a layer
needs two products of matrices for a step, and TensorFlow for them needs four seconds to start, and 1.3 GB.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

STEPS, MIN_EPOCHS = 100, 20
LEARNING_RATE = 0.01  # initial rate, which decays to zero along a cosine
WEIGHT_DECAY = 60.0  # factor of the squared weights, relative to a loss of one for each example
BATCH = 4096
FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-7  # of Adam: how fast it forgets gradients and their squares

Floats = npt.NDArray[np.float32]


def fit(features: Floats, targets: Floats, weights: Floats, seed: int) -> tuple[Floats, Floats]:
    """Returns weights (d, l) and biases (l,) for standardised features (m, d) and targets (m, l) of 0 and 1.

    The loss is the cross-entropy of a sigmoid. ``weights`` (m, l) are the weights of the targets in it, where 0 means
    unknown. Their sum over a label is the weight of that label. On one machine, each run gives the same result.
    """
    batches = -(-len(features) // BATCH)
    epochs = max(MIN_EPOCHS, STEPS // batches)
    kernel = _Adam(np.zeros((features.shape[1], targets.shape[1]), np.float32))
    bias = _Adam(np.zeros(targets.shape[1], np.float32))
    chance = np.random.default_rng(seed)
    step = 0
    for _ in range(epochs):
        order = chance.permutation(len(features)) if batches > 1 else np.arange(len(features))
        for part in np.array_split(order, batches):
            seen = features[part]
            errors = (_risen(seen @ kernel.values + bias.values) - targets[part]) * weights[part]
            rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / (epochs * batches)))
            # Times the number of batches, so that a batch stands for all examples.
            kernel.move(batches * (seen.T @ errors) + 2 * WEIGHT_DECAY * kernel.values, rate)
            bias.move(batches * errors.sum(axis=0), rate)
            step += 1
    return kernel.values, bias.values


def _risen(logits: Floats) -> Floats:
    """The sigmoid. It is 1 for exactly 0, where all logits begin: TensorFlow, which trained the heads before, takes the
    slope of ``max(x, 0) + log(1 + exp(-abs(x)))`` to be 1 there. How deep a tag is given was fitted to such heads."""
    from scipy.special import expit  # 16 MB, which a service that only starts does not need

    found: Floats = np.where(logits == 0, np.float32(1), expit(logits))
    return found


@dataclass(slots=True)
class _Adam:
    """Values, and what Adam remembers of their gradients."""

    values: Floats
    steps: int = 0
    mean: Floats = field(init=False)
    squares: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.mean, self.squares = np.zeros_like(self.values), np.zeros_like(self.values)

    def move(self, gradient: Floats, rate: float) -> None:
        self.steps += 1
        self.mean += (gradient - self.mean) * np.float32(1 - FIRST)
        self.squares += (np.square(gradient) - self.squares) * np.float32(1 - SECOND)
        corrected = np.float32(rate * (1 - SECOND**self.steps) ** 0.5 / (1 - FIRST**self.steps))
        self.values -= corrected * self.mean / (np.sqrt(self.squares) + np.float32(EPSILON))
