"""Keras on TensorFlow, and the networks of ``keras.applications``. It must run in a worker."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photos_graph.errors import ModelUnavailable
from photos_graph.imports import hidden
from photos_graph.learn.catalogue import BackboneSpec

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


class KerasNetwork:
    """A network of ``keras.applications`` with the weights of the file. Raises ModelUnavailable."""

    class_count = 0

    def __init__(self, row: BackboneSpec, weights: Path, home: Path, threads: int) -> None:
        make = getattr(import_keras(home, threads).applications, row.name)
        self._prepare = sys.modules[make.__module__].preprocess_input
        self._network = make(weights=None, include_top=False, pooling="avg", input_shape=(row.edge, row.edge, 3))
        try:
            self._network.load_weights(weights)
        except Exception as error:  # HDF5 and Keras raise errors of many classes
            raise ModelUnavailable(
                f"The weights of {row.name} cannot be loaded. Fetch them again: photos-graph models --fetch"
            ) from error
        self.layers = tuple(int(layer.shape[-1]) for layer in self._network.outputs)

    def outputs(self, pictures: Pixels) -> list[Floats]:
        return [self._network.predict_on_batch(self._prepare(pictures.astype(np.float32)))]


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
            f"{error.name or error} is not installed. Install it: pip install 'photos-graph[ml]'"
        ) from None
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    return keras
