"""Finds the faces in a picture: a box, five landmarks and a score for each.

A detector finds faces of certain sizes best; YuNet, those of 10 to 300 pixels. A picture is therefore searched several
times, first at a small size for its large faces, in all four directions, and then up to three times larger in each
step, up to its full size, in tiles, for its small faces.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.faces import catalogue
from photos_graph.faces.directions import in_all_directions, main_direction, turned, turned_back
from photos_graph.faces.sightings import Detections, Pixels, joined, no_detections, same_face
from photos_graph.faces.weights import FaceWeights

COARSE_EDGE = 640  # pixels; the size that YuNet was made for, at which it is most reliable
STEP = 3  # the largest ratio of two successive sizes
MIN_ENLARGEMENT = 1.5  # a picture must be this much larger to show smaller faces
TILE = 1120  # pixels; the largest edge that a detector gets, because larger ones take more memory and no less time
OVERLAP = 192  # pixels; a face up to this width is complete in at least one tile
EDGE_SHARE = 0.05  # share of the picture that is mirrored at its edges, so that faces cut by an edge are found

# The landmarks in a box of YuNet's, as shares of its width and height: their mean over LFW.
BOX_LANDMARKS = np.array(
    [[0.27, 0.385], [0.73, 0.385], [0.50, 0.585], [0.30, 0.735], [0.70, 0.735]],
    np.float32,
)


Look = Callable[[Pixels], Detections]  # takes a picture (height, width, 3) in RGB


def load_detector(name: str, min_score: float, home: Path) -> Callable[[Pixels], Detections]:
    """Loads a detector, and returns the function that finds the faces of a picture (height, width, 3) in RGB. ``home``
    has its weights, and is DEEPFACE_HOME.

    Raises BadInput for a name that is not in the catalogue. It imports the libraries of the model, so it must be called
    in a worker.
    """
    catalogue.detector(name)
    if name == "yunet":
        from photos_graph.faces.yunet import YuNet

        look = YuNet(FaceWeights(home).path(catalogue.YUNET), min_score)
        return lambda pixels: look_in_steps(look, pixels)
    from deepface.modules.modeling import build_model

    model = build_model(task="face_detector", model_name=name)
    return lambda pixels: _kept(_by_deepface(model, pixels, min_score), *pixels.shape[:2])


def look_in_steps(look: Look, picture: Pixels) -> Detections:
    """Returns the faces of all sizes in ``picture`` (height, width, 3), without duplicates. Small ones are found only
    in the direction in which most of the larger ones stand upright."""
    height, width = picture.shape[:2]
    first, *finer = edges(max(height, width))
    seen, scale = _shrunk(picture, first)
    coarse = in_all_directions(lambda part: _with_mirrored_edges(look, part), seen).moved(0, 0, 1 / scale)
    quarters = main_direction(_kept(coarse, height, width))
    upright = turned(picture, quarters) if finer else picture
    found = [coarse]
    for edge in finer:
        seen, scale = _shrunk(upright, edge)
        fine = _in_tiles(look, seen).moved(0, 0, 1 / scale)
        found.append(turned_back(fine, quarters, width, height))
    return _kept(joined(found), height, width)


def _shrunk(picture: Pixels, edge: int) -> tuple[Pixels, float]:
    """Returns the picture with this longest edge, and how much smaller that is."""
    import cv2

    height, width = picture.shape[:2]
    scale = edge / max(height, width)
    if scale == 1:
        return picture, scale
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk: Pixels = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return shrunk, scale


def edges(longest: int) -> list[int]:
    """Returns the longest edges at which a picture is searched, from the smallest."""
    if longest <= COARSE_EDGE * MIN_ENLARGEMENT:
        return [min(longest, COARSE_EDGE)]
    ratio = longest / COARSE_EDGE
    count = math.ceil(math.log(ratio, STEP) - 1e-9)
    return [round(COARSE_EDGE * ratio ** (step / count)) for step in range(count + 1)]


def _kept(found: Detections, height: int, width: int) -> Detections:
    """Keeps the most certain box of each face, if its centre is in the picture, and clips it to the picture."""
    centres = found.boxes[:, :2] + found.boxes[:, 2:] / 2
    found = found[((centres >= 0) & (centres < [width, height])).all(axis=1)]
    found = found[np.argsort(-found.scores, kind="stable")]
    chosen: list[int] = []
    for face, box in enumerate(found.boxes):
        if not same_face(found.boxes[chosen], box).any():
            chosen.append(face)
    return found[chosen]


def _with_mirrored_edges(look: Look, picture: Pixels) -> Detections:
    import cv2

    by = round(max(picture.shape[:2]) * EDGE_SHARE)
    if min(picture.shape[:2]) <= by:  # too narrow to be mirrored
        return look(picture)
    seen = cv2.copyMakeBorder(picture, by, by, by, by, cv2.BORDER_REFLECT_101)
    return look(seen).moved(-by, -by)  # type: ignore[arg-type]


def _in_tiles(look: Look, picture: Pixels) -> Detections:
    """Finds faces up to OVERLAP wide. Larger faces are found better in a smaller picture."""
    found = []
    for x, y, width, height in tiles(picture.shape[1], picture.shape[0]):
        part = look(np.ascontiguousarray(picture[y : y + height, x : x + width]))
        found.append(part[part.boxes[:, 2] <= OVERLAP].moved(x, y))
    return joined(found)


def tiles(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Yields x, y, width and height of the fewest tiles that cover the picture. They have the same size and overlap by
    at least OVERLAP."""
    for y, tile_height in _parts(height):
        for x, tile_width in _parts(width):
            yield x, y, tile_width, tile_height


def _parts(length: int) -> list[tuple[int, int]]:
    if length <= TILE:
        return [(0, length)]
    count = math.ceil((length - OVERLAP) / (TILE - OVERLAP))
    part = math.ceil((length + (count - 1) * OVERLAP) / count)
    return [(i * (length - part) // (count - 1), part) for i in range(count)]


def _by_deepface(model: Any, picture: Pixels, min_score: float) -> Detections:
    bgr = np.ascontiguousarray(picture[:, :, ::-1])
    regions = [each for each in model.detect_faces(bgr) if (each.confidence or 1) >= min_score]
    if not regions:
        return no_detections()
    unknown = (np.nan, np.nan)
    boxes = [(each.x, each.y, each.w, each.h) for each in regions]
    # DeepFace's left eye is the person's left, which is on the right in the picture.
    landmarks = [
        [point or unknown for point in (each.right_eye, each.left_eye, each.nose, each.mouth_right, each.mouth_left)]
        for each in regions
    ]
    scores = [min(each.confidence or 1, 1) for each in regions]
    return Detections(np.array(boxes, np.float32), np.array(landmarks, np.float32), np.array(scores, np.float32))
