"""The child's side of describing pictures: it decodes them and runs the backbone. It imports no more than it needs."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.errors import Unreadable
from photos_graph.images.picture_files import decode_for_models
from photos_graph.learn.backbone import Backbone, Pixels
from photos_graph.paths import decode_raw
from photos_graph.workers.task import Emit

# Kept for as long as the process lives: loading takes longer than a hundred photos do.
_backbone = functools.cache(Backbone)


def _describe(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The features of the pictures at ``paths`` (raw bytes in base64). Emits those (m, dimensions) of the m that can
    be read, as float32; returns which those are, and the reason for each of the others.
    """
    backbone = _backbone_of(argument)
    seen, failed, pictures = _pictures(backbone, argument)
    emit(backbone.features(pictures).tobytes())
    return {"seen": seen, "failed": failed, "dimensions": backbone.dimensions}


def _classify(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Emits the probabilities (m, 1000) of ImageNet's classes; returns what ``_describe`` returns."""
    backbone = _backbone_of(argument)
    seen, failed, pictures = _pictures(backbone, argument)
    emit(backbone.classes(pictures).tobytes())
    return {"seen": seen, "failed": failed, "dimensions": backbone.class_count}


def _backbone_of(argument: dict[str, Any]) -> Backbone:
    return _backbone(argument["backbone"], Path(argument["home"]), argument["threads"])


def _pictures(backbone: Backbone, argument: dict[str, Any]) -> tuple[list[int], dict[str, str], Pixels]:
    seen: list[int] = []
    pictures = [np.zeros((0, backbone.edge, backbone.edge, 3), np.uint8)]
    failed: dict[str, str] = {}
    for place, path in enumerate(argument["paths"]):
        try:
            pictures.append(_square(path, backbone.edge, argument)[None])
            seen.append(place)
        except Unreadable as error:
            failed[str(place)] = error.public_message
    return seen, failed, np.concatenate(pictures)


def _square(path: str, edge: int, argument: dict[str, Any]) -> Pixels:
    """The whole picture, squeezed: what is at its border counts too."""
    whole = decode_for_models(decode_raw(path), 2 * edge, argument["max_bytes"], argument["max_pixels"])
    image = whole.thumbnail_image(edge, height=edge, size="force")
    return np.frombuffer(image.write_to_memory(), np.uint8).reshape(edge, edge, 3)
