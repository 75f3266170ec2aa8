"""Runs networks of the sizes of those with which Immich finds and describes faces: for each line of standard input, a
JSON list of path and number of faces, it prints the seconds of one picture.

Their weights cannot be had everywhere, and the time does not depend on them, so that these are drawn at random. The
detector has the layers of SCRFD-10GF (Guo et al. 2021, "Sample and Computation Redistribution for Efficient Face
Detection"), for a picture of 640 x 640 pixels; the embedder is the ResNet-50 of ArcFace (Deng et al. 2019), for
112 x 112 pixels. What these do beside convolutions (thresholds, suppression of boxes, alignment) is left out.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pyvips
from onnx import TensorProto, helper, numpy_helper

from benchmarks.peers.vips import NICENESS
from photos_graph.onnx_session import open_session

SEEN, FACE = 640, 112  # pixels; the edges of what the two networks take
STAGES, WIDTHS = (3, 4, 2, 3), (56, 88, 88, 224)  # of the detector's ResNet: blocks and channels
HEAD_WIDTH, HEAD_LAYERS, ANCHORS, VALUES = 80, 3, 2, 15  # 15 for an anchor: score, box, five landmarks
ARCFACE = ((3, 64), (4, 128), (14, 256), (3, 512))  # blocks and channels
DIMENSIONS = 512


class Network:
    """Layers that are put one behind the other. Values are named by numbers."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._chance = np.random.default_rng(1)

    def layer(self, kind: str, taken: Sequence[str], shapes: Sequence[Sequence[int]] = (), **attributes: Any) -> str:
        """Adds a layer with weights of these shapes, and returns the name of its result."""
        name = str(len(self._nodes))
        given = []
        for number, shape in enumerate(shapes):
            values = self._chance.normal(0, 0.05, shape).astype(np.float32)
            self._weights.append(numpy_helper.from_array(values, f"{name}.{number}"))
            given.append(f"{name}.{number}")
        self._nodes.append(helper.make_node(kind, [*taken, *given], [name], **attributes))
        return name

    def convolution(self, taken: str, before: int, after: int, stride: int = 1, size: int = 3) -> str:
        shapes = ((after, before, size, size), (after,))
        return self.layer("Conv", [taken], shapes, strides=[stride] * 2, pads=[size // 2] * 4)

    def activated(self, taken: str, before: int, after: int, stride: int = 1, size: int = 3) -> str:
        return self.layer("Relu", [self.convolution(taken, before, after, stride, size)])

    def block(self, taken: str, before: int, after: int, stride: int) -> str:
        """Adds a block of two convolutions and a way past them."""
        first = self.activated(taken, before, after)
        second = self.convolution(first, after, after, stride)
        past = taken if (before, stride) == (after, 1) else self.convolution(taken, before, after, stride, 1)
        return self.layer("Relu", [self.layer("Add", [second, past])])

    def built(self, edge: int, results: Sequence[str]) -> bytes:
        taken = helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, edge, edge])
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in results]
        graph = helper.make_graph(self._nodes, "network", [taken], given, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        return bytes(model.SerializeToString())


def detector() -> bytes:
    network, half = Network(), WIDTHS[0] // 2
    at = network.activated("picture", 3, half, 2)
    at = network.activated(network.activated(at, half, half), half, WIDTHS[0])
    at = network.layer("MaxPool", [at], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    before, levels = WIDTHS[0], []
    for number, (blocks, after) in enumerate(zip(STAGES, WIDTHS, strict=True)):
        for block in range(blocks):
            at = network.block(at, before, after, 2 if number and not block else 1)
            before = after
        levels.append((at, after))
    results = []
    for level, width in levels[1:]:
        at = network.activated(network.convolution(level, width, WIDTHS[0], size=1), WIDTHS[0], WIDTHS[0])
        before = WIDTHS[0]
        for _ in range(HEAD_LAYERS):
            at, before = network.activated(at, before, HEAD_WIDTH), HEAD_WIDTH
        results.append(network.convolution(at, HEAD_WIDTH, ANCHORS * VALUES))
    return network.built(SEEN, results)


def embedder() -> bytes:
    network = Network()
    at, before = network.activated("picture", 3, 64), 64
    for blocks, after in ARCFACE:
        for block in range(blocks):
            at, before = network.block(at, before, after, 1 if block else 2), after
    edge = FACE // 2 ** len(ARCFACE)
    flat = network.layer("Flatten", [at])
    return network.built(FACE, [network.layer("Gemm", [flat], ((before * edge * edge, DIMENSIONS), (DIMENSIONS,)))])


def main() -> None:
    os.nice(NICENESS)
    detect, embed = (open_session(network(), os.cpu_count() or 1) for network in (detector, embedder))
    for line in sys.stdin:
        path, faces = json.loads(line)
        start = time.perf_counter()
        picture = pyvips.Image.thumbnail(path, SEEN).gravity("centre", SEEN, SEEN)
        pixels = np.ascontiguousarray(picture.numpy()[:, :, :3].transpose(2, 0, 1)[None], np.float32)
        detect.run(None, {"picture": (pixels - 127.5) / 128})
        for _ in range(faces):  # Immich describes one face at a time
            embed.run(None, {"picture": (pixels[:, :, :FACE, :FACE] - 127.5) / 128})
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
