"""Implements ``features_tasks`` in a child process: decodes and runs the backbone. It imports only what this needs."""

from __future__ import annotations

import functools

import numpy as np

from photos_graph.errors import Unreadable
from photos_graph.images.picture_files import decode_for_models
from photos_graph.learn.backbone import Backbone, Pixels
from photos_graph.services.learning.features_tasks import (
    CLASSIFY_PICTURES,
    DESCRIBE_PICTURES,
    FeaturesAnswer,
    FeaturesOrder,
)
from photos_graph.workers.task import Emit

# The backbone stays in memory as long as the process lives, because loading it takes longer than describing 10 photos.
_backbone = functools.lru_cache(maxsize=1)(Backbone)


@DESCRIBE_PICTURES.implementation
def describe_pictures(order: FeaturesOrder, emit: Emit) -> FeaturesAnswer:
    backbone = _backbone_of(order)
    seen, failed, pictures = _pictures(backbone, order)
    emit(backbone.features(pictures).tobytes())
    return FeaturesAnswer(seen, failed, backbone.dimensions)


@CLASSIFY_PICTURES.implementation
def classify_pictures(order: FeaturesOrder, emit: Emit) -> FeaturesAnswer:
    backbone = _backbone_of(order)
    seen, failed, pictures = _pictures(backbone, order)
    emit(backbone.classes(pictures).tobytes())
    return FeaturesAnswer(seen, failed, backbone.class_count)


def _backbone_of(order: FeaturesOrder) -> Backbone:
    return _backbone(order.backbone, order.home, order.threads)


def _pictures(backbone: Backbone, order: FeaturesOrder) -> tuple[tuple[int, ...], dict[int, str], Pixels]:
    seen: list[int] = []
    pictures = [np.zeros((0, backbone.edge, backbone.edge, 3), np.uint8)]
    failed: dict[int, str] = {}
    for place, file in enumerate(order.pictures):
        try:
            pictures.append(_square(file, backbone.edge, order)[None])
            seen.append(place)
        except Unreadable as error:
            failed[place] = error.public_message
    return tuple(seen), failed, np.concatenate(pictures)


def _square(file: int, edge: int, order: FeaturesOrder) -> Pixels:
    """Returns the whole picture, scaled to a square without cropping, since its border counts too."""
    whole = decode_for_models(file, 2 * edge, order.max_bytes, order.max_pixels)
    image = whole.thumbnail_image(edge, height=edge, size="force")
    return np.frombuffer(image.write_to_memory(), np.uint8).reshape(edge, edge, 3)
