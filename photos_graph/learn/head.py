"""The head that is learnt on features: one layer in Keras, a logit for each label. Imports Keras: for workers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

STEPS, LEAST_ROUNDS = 100, 20
RATE = 0.01  # at the start; it falls to zero by a cosine
DECAY = 20.0  # of the squared weights, beside a loss of one for each example
BATCH = 4096

Floats = npt.NDArray[np.float32]


def fit(keras: Any, features: Floats, targets: Floats, weights: Floats, seed: int) -> tuple[Floats, Floats]:
    """Weights (d, l) and biases (l,) for standardised features (m, d), targets (m, l) of 0 and 1.

    ``weights`` (m, l): what each target counts in the loss; 0 where nothing is known of the label. The sum over a
    label is what the label counts. The same on each run of one machine.
    """
    keras.utils.set_random_seed(seed)
    ops = keras.ops

    def masked(known: Any, logits: Any) -> Any:
        target, weight = known[..., 0], known[..., 1]
        # The cross-entropy of a sigmoid, written so that large logits do not overflow.
        each = ops.maximum(logits, 0) - logits * target + ops.log1p(ops.exp(-ops.abs(logits)))
        return ops.sum(each * weight, axis=-1)

    layer = keras.layers.Dense(
        targets.shape[1], kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L2(DECAY)
    )
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])
    batches = -(-len(features) // BATCH)
    rounds = max(LEAST_ROUNDS, STEPS // batches)
    schedule = keras.optimizers.schedules.CosineDecay(RATE, rounds * batches)
    model.compile(keras.optimizers.Adam(schedule), masked)
    chance = np.random.default_rng(seed)
    for _ in range(rounds):
        for part in np.array_split(
            chance.permutation(len(features)) if batches > 1 else np.arange(len(features)), batches
        ):
            # Keras takes the mean over a batch, and it shall be the sum over all.
            known = np.stack([targets[part], weights[part] * np.float32(len(part) * batches)], axis=-1)
            model.train_on_batch(features[part], known)
    kernel, bias = layer.get_weights()
    return kernel, bias
