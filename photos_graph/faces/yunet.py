"""YuNet in ONNX Runtime: it finds upright faces of 10 to 300 pixels, with five landmarks each. It runs in a worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx

from photos_graph.faces.sightings import Detections, Floats, Pixels, joined, no_detections
from photos_graph.onnx_session import open_session

STRIDES = 8, 16, 32  # pixels between the cells of each of the network's three grids
OVERLAPPING = 0.3  # two boxes that share more than this are one face
MOST = 5000  # of the most certain cells are looked at


class YuNet:
    """The detector with the weights of the file. OpenCV takes half as long again to run the same network.

    It finds what OpenCV's ``FaceDetectorYN`` finds, and in the same order.
    """

    def __init__(self, weights: Path, min_score: float) -> None:
        self._min_score = min_score
        self._session = open_session(_for_any_size(weights), os.cpu_count() or 1, varied=True)
        self._names = [each.name for each in self._session.get_outputs()]

    def __call__(self, picture: Pixels) -> Detections:
        """Returns the faces of a picture (height, width, 3) in RGB, the most certain first."""
        down, right = (-side % STRIDES[-1] for side in picture.shape[:2])
        padded = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_CONSTANT)
        found = self._session.run(None, {"input": cv2.dnn.blobFromImage(padded, swapRB=True)})
        seen = joined(list(self._cells(dict(zip(self._names, found, strict=True)), padded.shape[1])))
        if not len(seen):
            return no_detections()
        boxes = seen.boxes.astype(int).tolist()  # as OpenCV rounds them
        kept = cv2.dnn.NMSBoxes(boxes, seen.scores.tolist(), self._min_score, OVERLAPPING, top_k=MOST)
        return seen[np.asarray(kept, int).ravel()]

    def _cells(self, outputs: dict[str, Floats], width: int) -> Iterator[Detections]:
        """Yields the faces that the cells of each grid see. A cell tells how far from its corner the middle of the face
        and its landmarks are, and how large the face is."""
        for stride in STRIDES:
            sure, is_face, boxes, points = (outputs[f"{name}_{stride}"][0] for name in ("cls", "obj", "bbox", "kps"))
            scores = np.sqrt(sure.clip(0, 1) * is_face.clip(0, 1))[:, 0]
            cells = np.flatnonzero(scores >= self._min_score)
            corners = np.stack([cells % (width // stride), cells // (width // stride)], axis=1).astype(np.float32)
            middles, sizes = (boxes[cells, :2] + corners) * stride, np.exp(boxes[cells, 2:]) * stride
            landmarks = (points[cells].reshape(-1, 5, 2) + corners[:, None]) * stride
            yield Detections(np.concatenate([middles - sizes / 2, sizes], axis=1), landmarks, scores[cells])


def _for_any_size(weights: Path) -> bytes:
    """Returns the network of the file, which is for 640 x 640 pixels, for any multiple of the largest stride."""
    model: Any = onnx.load(weights)
    shape = model.graph.input[0].type.tensor_type.shape.dim
    shape[2].dim_param, shape[3].dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells of {output.name}"
    del model.graph.value_info[:]
    whole: bytes = model.SerializeToString()
    return whole
