"""Implements ``tasks`` in a child process: decodes originals and renditions. It imports only what this needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from photos_graph.images import formats
from photos_graph.images.crops import cut_lazily
from photos_graph.images.decoding import decode, decode_lazily
from photos_graph.images.encoding import encode, encode_to, quality_of
from photos_graph.images.formats import FormatSupport
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.picture_files import decode_for_models, grey, read_picture, sharpness
from photos_graph.images.previews import preview
from photos_graph.images.tasks import (
    COMPARE,
    CUT_FACE,
    LIST_FORMATS,
    MEASURE_SHARPNESS,
    RELATE,
    RENDER,
    RENDER_PREVIEW,
    ComparisonOrder,
    FaceCutAnswer,
    FaceCutOrder,
    PicturesCompared,
    Relation,
    RelationOrder,
    RenditionOrder,
    SharpnessOrder,
)
from photos_graph.model.images import ThumbnailSize
from photos_graph.workers.task import Emit

CHUNK_BYTES = 32 * 1024


@RENDER.implementation
def render(order: RenditionOrder, emit: Emit) -> None:
    data = read_picture(order.file, order.max_bytes, order.as_read)
    decoded = decode_lazily(data, order.edge, DecodeLimits(order.max_pixels))
    with _in_chunks(emit) as write:
        encode_to(decoded.image, order.format, quality_of(decoded, order.quality), write)


@RENDER_PREVIEW.implementation
def render_preview(order: RenditionOrder, emit: Emit) -> None:
    found = preview(order.file, order.edge, order.as_read)
    if found is not None:
        decoded = decode(found.data, order.edge, DecodeLimits(order.max_pixels))
        if not decoded.warnings:  # half of a preview is none
            emit(encode(decoded.image, order.format, order.quality))


@CUT_FACE.implementation
def cut_face(order: FaceCutOrder, emit: Emit) -> FaceCutAnswer:
    wanted = order.rendition
    data = read_picture(wanted.file, wanted.max_bytes, wanted.as_read)
    image = cut_lazily(data, order.box, wanted.edge, DecodeLimits(wanted.max_pixels), order.full_size_from)
    if image is not None:
        with _in_chunks(emit) as write:
            encode_to(image, wanted.format, wanted.quality, write)
    return FaceCutAnswer(coarse=image is None)


@COMPARE.implementation
def compare(order: ComparisonOrder, emit: Emit) -> PicturesCompared:
    from photos_graph.images.likeness import EDGE, edited_view  # loads libraries that no other task needs

    return PicturesCompared(edited_view(*_greys(order, EDGE)))


@RELATE.implementation
def relate(order: RelationOrder, emit: Emit) -> Relation:
    from photos_graph.images.likeness import EDGE, SAME_MOMENT, edited_view, likeness_of_shots

    one, other = _greys(order.pictures, EDGE)
    if order.may_be_copy and edited_view(one, other) is not None:
        return Relation.RESIZED
    if order.may_be_moment and likeness_of_shots(one, other) >= SAME_MOMENT:
        return Relation.BURST
    return Relation.NONE


@MEASURE_SHARPNESS.implementation
def measure_sharpness(order: SharpnessOrder, emit: Emit) -> float:
    return sharpness(decode_for_models(order.file, ThumbnailSize.LARGE.edge, order.max_bytes, order.max_pixels))


def _greys(order: ComparisonOrder, edge: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    old, new = (
        grey(decode_for_models(file, edge, order.max_bytes, order.max_pixels), edge) for file in (order.old, order.new)
    )
    return old, new


@LIST_FORMATS.implementation
def list_formats(_: None, emit: Emit) -> list[FormatSupport]:
    return list(formats.support())


@contextmanager
def _in_chunks(emit: Emit) -> Iterator[Callable[[bytes], None]]:
    """Joins the output of libvips, which writes 8 KiB at a time, to larger chunks, since a frame for each write would
    be slow."""
    waiting = bytearray()

    def write(data: bytes) -> None:
        waiting.extend(data)
        if len(waiting) >= CHUNK_BYTES:
            emit(bytes(waiting))
            waiting.clear()

    yield write
    if waiting:
        emit(bytes(waiting))
