"""What stands in for the weights in the workers: a detector and an embedder of coloured faces, a backbone that knows
three scenes, and a trainer without Keras. All else in the workers is that of the program."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from photos_graph.faces.analysis import Found
from photos_graph.images.picture_files import decode_for_models
from photos_graph.learn import head
from photos_graph.learn.head import Floats
from photos_graph.services.faces import detection_child
from photos_graph.services.learning import training_child
from photos_graph.services.learning.features_tasks import FeaturesAnswer, FeaturesOrder
from photos_graph.workers.task import Emit
from tests.soak.library import DARKEST, FACE_HEIGHT, FACE_TOP, FACE_WIDTH, SCENES, SHADES, SLOTS, STEP
from tests.soak.light_tasks import DESCRIBE_PICTURES

DIMENSIONS = 128  # of SFace
FEATURES, SHARED = 64, 0.65  # numbers of a photo, and the share of their length that is that of the scene
LEAST_RED = 225  # mean level of a face
FACE_SECONDS, FIT_SECONDS = 0.01, 0.15  # so that a kill may come meanwhile
BYTES, PIXELS = 10**8, 10**8


class LightFinder:
    """Takes the place of ``faces.analysis.Finder``."""

    def __init__(self, *_: object) -> None:
        pass

    def find(self, pixels: Any, min_pixels: int) -> Found:
        """Returns the red rectangles of a picture."""
        time.sleep(FACE_SECONDS)
        seen = [(left, _mean(pixels, left)) for left in SLOTS.values()]
        boxes = [[left, FACE_TOP, FACE_WIDTH, FACE_HEIGHT] for left, mean in seen if mean[0] > LEAST_RED]
        vectors = [_vector(mean[1]) for _, mean in seen if mean[0] > LEAST_RED]
        return _found(boxes, vectors)

    def look_at(self, pixels: Any, boxes: Any) -> Found:
        """Describes boxes that somebody drew, each as that of a stranger."""
        vectors = [_stranger(str(box.tolist()) + str(pixels.mean())) for box in boxes]
        return _found(boxes, vectors)


def _mean(pixels: Any, left: float) -> Any:
    height, width = pixels.shape[:2]
    inner = (0.3, 0.7)  # of the box, away from its edges
    rows = [round(height * (FACE_TOP + FACE_HEIGHT * share)) for share in inner]
    columns = [round(width * (left + FACE_WIDTH * share)) for share in inner]
    return pixels[rows[0] : rows[1], columns[0] : columns[1]].reshape(-1, 3).mean(axis=0)


def _vector(green: float) -> Floats:
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[round((green - DARKEST) / STEP)] = 1
    return vector


def _stranger(mark: str) -> Floats:
    vector = np.random.default_rng(list(mark.encode())).normal(size=DIMENSIONS)
    vector[:10] = 0
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def _found(boxes: Any, vectors: list[Floats]) -> Found:
    count = len(vectors)
    return Found(
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.95, np.float32),
        np.full(count, 0.8, np.float32),
        np.asarray(vectors, np.float32).reshape(-1, DIMENSIONS),
    )


detection_child._finder = LightFinder  # type: ignore[assignment, misc]
find_faces, describe_faces = detection_child.find_faces, detection_child.describe_faces


@DESCRIBE_PICTURES.implementation
def describe_pictures(order: FeaturesOrder, emit: Emit) -> FeaturesAnswer:
    """Emits which scene each picture shows, and more that is its own, so that no two are compared as duplicates."""
    vectors = [_features(file) for file in order.pictures]
    emit(np.asarray(vectors, np.float32).tobytes())
    return FeaturesAnswer(tuple(range(len(vectors))), {}, FEATURES)


def _features(file: int) -> Floats:
    image = decode_for_models(file, 256, BYTES, PIXELS)
    pixels = np.frombuffer(image.write_to_memory(), np.uint8).reshape(image.height, image.width, 3)
    colour = pixels[: image.height // 6].reshape(-1, 3).mean(axis=0)
    scenes = np.array(list(SCENES.values())) + SHADES / 2
    vector = np.zeros(FEATURES)
    vector[np.argmin(np.abs(scenes - colour).sum(axis=1))] = SHARED
    own = np.random.default_rng(int(pixels.sum())).normal(size=FEATURES - len(scenes))
    vector[len(scenes) :] = own / np.linalg.norm(own) * (1 - SHARED**2) ** 0.5
    return vector.astype(np.float32)


def _fit(features: Floats, targets: Floats, weights: Floats, seed: int) -> tuple[Floats, Floats]:
    """Takes the place of ``learn.head.fit``: one least-squares problem for each label."""
    time.sleep(FIT_SECONDS)
    inputs = np.concatenate([features, np.ones((len(features), 1), np.float32)], axis=1)
    columns = []
    for label in range(targets.shape[1]):
        weighted = inputs * weights[:, label : label + 1]
        normal = weighted.T @ inputs + 1e-4 * np.eye(inputs.shape[1])
        columns.append(np.linalg.solve(normal, weighted.T @ (8 * targets[:, label] - 4)))
    solved = np.stack(columns, axis=1).astype(np.float32)
    return solved[:-1], solved[-1]


head.fit = _fit
train_tags, learn_tags, learn_persons = (
    training_child.train_tags,
    training_child.learn_tags,
    training_child.learn_persons,
)
