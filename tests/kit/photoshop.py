"""Photoshop files, made by the format's description."""

from __future__ import annotations

import struct

import numpy as np
import PIL.Image
from numpy.typing import NDArray

GREY, RGB, CMYK, LAB = 1, 3, 4, 9


def psd(planes: NDArray[np.uint8], mode: int, depth: int = 8, version: int = 1, resources: bytes = b"") -> bytes:
    channels, height, width = planes.shape
    samples = planes.astype(">u2") * 257 if depth == 16 else planes
    return b"".join(
        (
            struct.pack(">4sH6xHIIHH", b"8BPS", version, channels, height, width, depth, mode),
            struct.pack(">I", 0),  # colours of a palette
            struct.pack(">I", len(resources)) + resources,
            struct.pack(">I" if version == 1 else ">Q", 0),  # layers
            struct.pack(">H", 0) + samples.tobytes(),  # the merged picture, not compressed
        )
    )


def resource(number: int, data: bytes) -> bytes:
    return struct.pack(">4sH2xI", b"8BIM", number, len(data)) + data + b"\0" * (len(data) % 2)


def planes(picture: PIL.Image.Image) -> NDArray[np.uint8]:
    return np.atleast_3d(np.asarray(picture)).transpose(2, 0, 1)
