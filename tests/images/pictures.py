"""Pictures made for a test, and the distance between two."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageCms


def scene(width: int = 600, height: int = 400) -> PIL.Image.Image:
    """Smooth, colourful and without any symmetry, so that a turn or a swapped channel shows."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    bands = [x, y * (1 - x), np.hypot(x - 0.2, y - 0.3)]
    pixels = np.stack([np.clip(band * 255, 0, 255) for band in bands], axis=2).astype(np.uint8)
    pixels[: height // 4, : width // 4] = (250, 240, 20)
    return PIL.Image.fromarray(pixels)


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
