"""Implements ``picturing_tasks`` in a child process: decodes and runs the encoder of pictures."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from photos_graph.errors import ModelUnavailable, Unreadable
from photos_graph.images.picture_files import decode_for_models
from photos_graph.learn.image_text import OnnxPictures, PictureEncoder, Pixels, Preparation, fingerprint
from photos_graph.services.learning.features_tasks import FeaturesAnswer
from photos_graph.services.learning.picturing_tasks import PICTURE, PictureOrder
from photos_graph.workers.task import Emit


@functools.lru_cache(maxsize=1)
def _encoder(folder: Path, model: str, threads: int) -> PictureEncoder:
    return OnnxPictures(folder, threads)


@PICTURE.implementation
def picture(order: PictureOrder, emit: Emit) -> FeaturesAnswer:
    if fingerprint(order.folder) != order.model:
        raise ModelUnavailable("The image-text model has changed. The next scan describes the photos by the new one.")
    encoder = _encoder(order.folder, order.model, order.threads)
    edge = encoder.preparation.edge
    seen: list[int] = []
    failed: dict[int, str] = {}
    pictures = [np.zeros((0, edge, edge, 3), np.uint8)]
    for place, file in enumerate(order.pictures):
        try:
            pictures.append(_prepared(file, encoder.preparation, order)[None])
            seen.append(place)
        except Unreadable as error:
            failed[place] = error.public_message
    vectors = encoder.vectors(np.concatenate(pictures))
    emit(vectors.tobytes())
    return FeaturesAnswer(tuple(seen), failed, vectors.shape[1])


def _prepared(file: int, how: Preparation, order: PictureOrder) -> Pixels:
    """Returns the picture as the model was trained to see it."""
    whole = decode_for_models(file, 2 * how.scaled, order.max_bytes, order.max_pixels)
    image = (
        whole.thumbnail_image(how.scaled, height=how.scaled, crop="centre")
        if how.keeps_shape
        else whole.thumbnail_image(how.scaled, height=how.scaled, size="force")
    )
    border = (how.scaled - how.edge) // 2
    cut = image.crop(border, border, how.edge, how.edge)
    return np.frombuffer(cut.write_to_memory(), np.uint8).reshape(how.edge, how.edge, 3)
