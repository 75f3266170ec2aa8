"""Finds faces that do not stand upright in the picture: in a sideways scan, upside down, or of somebody who lies.

A detector was trained on upright faces. It finds few of the others, and gives those that it finds the landmarks of an
upright face, so that their vectors resemble nobody. A face is therefore looked for in four directions, and the look in
which it stands upright is the most certain one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from photos_graph.faces.sightings import Detections, Floats, Pixels, joined

QUARTERS = 4  # directions, each a quarter turn anticlockwise from the one before; 0 is the picture as it is
# The lowest score of a face that does not stand upright. Measured on LFW, 95 % of upright faces have at least 0.91, and
# 95 % of those that are found in the wrong direction less than 0.89.
TURNED = 0.85

Find = Callable[[Pixels], Detections]


def turned(picture: Pixels, quarters: int) -> Pixels:
    """Returns the picture (height, width, 3), turned anticlockwise."""
    return np.ascontiguousarray(np.rot90(picture, quarters))


def turned_back(found: Detections, quarters: int, width: int, height: int) -> Detections:
    """Returns detections in a picture of ``width`` x ``height`` pixels, of which ``found`` are those in the turned one.

    The landmarks stay those of the same parts of the face, so that they tell how the face is turned.
    """
    near, far = found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]
    corners = _points_back(np.stack([near, far], axis=1), quarters, width, height)
    low, high = corners.min(axis=1), corners.max(axis=1)
    boxes = np.concatenate([low, high - low], axis=1).astype(np.float32)
    return Detections(boxes, _points_back(found.landmarks, quarters, width, height), found.scores)


def _points_back(points: Floats, quarters: int, width: int, height: int) -> Floats:
    """Returns points (n, m, 2), which are x and y in the turned picture, in the one that was turned."""
    x, y = points[..., 0], points[..., 1]
    back = {0: (x, y), 1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}[quarters % QUARTERS]
    return np.stack(back, axis=-1).astype(np.float32)


def in_all_directions(find: Find, picture: Pixels) -> Detections:
    """Returns the faces that ``find`` sees in the picture in any direction, with duplicates."""
    height, width = picture.shape[:2]
    parts = [find(picture)]
    for quarters in range(1, QUARTERS):
        found = find(turned(picture, quarters))
        parts.append(turned_back(found[found.scores >= TURNED], quarters, width, height))
    return joined(parts)


def main_direction(found: Detections) -> int:
    """Returns by how many quarters the picture must be turned so that most of its faces are upright, weighed by their
    scores."""
    weights = [0.0] * QUARTERS
    for landmarks, score in zip(found.landmarks, found.scores.tolist(), strict=True):
        weights[direction_of(landmarks)] += score
    return weights.index(max(weights))


def direction_of(landmarks: Floats) -> int:
    """Returns by how many quarters a picture must be turned so that the face with these landmarks (5, 2) is upright."""
    down = (landmarks[3] + landmarks[4] - landmarks[0] - landmarks[1]) / 2
    # The angle is 0 for an upright face, and a quarter for one whose chin is on the left.
    return round(float(np.arctan2(-down[0], down[1])) / (np.pi / 2)) % QUARTERS
