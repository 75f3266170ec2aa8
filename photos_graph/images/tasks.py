"""What a child process can do with pictures, by name. Services merge these with their own."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from photos_graph.errors import NotFound, OverLimit, Unreadable
from photos_graph.images import formats
from photos_graph.images.crops import cut_lazily
from photos_graph.images.decoding import decode, decode_lazily
from photos_graph.images.encoding import encode_to, quality_of
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from photos_graph.model import Box, ThumbnailFormat
from photos_graph.paths import mtime_ns
from photos_graph.workers.child import Emit, Task

BATCH_BYTES = 32 * 1024


def rendition(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Emits a rendition. ``path``: raw bytes in base64; ``edge``, ``format``, ``quality``, ``max_pixels``,
    ``max_bytes``, ``as_read``. Returns the original's size as displayed.
    """
    data = read(base64.b64decode(argument["path"]), argument["max_bytes"], argument["as_read"])
    decoded = decode_lazily(data, argument["edge"], DecodeLimits(argument["max_pixels"]))
    with _in_batches(emit) as batch:
        quality = quality_of(decoded, argument["quality"])
        encode_to(decoded.image, ThumbnailFormat(argument["format"]), quality, batch)
    return {"width": decoded.width, "height": decoded.height}


def face(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Emits a face. As ``rendition``, with ``box`` (x, y, width, height as shares) and ``full_size_from``, which may be
    null. ``coarse``: nothing was emitted, the original may show the face better.
    """
    data = read(base64.b64decode(argument["path"]), argument["max_bytes"], argument["as_read"])
    box, limits = Box(*argument["box"]), DecodeLimits(argument["max_pixels"])
    image = cut_lazily(data, box, argument["edge"], limits, argument["full_size_from"])
    if image is not None:
        with _in_batches(emit) as batch:
            encode_to(image, ThumbnailFormat(argument["format"]), argument["quality"], batch)
    return {"coarse": image is None}


@contextmanager
def _in_batches(emit: Emit) -> Iterator[Emit]:
    """libvips writes 8 KiB at a time; a frame of its own for each costs more than it gains."""
    waiting = bytearray()

    def batch(chunk: bytes) -> None:
        waiting.extend(chunk)
        if len(waiting) >= BATCH_BYTES:
            emit(bytes(waiting))
            waiting.clear()

    yield batch
    if waiting:
        emit(bytes(waiting))


def list_formats(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """``formats``: what ``formats.support()`` says, as dictionaries."""
    return {"formats": [asdict(each) for each in formats.support()]}


def for_models(path: str, edge: int, argument: dict[str, Any]) -> pyvips.Image:
    """What a model looks at: the picture at ``path`` (raw bytes in base64), three bands of RGB, at least about ``edge``
    pixels long if it is that large. ``argument`` has ``max_bytes`` and ``max_pixels``. Raises what decoding raises.
    """
    data = read(base64.b64decode(path), argument["max_bytes"])
    image = decode(data, edge, DecodeLimits(argument["max_pixels"])).image
    return image.flatten(background=255).cast("uchar") if image.hasalpha() else image


def read(path: bytes, max_bytes: int, as_read: Sequence[int] | None = None) -> bytes:
    """A regular file, whole. Raises OverLimit, Unreadable, and NotFound where its size and time are not ``as_read``."""
    try:
        # A FIFO or a device would block for ever.
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb", buffering=0) as file:  # noqa: PTH123
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("It is not a file.", stage="read")
            if status.st_size > max_bytes:
                raise OverLimit(f"It has {status.st_size:,} bytes; the limit is {max_bytes:,}.", stage="read")
            _must_be(as_read, status)
            data = file.read()
            _must_be(as_read, os.fstat(file.fileno()))
            return data
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror}.", stage="read") from None


def _must_be(as_read: Sequence[int] | None, found: os.stat_result) -> None:
    if as_read is not None and (found.st_size, mtime_ns(found)) != tuple(as_read):
        raise NotFound("The file has been changed since it was read. The next scan will see to it.")


TASKS: dict[str, Task] = {"rendition": rendition, "face": face, "formats": list_formats}
