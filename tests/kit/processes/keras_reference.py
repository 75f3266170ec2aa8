"""Runs what only TensorFlow does in the tests of backbones.

``python -m tests.kit.processes.keras_reference WEIGHTS PICTURES OUTPUTS FILE HEADS``: the outputs of
EfficientNet-Lite0 in Keras for the array in PICTURES go into OUTPUTS, weights of chance of MobileNetV3Small into FILE,
and heads that Keras trains on ``head_examples`` into HEADS.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from photos_graph.learn.head import BATCH, LEARNING_RATE, MIN_EPOCHS, STEPS, WEIGHT_DECAY
from photos_graph.learn.lite0 import DEVIATION, EPSILON, FACTOR, MEAN, STAGES, STEM
from photos_graph.learn.torch_file import read_tensors
from tests.kit.head_examples import COUNTS, examples

layers = keras.layers
Tensors = dict[str, Any]


def network(tensors: Tensors, edge: int) -> Any:
    """The network as its authors describe it, with layers that are named after their tensors."""
    inputs = x = keras.Input((edge, edge, 3))
    x = normal(layers.Conv2D(STEM, 3, 2, "same", use_bias=False, name="_conv_stem")(x), "_bn0")
    number, ends = 0, []
    for stage in STAGES:
        for place in range(stage.blocks):
            x = block(x, f"_blocks.{number}", stage, stage.stride if place == 0 else 1, FACTOR if number else 1)
            number += 1
        ends.append(x)
    last = pooled(normal(layers.Conv2D(1280, 1, use_bias=False, name="_conv_head")(x), "_bn1"))
    model = keras.Model(inputs, [last, pooled(ends[-1]), pooled(ends[-3]), layers.Dense(1000, name="_fc")(last)])
    for layer in model.layers:
        if "_" in layer.name and (own := [tensors[name] for name in names(layer.name)]):
            layer.set_weights([turned(each, "depthwise" in layer.name) for each in own])
    return model


def normal(x: Any, name: str, active: bool = True) -> Any:
    x = layers.BatchNormalization(epsilon=EPSILON, name=name)(x)
    return layers.ReLU(6)(x) if active else x


def block(x: Any, name: str, stage: Any, stride: int, factor: int) -> Any:
    before = x
    if factor != 1:
        wide = before.shape[-1] * factor
        x = normal(layers.Conv2D(wide, 1, use_bias=False, name=f"{name}._expand_conv")(x), f"{name}._bn0")
    name_of_it = f"{name}._depthwise_conv"
    x = normal(layers.DepthwiseConv2D(stage.kernel, stride, "same", use_bias=False, name=name_of_it)(x), f"{name}._bn1")
    x = layers.Conv2D(stage.channels, 1, use_bias=False, name=f"{name}._project_conv")(x)
    x = normal(x, f"{name}._bn2", active=False)
    return layers.Add()([x, before]) if x.shape == before.shape else x


def pooled(x: Any) -> Any:
    return layers.GlobalAveragePooling2D()(x)


def names(layer: str) -> list[str]:
    """The tensors of a layer, in Keras's order."""
    if "_bn" in layer:
        return [f"{layer}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    return [f"{layer}.weight"] if "_conv" in layer else ["_fc.weight", "_fc.bias"] if layer == "_fc" else []


def turned(tensor: Any, depthwise: bool) -> Any:
    """PyTorch has the channels first."""
    if tensor.ndim == 4:
        return tensor.transpose(2, 3, 0, 1) if depthwise else tensor.transpose(2, 3, 1, 0)
    return tensor.T


def head(features: Any, targets: Any, weights: Any, seed: int) -> tuple[Any, Any]:
    """The head as Keras trains it: what ``learn/head.py`` says in the words of Keras."""
    ops, batches = keras.ops, -(-len(features) // BATCH)
    epochs = max(MIN_EPOCHS, STEPS // batches)

    def masked(known: Any, logits: Any) -> Any:
        target, weight = known[..., 0], known[..., 1]
        each = ops.maximum(logits, 0) - logits * target + ops.log1p(ops.exp(-ops.abs(logits)))
        return ops.sum(each * weight, axis=-1)

    decay = keras.regularizers.L2(WEIGHT_DECAY)
    layer = layers.Dense(targets.shape[1], kernel_initializer="zeros", kernel_regularizer=decay)
    model = keras.Sequential([keras.Input((features.shape[1],)), layer])
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * batches)
    model.compile(keras.optimizers.Adam(schedule), masked)
    chance = np.random.default_rng(seed)
    for _ in range(epochs):
        order = chance.permutation(len(features)) if batches > 1 else np.arange(len(features))
        for part in np.array_split(order, batches):
            known = np.stack([targets[part], weights[part] * np.float32(len(part) * batches)], axis=-1)
            model.train_on_batch(features[part], known)
    kernel, bias = layer.get_weights()
    return kernel, bias


if __name__ == "__main__":
    weights, given, results, file, heads = map(Path, sys.argv[1:])
    np.savez(heads, *(part for count in COUNTS for part in head(*examples(count), seed=count)))
    pictures = np.load(given)
    model = network(read_tensors(weights), pictures.shape[1])
    np.savez(results, *model.predict_on_batch((pictures.astype(np.float32) - MEAN) / DEVIATION))
    keras.applications.MobileNetV3Small(weights=None, include_top=False, pooling="avg").save_weights(file)
