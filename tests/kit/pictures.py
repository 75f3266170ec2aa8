"""Pictures made in the test: small, each with bytes of its own."""

from __future__ import annotations

import functools
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pyvips
from numpy.typing import NDArray
from PIL import ImageCms

OLD = 1_600_000_000  # seconds since the epoch: long settled


@contextmanager
def opened_files(paths: Iterable[Path]) -> Iterator[list[int]]:
    """Opens files, as the service does for its workers."""
    with ExitStack() as closing:
        yield [closing.enter_context(path.open("rb")).fileno() for path in paths]


def jpeg(colour: int, width: int = 48, height: int = 32) -> bytes:
    """Returns a JPEG that no other ``colour`` (0 to 16,777,215) gives."""
    pixel = [colour >> 16 & 255, colour >> 8 & 255, colour & 255]
    image = (pyvips.Image.black(width, height, bands=3) + pixel).cast("uchar").copy(interpretation="srgb")
    data: bytes = image.jpegsave_buffer(keep="none")
    return told_apart(data, f"colour {colour}")  # JPEG rounds neighbouring colours to the same


def told_apart(data: bytes, mark: str) -> bytes:
    """Another picture than ``data``, a JPEG that looks the same: it has a table of quantisation that nothing uses."""
    table = hashlib.sha256(mark.encode()).digest() * 2
    return data[:2] + b"\xff\xdb\x00\x43\x03" + bytes(byte or 1 for byte in table) + data[2:]


def put(path: Path, data: bytes, at: float = OLD) -> Path:
    """Writes a file whose time lies long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path


def scene(width: int = 600, height: int = 400) -> PIL.Image.Image:
    """Smooth, colourful and without any symmetry, so that a turn or a swapped channel shows."""
    return _scene(width, height).copy()


@functools.lru_cache(maxsize=4)  # the largest takes seconds and 72 MB
def _scene(width: int, height: int) -> PIL.Image.Image:
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    bands = [x, y * (1 - x), np.hypot(x - 0.2, y - 0.3)]
    pixels = np.stack([np.clip(band * 255, 0, 255) for band in bands], axis=2).astype(np.uint8)
    pixels[: height // 4, : width // 4] = (250, 240, 20)
    return PIL.Image.fromarray(pixels)


def leaves(seed: int = 1, width: int = 480, height: int = 320) -> PIL.Image.Image:
    """Structure of all sizes, as in a photo of a wood."""
    drawn = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3))
    for size in (8, 16, 32, 64, 128):
        small = drawn.integers(0, 255, (height // size + 2, width // size + 2, 3), dtype=np.uint8)
        noise = PIL.Image.fromarray(small).resize((width, height), PIL.Image.Resampling.BICUBIC)
        picture += np.asarray(noise, float) / 5
    return PIL.Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def encoded(picture: PIL.Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def opened(data: bytes) -> PIL.Image.Image:
    picture = PIL.Image.open(io.BytesIO(data))
    picture.load()
    return picture


def distance(one: PIL.Image.Image, other: PIL.Image.Image, edge: int = 32) -> float:
    """Mean difference in CIELAB of the two at ``edge`` pixels: about 1 is what a trained eye sees side by side."""
    first, second = (_lab(picture, edge) for picture in (one, other))
    return float(np.linalg.norm(first - second, axis=2).mean())


def _lab(picture: PIL.Image.Image, edge: int) -> NDArray[np.float64]:
    small = picture.convert("RGB").resize((edge, edge), PIL.Image.Resampling.BOX)
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    converted = ImageCms.applyTransform(small, transform)
    assert converted is not None
    lab = np.asarray(converted).astype(np.float64)
    lab[..., 0] *= 100 / 255
    lab[..., 1:] = (lab[..., 1:] + 128) % 256 - 128  # Pillow stores a and b as signed bytes
    return lab
