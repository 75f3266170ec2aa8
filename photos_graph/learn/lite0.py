"""EfficientNet-Lite0 in ONNX, with the weights of its PyTorch file. It imports ONNX, so it runs in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from photos_graph.errors import ModelUnavailable
from photos_graph.learn.catalogue import HEAD
from photos_graph.learn.torch_file import read_tensors
from photos_graph.onnx_session import open_session

EPSILON = 1e-3  # constant of batch normalisation
FACTOR = 6  # expansion factor of each block except the first
STEM, CLASSES = 32, 1000
MEAN, DEVIATION = 127.0, 128.0  # the network was trained on pictures that were scaled by these
INPUT = "pictures"
OPSET, FORMAT = 17, 8  # versions of ONNX's operators and files that all releases of ONNX Runtime since 1.12 read

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


class Lite0:
    """The network with the weights of the file, in ONNX Runtime. Raises ModelUnavailable."""

    layers = HEAD, STAGES[-1].channels, STAGES[-3].channels
    class_count = CLASSES

    def __init__(self, weights: Path, edge: int, threads: int) -> None:
        self._session = open_session(build(read_tensors(weights), edge).SerializeToString(), threads)

    def outputs(self, pictures: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        found: list[npt.NDArray[np.float32]] = self._session.run(None, {INPUT: pictures})
        return found


def build(tensors: Mapping[str, Array], edge: int) -> ModelProto:
    """Returns a network from pictures (n, edge, edge, 3) in RGB to the pooled 1,280, 320 and 112 channels of the last
    layers and the logits of ImageNet's 1,000 classes. Raises ModelUnavailable if a tensor is missing or does not fit.

    Batch normalisation is part of the weights of the convolutions.
    """
    try:
        return _network(_Graph(tensors), edge)
    except (KeyError, ValueError) as error:
        raise ModelUnavailable(f"The file does not contain the weights of EfficientNet-Lite0 ({error}).") from error


def _network(graph: _Graph, edge: int) -> ModelProto:
    x = graph.prepared(INPUT)
    x = graph.convolved(x, "_conv_stem", "_bn0", STEM, before=3, kernel=3, stride=2)
    before, number, ends = STEM, 0, []
    for stage in STAGES:
        for place in range(stage.blocks):
            stride = stage.stride if place == 0 else 1
            x = _block(graph, x, f"_blocks.{number}", stage, before, stride, FACTOR if number else 1)
            before, number = stage.channels, number + 1
        ends.append((x, stage.channels))
    last = graph.pooled(graph.convolved(x, "_conv_head", "_bn1", HEAD, before))
    pooled = [(last, HEAD), *((graph.pooled(end), channels) for end, channels in (ends[-1], ends[-3]))]
    outputs = [*pooled, (graph.dense(last, "_fc", CLASSES, HEAD), CLASSES)]
    return graph.model([None, edge, edge, 3], outputs)


def _block(graph: _Graph, x: str, name: str, stage: _Stage, before: int, stride: int, factor: int) -> str:
    wide, given = before * factor, x
    if factor != 1:
        x = graph.convolved(x, f"{name}._expand_conv", f"{name}._bn0", wide, before)
    depthwise = f"{name}._depthwise_conv"
    x = graph.convolved(x, depthwise, f"{name}._bn1", wide, 1, stage.kernel, stride, groups=wide)
    x = graph.convolved(x, f"{name}._project_conv", f"{name}._bn2", stage.channels, wide, active=False)
    return graph.add(x, given) if (stride, before) == (1, stage.channels) else x


@dataclass(slots=True)
class _Graph:
    """A graph that grows. Its methods add nodes, and return the names of what these put out."""

    tensors: Mapping[str, Array]
    nodes: list[NodeProto] = field(default_factory=list)
    weights: dict[str, TensorProto] = field(default_factory=dict)

    def prepared(self, x: str) -> str:
        """Scales bytes (n, height, width, channels) as the network was trained, and moves the channels to where
        convolutions want them."""
        x = self._node("Cast", [x], to=TensorProto.FLOAT)
        x = self._node("Sub", [x, self._weight("mean", np.float32(MEAN))])
        x = self._node("Div", [x, self._weight("deviation", np.float32(DEVIATION))])
        return self._node("Transpose", [x], perm=[0, 3, 1, 2])

    def convolved(
        self,
        x: str,
        name: str,
        normal: str,
        channels: int,
        before: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        active: bool = True,
    ) -> str:
        """Convolves with the tensors ``name`` and then normalises with the tensors ``normal``."""
        scale, shift, mean, variance = (
            self._tensor(f"{normal}.{part}", channels) for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = scale / np.sqrt(variance + EPSILON)
        turned = self._tensor(f"{name}.weight", channels, before, kernel, kernel) * scale[:, None, None, None]
        inputs = [x, self._weight(f"{name}.weight", turned), self._weight(f"{name}.bias", shift - mean * scale)]
        # As in TensorFlow, in which the network was trained: of an odd number of added pixels, the end gets more.
        x = self._node(
            "Conv", inputs, auto_pad="SAME_UPPER", strides=[stride] * 2, kernel_shape=[kernel] * 2, group=groups
        )
        if not active:
            return x
        return self._node("Clip", [x, self._weight("zero", np.float32(0)), self._weight("six", np.float32(6))])

    def pooled(self, x: str) -> str:
        return self._node("Flatten", [self._node("GlobalAveragePool", [x])])

    def dense(self, x: str, name: str, channels: int, before: int) -> str:
        weight, bias = self._tensor(f"{name}.weight", channels, before), self._tensor(f"{name}.bias", channels)
        return self._node(
            "Gemm", [x, self._weight(f"{name}.weight", weight), self._weight(f"{name}.bias", bias)], transB=1
        )

    def add(self, x: str, y: str) -> str:
        return self._node("Add", [x, y])

    def model(self, shape: list[int | None], outputs: list[tuple[str, int]]) -> ModelProto:
        given = [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, shape)]
        found = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, size]) for name, size in outputs]
        graph = helper.make_graph(self.nodes, "EfficientNetLite0", given, found, list(self.weights.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FORMAT)

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{kind} {len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def _weight(self, name: str, values: Array | np.floating[Any]) -> str:
        self.weights[name] = numpy_helper.from_array(np.asarray(values, np.float32), name)
        return name

    def _tensor(self, name: str, *shape: int) -> Array:
        """Returns a tensor with so many digits that what is computed of it is exact. Raises KeyError and ValueError."""
        found = self.tensors[name]
        if found.shape != shape:
            raise ValueError(f"{name} has the shape {found.shape} in place of {shape}")
        return found.astype(np.float64)
