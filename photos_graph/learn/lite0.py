"""EfficientNet-Lite0 in Keras, with the weights of its PyTorch file. It imports Keras, so it runs in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.errors import ModelUnavailable

EPSILON = 1e-3  # constant of batch normalisation
FACTOR = 6  # expansion factor of each block except the first
STEM, HEAD, CLASSES = 32, 1280, 1000

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Stage:
    kernel: int
    stride: int
    channels: int
    blocks: int


STAGES = (
    _Stage(3, 1, 16, 1),
    _Stage(3, 2, 24, 2),
    _Stage(5, 2, 40, 2),
    _Stage(3, 2, 80, 3),
    _Stage(5, 1, 112, 3),
    _Stage(5, 2, 192, 4),
    _Stage(3, 1, 320, 1),
)


def prepared(pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Scales pictures (n, 224, 224, 3) in RGB as the network was trained."""
    scaled: npt.NDArray[np.float32] = (pictures.astype(np.float32) - np.float32(127)) / np.float32(128)
    return scaled


def build(tensors: Mapping[str, Array], edge: int) -> Any:
    """Returns a Keras model from pictures (n, edge, edge, 3), ``prepared``, to the pooled 1,280, 320 and 112 channels
    of the last layers and the logits of ImageNet's 1,000 classes. Raises ModelUnavailable if a tensor does not fit."""
    import keras

    model = _network(keras, edge)
    try:
        for layer in model.layers:
            if wanted := _names(layer.name):
                layer.set_weights(_turned(layer, [tensors[name] for name in wanted]))
    except (KeyError, ValueError) as error:
        raise ModelUnavailable(f"The file does not contain the weights of EfficientNet-Lite0 ({error}).") from error
    return model


def _network(keras: Any, edge: int) -> Any:
    """Builds the network. Layers have the names of their tensors."""
    layers = keras.layers

    def normalised(x: Any, name: str, active: bool = True) -> Any:
        x = layers.BatchNormalization(epsilon=EPSILON, name=name)(x)
        return layers.ReLU(6)(x) if active else x

    def convolved(x: Any, name: str, channels: int, kernel: int = 1, stride: int = 1) -> Any:
        return layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=name)(x)

    def block(x: Any, name: str, stage: _Stage, stride: int, factor: int) -> Any:
        before = x
        if factor != 1:
            x = normalised(convolved(x, f"{name}._expand_conv", before.shape[-1] * factor), f"{name}._bn0")
        x = layers.DepthwiseConv2D(stage.kernel, stride, "same", use_bias=False, name=f"{name}._depthwise_conv")(x)
        x = normalised(x, f"{name}._bn1")
        x = normalised(convolved(x, f"{name}._project_conv", stage.channels), f"{name}._bn2", active=False)
        return layers.Add()([x, before]) if x.shape == before.shape else x

    def pooled(x: Any) -> Any:
        return layers.GlobalAveragePooling2D()(x)

    inputs = x = keras.Input((edge, edge, 3))
    x = normalised(convolved(x, "_conv_stem", STEM, 3, 2), "_bn0")
    number, ends = 0, []
    for stage in STAGES:
        for place in range(stage.blocks):
            x = block(x, f"_blocks.{number}", stage, stage.stride if place == 0 else 1, FACTOR if number else 1)
            number += 1
        ends.append(x)
    last = pooled(normalised(convolved(x, "_conv_head", HEAD), "_bn1"))
    logits = layers.Dense(CLASSES, name="_fc")(last)
    return keras.Model(inputs, [last, pooled(ends[-1]), pooled(ends[-3]), logits])


def _names(layer: str) -> list[str]:
    """Returns the names of a layer's tensors, in Keras's order."""
    if "_bn" in layer:
        return [f"{layer}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    if "_conv" in layer:
        return [f"{layer}.weight"]
    return ["_fc.weight", "_fc.bias"] if layer == "_fc" else []


def _turned(layer: Any, tensors: Sequence[Array]) -> list[Array]:
    """Moves the channels to the end; PyTorch has them first."""
    first, *others = tensors
    if first.ndim == 4:
        first = first.transpose(2, 3, 0, 1) if "depthwise" in layer.name else first.transpose(2, 3, 1, 0)
    elif first.ndim == 2:
        first = first.T
    return [first, *others]
