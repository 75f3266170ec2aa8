"""The faces that a detector sees in a picture, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SAME_IOU, SAME_SHARE = 0.35, 0.65  # overlap of two boxes of one face: of their union, or of the smaller one


@dataclass(frozen=True, slots=True)
class Detections:
    """The n faces of a picture in its pixels, the most certain first.

    ``boxes`` (n, 4) are x, y, width and height. ``landmarks`` (n, 5, 2) are the eye on the left of the upright face,
    the other eye, the tip of the nose, and the left and right corner of the mouth; they are NaN if the detector does
    not give them. ``scores`` (n,) are 0..1.
    """

    boxes: Floats
    landmarks: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, chosen: Any) -> Detections:
        return Detections(self.boxes[chosen], self.landmarks[chosen], self.scores[chosen])

    def moved(self, x: float, y: float, scale: float = 1.0) -> Detections:
        """Returns the detections with each point p replaced by p * scale + (x, y)."""
        offset = np.array([x, y], np.float32)
        boxes = self.boxes * np.float32(scale)
        boxes[:, :2] += offset
        return Detections(boxes, self.landmarks * np.float32(scale) + offset, self.scores)


def no_detections() -> Detections:
    return Detections(np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32), np.zeros(0, np.float32))


def joined(parts: list[Detections]) -> Detections:
    parts = parts or [no_detections()]
    return Detections(
        np.concatenate([each.boxes for each in parts]),
        np.concatenate([each.landmarks for each in parts]),
        np.concatenate([each.scores for each in parts]),
    )


def same_face(boxes: Floats, box: Floats) -> npt.NDArray[np.bool_]:
    """Returns which of ``boxes`` (n, 4) show the same face as ``box`` (4,), as (n,)."""
    near = np.maximum(boxes[:, :2], box[:2])
    far = np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
    shared = np.prod(np.clip(far - near, 0, None), axis=1)
    areas, area = np.prod(boxes[:, 2:], axis=1), np.prod(box[2:])
    same: npt.NDArray[np.bool_] = (shared > SAME_IOU * (areas + area - shared)) | (
        shared > SAME_SHARE * np.minimum(areas, area)
    )
    return same
