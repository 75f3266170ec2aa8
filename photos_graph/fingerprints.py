"""Fingerprints of faces: the first numbers of a face's vector, by which it is seen that the vector is the same."""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt

NUMBERS = 3
BYTES = 4 * NUMBERS
CHARACTERS = 4 * BYTES // 3  # at the beginning of a vector as the graph stores it: base64 of float32, little-endian


def fingerprints_of(vectors: npt.NDArray[np.float32]) -> bytes:
    """Of vectors (n, dimensions), one after the other."""
    return vectors[:, :NUMBERS].astype("<f4").tobytes()


def fingerprint_texts(fingerprints: bytes) -> npt.NDArray[np.bytes_]:
    """As the graph has them (n,)."""
    # BYTES is a multiple of three, so that the texts of all together are those of each, one after the other.
    return np.frombuffer(base64.b64encode(fingerprints), f"S{CHARACTERS}")
