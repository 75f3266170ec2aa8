"""The weights of the models for faces: their location, and their download by DeepFace."""

from __future__ import annotations

import sys
from pathlib import Path

from photos_graph.faces.catalogue import Detector, Embedder
from photos_graph.weights import Progress, SourceUnavailable, WeightFile, WeightState, WeightStore, run

__all__ = ["FaceWeights", "WeightState"]

Model = Detector | Embedder


class FaceWeights(WeightStore[Model]):
    """The weights of detectors and embedders. ``home`` is the folder that DeepFace calls DEEPFACE_HOME."""

    folder = ".deepface/weights"
    setting = "faces.weights"

    def downloaded(self, model: Model, file: WeightFile, scratch: Path, progress: Progress) -> Path:
        """Downloads in a child process, because the modules that DeepFace imports must not stay in this process."""
        kind = "face_detector" if isinstance(model, Detector) else "facial_recognition"
        command = [sys.executable, "-P", "-m", "photos_graph.faces.download", kind, model.name]
        environment = {"DEEPFACE_HOME": str(scratch), "DEEPFACE_BACKEND_ENGINE": "onnx"}
        output = run(command, environment, scratch, file, progress)
        path = scratch / self.folder / file.name
        if not path.is_file():
            raise SourceUnavailable(f"DeepFace's download failed ({output}).")
        return path
