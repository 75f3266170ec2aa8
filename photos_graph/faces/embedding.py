"""What makes a face comparable: a vector of length one for each aligned crop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.detection import Floats, Pixels

BATCH = 32  # crops, and their mirror images, in the network at once


def load_embedder(name: str) -> Callable[[list[Pixels]], Floats]:
    """Gives the vectors (n, dimensions) of n crops in RGB of the embedder's size. DEEPFACE_HOME must hold its weights.

    Raises BadInput for a name that is not in the table. Imports DeepFace: for worker processes.
    """
    row = catalogue.embedder(name)
    from deepface import DeepFace

    DeepFace.build_model(name)

    def represent(crops: list[Pixels]) -> Floats:
        rows = DeepFace.represent(
            [np.ascontiguousarray(crop[:, :, ::-1]) for crop in crops],
            model_name=name,
            detector_backend="skip",
            align=False,
            enforce_detection=False,
        )
        # For one crop it gives a list less.
        faces = [each[0] for each in rows] if len(crops) > 1 else rows
        return np.array([face["embedding"] for face in faces], np.float32)

    def embed(crops: list[Pixels]) -> Floats:
        vectors = np.zeros((len(crops), row.dimensions), np.float32)
        for start in range(0, len(crops), BATCH):
            part = crops[start : start + BATCH]
            both = represent([*part, *(np.ascontiguousarray(crop[:, ::-1]) for crop in part)])
            vectors[start : start + BATCH] = normalised(both[: len(part)] + both[len(part) :])
        return vectors

    return embed


def normalised(vectors: Floats) -> Floats:
    """Each row at length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled
