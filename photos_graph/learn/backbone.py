"""Describes pictures by features, which are the output of the last layers of a network that was trained on ImageNet.

It loads the network, so it must run in a worker.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.errors import BadInput, ModelUnavailable
from photos_graph.faces.embedding import normalised
from photos_graph.imports import hidden
from photos_graph.learn import catalogue, lite0
from photos_graph.learn.torch_file import read_tensors
from photos_graph.learn.weights import BackboneWeights

BATCH = 16  # pictures in one call of the network, which also gets their mirror images

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


class Backbone:
    """A loaded backbone of ``catalogue.BACKBONES``. Raises ModelUnavailable if its weights or TensorFlow are missing.

    ``home`` is the folder of ``BackboneWeights``. ``threads`` is the number of TensorFlow's threads in the process.
    """

    def __init__(self, name: str, home: Path, threads: int) -> None:
        row = catalogue.backbone(name)
        store = BackboneWeights(home)
        store.check(row)
        self.edge = row.edge
        self._keras = import_keras(home, threads)
        load = self._application if row.keras else self._lite0
        self._network = load(row, store.path(row.weights[0]))
        sizes = [int(layer.shape[-1]) for layer in self._network.outputs]
        self._layers, self.class_count = (sizes, 0) if row.keras else (sizes[:-1], sizes[-1])

    @property
    def dimensions(self) -> int:
        return sum(self._layers)

    def features(self, pictures: Pixels) -> Floats:
        """Returns vectors (n, dimensions) for pictures (n, edge, edge, 3) in RGB. A vector is the mean of those of the
        picture and of its mirror image, and consists of a part of length one for each layer that is used.
        """
        out = np.zeros((len(pictures), self.dimensions), np.float32)
        for start in range(0, len(pictures), BATCH):
            part = pictures[start : start + BATCH]
            seen = self._outputs(np.concatenate([part, part[:, :, ::-1]]))[: len(self._layers)]
            means = [layer[: len(part)] + layer[len(part) :] for layer in seen]
            out[start : start + BATCH] = np.concatenate([normalised(each) for each in means], axis=1)
        return out

    def classes(self, pictures: Pixels) -> Floats:
        """Returns the probabilities of ImageNet's classes (n, 1000). Raises BadInput if the weights have no classes."""
        if not self.class_count:
            raise BadInput("This backbone has no classes. Use EfficientNetLite0.")
        out = np.zeros((len(pictures), self.class_count), np.float32)
        for start in range(0, len(pictures), BATCH):
            logits = self._outputs(pictures[start : start + BATCH])[-1]
            raised = np.exp(logits - logits.max(axis=1, keepdims=True))
            out[start : start + BATCH] = raised / raised.sum(axis=1, keepdims=True)
        return out

    def _outputs(self, pictures: Pixels) -> list[Floats]:
        outputs = self._network.predict_on_batch(self._prepared(pictures))
        return outputs if isinstance(outputs, list) else [outputs]

    def _lite0(self, row: catalogue.BackboneSpec, path: Path) -> Any:
        self._prepared = lite0.prepared
        return lite0.build(read_tensors(path), row.edge)

    def _application(self, row: catalogue.BackboneSpec, path: Path) -> Any:
        make = getattr(self._keras.applications, row.name)
        prepare = sys.modules[make.__module__].preprocess_input
        self._prepared = lambda pictures: prepare(pictures.astype(np.float32))
        network = make(weights=None, include_top=False, pooling="avg", input_shape=(row.edge, row.edge, 3))
        try:
            network.load_weights(path)
        except Exception as error:  # HDF5 and Keras raise errors of many classes
            raise ModelUnavailable(
                f"The weights of {row.name} cannot be loaded. Fetch them again: photos-graph models --fetch"
            ) from error
        return network


def import_keras(home: Path, threads: int) -> Any:
    """Imports Keras on TensorFlow with that number of threads, configured for reproducible results. Raises
    ModelUnavailable.

    Keras reads its settings from ``home``, and not from the home folder of the user.
    """
    os.environ.update(KERAS_HOME=str(home / "keras"), KERAS_BACKEND="tensorflow")
    # TensorFlow's imports need a temporary folder, which Python finds by writing a file. A worker cannot write.
    tempfile.tempdir = tempfile.tempdir or str(home)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with hidden("pandas", "sklearn"):  # Keras imports both for wrappers that nothing here uses
            import keras
            import tensorflow as tf
    except ImportError as error:
        raise ModelUnavailable(
            f"{error.name or error} is not installed. Install it for learning: pip install 'photos-graph[ml]'"
        ) from None
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    return keras
