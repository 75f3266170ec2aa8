"""The child's side of detection: it decodes, detects and embeds. It imports no more than it needs."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.faces.analysis import Finder, Found
from photos_graph.faces.detection import Pixels
from photos_graph.images.picture_files import decode_for_models
from photos_graph.paths import decode_raw
from photos_graph.workers.task import Emit

ORIGINAL_EDGE = 5760  # pixels: three times the largest rendition

# Kept for as long as the process lives: loading takes longer than a photo does.
_finder = functools.cache(Finder)


def _find(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The faces of the picture at ``path`` (raw bytes in base64); of that at ``original``, where one is given, when
    there are many small ones. Emits the vectors (n, dimensions) as float32; returns boxes, scores,
    qualities, and whether there are many small ones in the picture that was looked at last.
    """
    finder = _finder_of(argument)
    found = finder.find(_pixels(argument["path"], argument), argument["min_pixels"])
    if found.many_small and argument["original"] is not None:
        found = finder.find(_pixels(argument["original"], argument), argument["min_pixels"])
    return _answer(found, emit)


def _look_at(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What ``_find`` gives, of the ``boxes`` (n, 4) that somebody drew."""
    boxes = np.array(argument["boxes"], np.float32).reshape(-1, 4)
    return _answer(_finder_of(argument).look_at(_pixels(argument["path"], argument), boxes), emit)


def _finder_of(argument: dict[str, Any]) -> Finder:
    return _finder(argument["detector"], argument["embedder"], Path(argument["home"]), argument["min_score"])


def _pixels(path: str, argument: dict[str, Any]) -> Pixels:
    image = decode_for_models(decode_raw(path), ORIGINAL_EDGE, argument["max_bytes"], argument["max_pixels"])
    return np.frombuffer(image.write_to_memory(), np.uint8).reshape(image.height, image.width, 3)


def _answer(found: Found, emit: Emit) -> dict[str, Any]:
    emit(found.vectors.tobytes())
    return {
        "boxes": found.boxes.tolist(),
        "scores": found.scores.tolist(),
        "qualities": found.qualities.tolist(),
        "many_small": found.many_small,
    }
