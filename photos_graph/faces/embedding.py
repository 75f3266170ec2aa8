"""Turns aligned crops of faces into vectors of length one, which can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.sightings import Floats, Pixels
from photos_graph.faces.weights import FaceWeights

BATCH = 32  # crops in one call of the network, which also gets their mirror images

Represent = Callable[[Sequence[Pixels]], Floats]  # takes crops in BGR, as DeepFace and OpenCV use them


def load_embedder(name: str, home: Path) -> Callable[[list[Pixels]], Floats]:
    """Loads an embedder, and returns the function that turns n crops in RGB, of the embedder's size, into vectors (n,
    dimensions). ``home`` has its weights, and is DEEPFACE_HOME.

    Raises BadInput for a name that is not in the catalogue. It imports the libraries of the model, so it must be called
    in a worker.
    """
    row = catalogue.embedder(name)
    represent = _sface(FaceWeights(home).path(catalogue.SFACE)) if name == "SFace" else _by_deepface(name)

    def embed(crops: list[Pixels]) -> Floats:
        vectors = np.zeros((len(crops), row.dimensions), np.float32)
        for start in range(0, len(crops), BATCH):
            part = crops[start : start + BATCH]
            both = [*part, *(crop[:, ::-1] for crop in part)]
            seen = represent([np.ascontiguousarray(crop[:, :, ::-1]) for crop in both])
            vectors[start : start + BATCH] = normalised(seen[: len(part)] + seen[len(part) :])
        return vectors

    return embed


def _sface(weights: Path) -> Represent:
    """Calls OpenCV directly. It takes a quarter of the time that the file takes in ONNX Runtime, in which DeepFace runs
    it, because there the constants of the file count as inputs that may change."""
    import cv2

    model = cv2.FaceRecognizerSF.create(str(weights), "")
    return lambda crops: np.concatenate([np.array(model.feature(crop), np.float32) for crop in crops])


def _by_deepface(name: str) -> Represent:
    from deepface import DeepFace

    DeepFace.build_model(name)

    def represent(crops: Sequence[Pixels]) -> Floats:
        rows = DeepFace.represent(
            list(crops), model_name=name, detector_backend="skip", align=False, enforce_detection=False
        )
        # For a single crop, DeepFace returns one level of lists less.
        faces = [each[0] for each in rows] if len(crops) > 1 else rows
        return np.array([face["embedding"] for face in faces], np.float32)

    return represent


def normalised(vectors: Floats) -> Floats:
    """Scales each row to length one. A row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled
