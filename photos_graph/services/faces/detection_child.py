"""Implements ``detection_tasks`` in a child process: decodes, detects and embeds. It imports only what this needs."""

from __future__ import annotations

import functools

import numpy as np

from photos_graph.faces.analysis import Finder, Found
from photos_graph.faces.sightings import Pixels
from photos_graph.images.picture_files import decode_for_models
from photos_graph.services.faces.detection_tasks import (
    DESCRIBE_FACES,
    FIND_FACES,
    DescribeFacesOrder,
    FaceModelOptions,
    FacesAnswer,
    FindFacesOrder,
)
from photos_graph.workers.task import Emit

ORIGINAL_EDGE = 5760  # pixels: three times the largest rendition

# The models stay in memory as long as the process lives, because loading them takes longer than examining a photo.
_finder = functools.cache(Finder)


@FIND_FACES.implementation
def find_faces(order: FindFacesOrder, emit: Emit) -> FacesAnswer:
    finder = _finder_of(order.options)
    found = finder.find(_pixels(order.picture, order.options), order.min_pixels)
    if found.many_small and order.original is not None:
        found = finder.find(_pixels(order.original, order.options), order.min_pixels)
    return _answer(found, emit)


@DESCRIBE_FACES.implementation
def describe_faces(order: DescribeFacesOrder, emit: Emit) -> FacesAnswer:
    boxes = np.array(order.boxes, np.float32).reshape(-1, 4)
    return _answer(_finder_of(order.options).look_at(_pixels(order.picture, order.options), boxes), emit)


def _finder_of(options: FaceModelOptions) -> Finder:
    return _finder(options.detector, options.embedder, options.home, options.min_score)


def _pixels(picture: int, options: FaceModelOptions) -> Pixels:
    image = decode_for_models(picture, ORIGINAL_EDGE, options.max_bytes, options.max_pixels)
    return np.frombuffer(image.write_to_memory(), np.uint8).reshape(image.height, image.width, 3)


def _answer(found: Found, emit: Emit) -> FacesAnswer:
    emit(found.vectors.tobytes())
    return FacesAnswer(
        boxes=tuple(map(tuple, found.boxes.tolist())),
        scores=tuple(found.scores.tolist()),
        qualities=tuple(found.qualities.tolist()),
        many_small=bool(found.many_small),
    )
