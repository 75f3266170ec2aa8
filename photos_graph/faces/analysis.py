"""Finds the faces in a picture, with the box, score, quality and vector of each. It loads the models, so it must run in
a worker."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photos_graph.errors import ModelUnavailable
from photos_graph.faces import alignment, catalogue
from photos_graph.faces.detection import load_detector
from photos_graph.faces.embedding import load_embedder
from photos_graph.faces.quality import quality
from photos_graph.faces.sightings import Detections, Floats, Pixels, joined, no_detections, same_face
from photos_graph.faces.weights import FaceWeights

SMALL_WIDTH = 48  # pixels; faces narrower than this are small
MIN_SMALL_FACES = 4  # from this number of small faces on, a larger picture is worth searching
SEARCH_MARGIN = 0.5  # margin around a drawn box in which landmarks are searched for, as a share of the box


@dataclass(frozen=True, slots=True)
class Found:
    """The n faces of a picture, the most certain first. ``boxes`` (n, 4) are x, y, width and height as shares (0..1) of
    the picture. ``scores`` and ``qualities`` (n,) are 0..1. ``vectors`` (n, dimensions) have length one. ``many_small``
    says that a larger picture may show more faces."""

    boxes: Floats
    scores: Floats
    qualities: Floats
    vectors: Floats
    many_small: bool = False

    def __len__(self) -> int:
        return len(self.scores)


class Finder:
    """A loaded detector and embedder. Raises ModelUnavailable if one of their files or libraries is missing.

    ``home`` is the folder of ``FaceWeights``. It sets DeepFace's environment, so a process can use only one.
    """

    def __init__(self, detector: str, embedder: str, home: Path, min_score: float) -> None:
        self._row = catalogue.embedder(embedder)
        detector_row = catalogue.detector(detector)
        FaceWeights(home).check(detector_row, self._row)
        # With TensorFlow, DeepFace would take ten times as long to start and need four times the memory.
        os.environ.update(DEEPFACE_HOME=str(home), DEEPFACE_BACKEND_ENGINE="onnx")
        try:
            self._detect = load_detector(detector, min_score, home)
            self._embed = load_embedder(embedder, home)
        except ImportError as error:
            needs = ", ".join(dict.fromkeys((*detector_row.packages, *self._row.packages))) or "photos-graph[faces]"
            raise ModelUnavailable(f"{error.name or error} is not installed. The models need {needs}.") from None
        self._template = alignment.template_for(self._row)

    def find(self, pixels: Pixels, min_pixels: int) -> Found:
        """Returns the faces of a picture (height, width, 3) in RGB that are at least ``min_pixels`` wide."""
        detected = self._detect(pixels)
        detected = detected[detected.boxes[:, 2] >= min_pixels]
        many = int((detected.boxes[:, 2] < SMALL_WIDTH).sum()) >= MIN_SMALL_FACES
        return self._described(pixels, detected, many_small=many)

    def look_at(self, pixels: Pixels, boxes: Floats) -> Found:
        """Returns the faces in drawn boxes (n, 4), which are shares of the picture, in their order.

        If no face is detected in a box, the score is 0 and the landmarks are those of an average face.
        """
        size = np.array([pixels.shape[1], pixels.shape[0]] * 2, np.float32)
        seen = joined([self._nearest(pixels, box) for box in boxes * size]) if len(boxes) else no_detections()
        described = self._described(pixels, seen)
        return Found(boxes.astype(np.float32), described.scores, described.qualities, described.vectors)

    def _nearest(self, pixels: Pixels, box: Floats) -> Detections:
        around = np.concatenate([box[:2] - SEARCH_MARGIN * box[2:], box[:2] + (1 + SEARCH_MARGIN) * box[2:]])
        left, top = np.maximum(np.floor(around[:2]), 0).astype(int)
        right, bottom = np.ceil(around[2:]).astype(int)
        part = pixels[top:bottom, left:right]
        found = self._detect(part).moved(left, top) if part.size else no_detections()
        found = found[same_face(found.boxes, box)]
        if len(found):
            return found[:1]
        return Detections(box[None], np.full((1, 5, 2), np.nan, np.float32), np.zeros(1, np.float32))

    def _described(self, pixels: Pixels, detected: Detections, *, many_small: bool = False) -> Found:
        height, width = pixels.shape[:2]
        crops, qualities = [], []
        for box, seen in zip(detected.boxes, detected.landmarks, strict=True):
            landmarks = alignment.landmarks_of(box, seen)
            transform = alignment.similarity_transform(landmarks, self._template)
            crop = alignment.crop(pixels, transform, self._row.width, self._row.height)
            crops.append(crop)
            scale = alignment.scale_of(transform)
            qualities.append(quality(crop, seen.astype(np.float64), box, scale, width, height))
        near = np.maximum(detected.boxes[:, :2], 0)
        far = np.minimum(detected.boxes[:, :2] + detected.boxes[:, 2:], [width, height])
        boxes = np.concatenate([near, far - near], axis=1) / np.array([width, height] * 2, np.float32)
        return Found(
            boxes.astype(np.float32), detected.scores, np.array(qualities, np.float32), self._embed(crops), many_small
        )
