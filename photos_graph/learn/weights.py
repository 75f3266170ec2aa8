"""The weights of the backbones, and their download by Keras."""

from __future__ import annotations

import sys
from pathlib import Path

from photos_graph.learn.catalogue import BackboneSpec
from photos_graph.weights import Progress, SourceUnavailable, WeightFile, WeightStore, run


class BackboneWeights(WeightStore[BackboneSpec]):
    """The weights of backbones. ``home`` is the folder that also holds the models for faces."""

    folder = "backbones"
    setting = "learn.weights"

    def downloaded(self, model: BackboneSpec, file: WeightFile, scratch: Path, progress: Progress) -> Path:
        """Downloads in a child process, because TensorFlow must not stay in this process."""
        if not model.keras:
            raise SourceUnavailable("Keras has no such model.")
        path = scratch / file.name
        command = [sys.executable, "-P", "-m", "photos_graph.learn.download", model.name, str(path)]
        environment = {"KERAS_HOME": str(scratch), "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
        output = run(command, environment, scratch, file, progress)
        if not path.is_file():
            raise SourceUnavailable(f"Keras's download failed ({output}).")
        return path
