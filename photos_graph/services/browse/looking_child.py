"""Implements ``looking_tasks`` in a child process, which keeps the encoder of texts and the file of vectors."""

from __future__ import annotations

import functools
from pathlib import Path

from photos_graph.array_files import Damaged
from photos_graph.errors import ModelUnavailable
from photos_graph.learn.image_text import OnnxTexts, TextEncoder, fingerprint
from photos_graph.learn.picture_vectors import PictureVectors
from photos_graph.services.browse.looking_tasks import LOOK, LookOrder
from photos_graph.workers.kept_file import KeptFile
from photos_graph.workers.task import Emit, emit_in_chunks

_vectors = KeptFile(PictureVectors)


@functools.lru_cache(maxsize=1)
def _encoder(folder: Path, model: str, threads: int) -> TextEncoder:
    return OnnxTexts(folder, threads)


@LOOK.implementation
def look(order: LookOrder, emit: Emit) -> int:
    try:
        vectors = _vectors.current(order.vectors)
    except Damaged:
        vectors = None
    if vectors is None:
        raise ModelUnavailable("The photos have not been described by the image-text model yet.")
    model = fingerprint(order.folder)
    if vectors.model != model:
        raise ModelUnavailable("The image-text model has changed. The next scan describes the photos by the new one.")
    encoder = _encoder(order.folder, model, order.threads)
    if not order.text:
        return 0
    found = vectors.find(encoder.vector(order.text))
    for values in (found.numbers, found.prefixes, found.scores):
        emit_in_chunks(values.tobytes(), emit)
    return len(found.numbers)
