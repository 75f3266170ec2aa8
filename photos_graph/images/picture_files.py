"""Reads whole pictures from open files within limits."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photos_graph.errors import NotFound, OverLimit, Unreadable
from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.vips import pyvips
from photos_graph.paths import expect_whole, mtime_ns


def decode_for_models(file: int, edge: int, max_bytes: int, max_pixels: int) -> pyvips.Image:
    """Returns the picture in the file behind a descriptor as models expect it: three bands of RGB, scaled to about
    ``edge`` pixels if it is larger.

    Raises the errors of ``read_picture`` and of decoding.
    """
    data = read_picture(file, max_bytes)
    image = decode(data, edge, DecodeLimits(max_pixels)).image
    return image.flatten(background=255).cast("uchar") if image.hasalpha() else image


def grey(image: pyvips.Image, edge: int) -> NDArray[np.float32]:
    """Returns the picture as grey levels (height, width), 0..255, with at most ``edge`` pixels on its longest side."""
    small = image.thumbnail_image(edge, height=edge, size="down").colourspace("b-w").extract_band(0)
    return np.asarray(small.cast("float").numpy(), np.float32)


def sharpness(image: pyvips.Image) -> float:
    """Returns the variance of the Laplacian of the grey levels. It grows with the edges that are in focus."""
    laplacian = image.colourspace("b-w").extract_band(0).cast("float").conv([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    return float(laplacian.deviate() ** 2)


def read_picture(file: int, max_bytes: int, as_read: Sequence[int] | None = None) -> bytes:
    """Returns the content of the regular file behind a descriptor, from its start, and leaves it open.

    Raises OverLimit and Unreadable, and NotFound if the size and time of change of the file differ from ``as_read``.
    """
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("It is not a file.", stage="read")
        if status.st_size > max_bytes:
            raise OverLimit(f"It has {status.st_size:,} bytes; the limit is {max_bytes:,}.", stage="read")
        _must_be(as_read, status)
        expect_whole(file)
        with io.FileIO(file, closefd=False) as opened:
            opened.seek(0)
            data = opened.read()
        _must_be(as_read, os.fstat(file))
        return data
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror}.", stage="read") from None


def _must_be(as_read: Sequence[int] | None, found: os.stat_result) -> None:
    if as_read is not None and (found.st_size, mtime_ns(found)) != tuple(as_read):
        raise NotFound("The file has changed since it was read. The next scan will read it again.")
