"""Turns aligned crops of faces into vectors of length one, which can be compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.sightings import Floats, Pixels

BATCH = 32  # crops in one call of the network, which also gets their mirror images


def load_embedder(name: str) -> Callable[[list[Pixels]], Floats]:
    """Loads an embedder, and returns the function that turns n crops in RGB, of the embedder's size, into vectors (n,
    dimensions). DEEPFACE_HOME must contain its weights.

    Raises BadInput for a name that is not in the catalogue. It imports DeepFace, so it must be called in a worker.
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
        # For a single crop, DeepFace returns one level of lists less.
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
    """Scales each row to length one. A row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled
