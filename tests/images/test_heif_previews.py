"""The thumbnails in HEIF and AVIF files: which are used, and that they look like the picture."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from photos_graph.images.decoding import decode
from photos_graph.images.opened import DecodeLimits
from photos_graph.images.previews import Preview, preview
from tests.kit.formats import heif
from tests.kit.pictures import distance, encoded, scene

LIMITS = DecodeLimits(100_000_000)
KINDS = ["heic", "avif"]


def written(folder: Path, kind: str, picture: Image.Image, orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source, made = folder / "1.png", folder / f"1.{kind}"
    source.write_bytes(encoded(picture, "PNG", exif=exif.tobytes()))
    subprocess.run(["heif-enc", "-t", "320", "-o", made, source], check=True, capture_output=True)
    return made


def found(path: Path, edge: int) -> Preview | None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return preview(descriptor, edge)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", KINDS)
def test_the_thumbnail_looks_like_the_picture(tmp_path: Path, kind: str, orientation: int) -> None:
    path = written(tmp_path, kind, scene(1200, 800), orientation)
    made = found(path, 320)
    assert made is not None and made.edge == 320 and len(made.data) < path.stat().st_size
    full, small = (decode(data, 320, LIMITS) for data in (path.read_bytes(), made.data))
    assert not small.warnings
    one, other = (Image.fromarray(each.image.numpy()) for each in (full, small))
    assert (one.width > one.height) is (other.width > other.height) and distance(other, one) < 5
    assert found(path, 641) is None, "fewer than half of the pixels are too few"


@pytest.mark.parametrize("kind", KINDS)
def test_none_is_shown_of_a_picture_with_transparency_or_without_a_thumbnail(tmp_path: Path, kind: str) -> None:
    assert found(written(tmp_path, kind, scene(1200, 800).convert("RGBA")), 320) is None
    plain = tmp_path / f"plain.{kind}"
    plain.write_bytes(heif(scene(1200, 800), kind))
    assert found(plain, 320) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_ends_too_early_has_none(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, scene(600, 400))
    data = path.read_bytes()
    for size in range(0, 1500, 7):
        path.write_bytes(data[:size])
        assert found(path, 320) is None
