"""The head that is trained on features: one layer in Keras with a logit for each label. It imports Keras, so it must
run in a worker."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

STEPS, MIN_EPOCHS = 100, 20
LEARNING_RATE = 0.01  # initial rate, which decays to zero along a cosine
WEIGHT_DECAY = 60.0  # factor of the squared weights, relative to a loss of one for each example
BATCH = 4096

Floats = npt.NDArray[np.float32]


def fit(keras: Any, features: Floats, targets: Floats, weights: Floats, seed: int) -> tuple[Floats, Floats]:
    """Returns weights (d, l) and biases (l,) for standardised features (m, d) and targets (m, l) of 0 and 1.

    ``weights`` (m, l) are the weights of the targets in the loss, where 0 means unknown. Their sum over a label is the
    weight of that label. On one machine, each run gives the same result.
    """
    keras.utils.set_random_seed(seed)
    ops = keras.ops

    def masked(known: Any, logits: Any) -> Any:
        target, weight = known[..., 0], known[..., 1]
        # The cross-entropy of a sigmoid, in a form in which large logits do not overflow.
        each = ops.maximum(logits, 0) - logits * target + ops.log1p(ops.exp(-ops.abs(logits)))
        return ops.sum(each * weight, axis=-1)

    layer = keras.layers.Dense(
        targets.shape[1], kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L2(WEIGHT_DECAY)
    )
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])
    batches = -(-len(features) // BATCH)
    epochs = max(MIN_EPOCHS, STEPS // batches)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * batches)
    model.compile(keras.optimizers.Adam(schedule), masked)
    chance = np.random.default_rng(seed)
    for _ in range(epochs):
        for part in np.array_split(
            chance.permutation(len(features)) if batches > 1 else np.arange(len(features)), batches
        ):
            # Keras takes the mean over a batch. Multiplied by this factor, it becomes the sum over all batches.
            known = np.stack([targets[part], weights[part] * np.float32(len(part) * batches)], axis=-1)
            model.train_on_batch(features[part], known)
    kernel, bias = layer.get_weights()
    return kernel, bias
