"""Describes pictures by features, which are the output of the last layers of a network that was trained on ImageNet.

It loads the network, so it must run in a worker.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from photos_graph.errors import BadInput, ModelUnavailable
from photos_graph.faces.embedding import normalised
from photos_graph.learn import catalogue
from photos_graph.learn.weights import BackboneWeights

# Pictures in one call of the network, which also gets their mirror images. Larger calls are not faster; with 16, the
# network needs 200 MB more.
BATCH = 4

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


class Network(Protocol):
    """A loaded network. ``layers`` are the lengths of the layers that describe a picture. ``class_count`` is the number
    of ImageNet's classes of which it puts out logits, or 0."""

    @property
    def layers(self) -> tuple[int, ...]: ...

    @property
    def class_count(self) -> int: ...

    def outputs(self, pictures: Pixels) -> list[Floats]:
        """Returns the layers (n, length), and then the logits, for pictures (n, edge, edge, 3) in RGB."""


class Backbone:
    """A loaded backbone of ``catalogue.BACKBONES``. Raises ModelUnavailable if its weights or libraries are missing.

    ``home`` is the folder of ``BackboneWeights``. ``threads`` is the number of threads in which the network runs.
    """

    def __init__(self, name: str, home: Path, threads: int) -> None:
        row = catalogue.backbone(name)
        store = BackboneWeights(home)
        store.check(row)
        if (advice := row.how_to_install) is not None:
            raise ModelUnavailable(f"{name} cannot be used, because a library is missing. {advice}")
        self.edge = row.edge
        self._network = _loaded(row, store.path(row.weights[0]), home, threads)

    @property
    def dimensions(self) -> int:
        return sum(self._network.layers)

    @property
    def class_count(self) -> int:
        return self._network.class_count

    def features(self, pictures: Pixels) -> Floats:
        """Returns vectors (n, dimensions) for pictures (n, edge, edge, 3) in RGB. A vector is the mean of those of the
        picture and of its mirror image, and consists of a part of length one for each layer that is used.
        """
        out = np.zeros((len(pictures), self.dimensions), np.float32)
        for start in range(0, len(pictures), BATCH):
            part = pictures[start : start + BATCH]
            seen = self._network.outputs(np.concatenate([part, part[:, :, ::-1]]))[: len(self._network.layers)]
            means = [layer[: len(part)] + layer[len(part) :] for layer in seen]
            out[start : start + BATCH] = np.concatenate([normalised(each) for each in means], axis=1)
        return out

    def classes(self, pictures: Pixels) -> Floats:
        """Returns the probabilities of ImageNet's classes (n, 1000). Raises BadInput if the weights have no classes."""
        if not self.class_count:
            raise BadInput("This backbone has no classes. Use EfficientNetLite0.")
        out = np.zeros((len(pictures), self.class_count), np.float32)
        for start in range(0, len(pictures), BATCH):
            logits = self._network.outputs(pictures[start : start + BATCH])[-1]
            raised = np.exp(logits - logits.max(axis=1, keepdims=True))
            out[start : start + BATCH] = raised / raised.sum(axis=1, keepdims=True)
        return out


def _loaded(row: catalogue.BackboneSpec, weights: Path, home: Path, threads: int) -> Network:
    """Imports only the libraries of that network."""
    if row.keras:
        from photos_graph.learn.keras_networks import KerasNetwork

        return KerasNetwork(row, weights, home, threads)
    from photos_graph.learn.lite0 import Lite0

    return Lite0(weights, row.edge, threads)
