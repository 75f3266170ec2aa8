"""Rates how well a face can be recognised, 0..1: by its size, its sharpness, its pose and how much of it is visible."""

from __future__ import annotations

import numpy as np

from photos_graph.faces.alignment import Matrix
from photos_graph.faces.sightings import Floats, Pixels

MAX_SCALE = 1.0  # pixels of the picture for each pixel of the crop; a higher scale does not improve recognition
SHARP_SHARE = 0.05  # share of the contrast that is in the finest details of a sharp crop
MIN_ASPECT = 0.05  # lowest value of one aspect, so that the others still count


def quality(crop: Pixels, landmarks: Matrix, box: Floats, scale: float, width: int, height: int) -> float:
    """Rates a face with ``crop`` (h, w, 3), ``landmarks`` (5, 2) and ``box`` (4,) in a picture of ``width`` x
    ``height`` pixels.

    ``scale`` is the number of pixels of the crop for each pixel of the picture.
    """
    aspects = (
        min(1.0, 1 / (scale * MAX_SCALE)),
        sharpness(crop),
        frontality(landmarks),
        inside(box, width, height),
    )
    product = 1.0
    for aspect in aspects:
        product *= max(MIN_ASPECT, min(1.0, aspect))
    return float(product ** (1 / len(aspects)))


def sharpness(crop: Pixels) -> float:
    """Returns the share (0..1) of the contrast that is between neighbouring pixels, so that dark pictures do not count
    as blurred."""
    grey = crop.astype(np.float32).mean(axis=2)
    height, width = grey.shape
    grey = grey[height // 5 : -height // 5, width // 5 : -width // 5]  # without the surroundings of the face
    fine = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(min(1.0, (fine.var() / max(float(grey.var()), 25.0)) / SHARP_SHARE))


def frontality(landmarks: Matrix) -> float:
    """Returns 1 for a face that looks into the camera, and values towards 0 for one in profile or turned far up or
    down. ``landmarks`` (5, 2)."""
    if not np.isfinite(landmarks).all():
        return 0.5  # unknown
    left, right, nose, left_mouth, right_mouth = landmarks
    eyes, mouth = (left + right) / 2, (left_mouth + right_mouth) / 2
    down, across = mouth - eyes, (right - left + right_mouth - left_mouth) / 2
    height, breadth = float(np.hypot(*down)), float(np.hypot(*across))
    if height == 0 or breadth == 0:
        return 0.0
    # In a turned head, the nose is off the middle, and the eyes are closer together than its height suggests.
    sideways = abs(float((nose - (eyes + mouth) / 2) @ across)) / breadth**2
    upwards = abs(float((nose - eyes) @ down) / height**2 - 0.55)
    return float(np.clip(1 - sideways / 0.6, 0, 1) * np.clip(1 - max(0.0, upwards - 0.1) / 0.5, 0, 1))


def inside(box: Floats, width: int, height: int) -> float:
    """Returns the share of the box (4,) that is inside the picture."""
    near, far = np.maximum(box[:2], 0), np.minimum(box[:2] + box[2:], [width, height])
    return float(np.prod(np.clip(far - near, 0, None)) / max(float(np.prod(box[2:])), 1e-6))
