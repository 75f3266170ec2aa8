"""The same picture in the formats whose metadata other programs write."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import PIL.Image
import pillow_heif

from tests.kit.dng import dng
from tests.kit.pictures import OLD, encoded, put, scene

# These are shown by the orientation in their metadata; a HEIF file says in its structure how it is turned.
ORIENTED = ["a.jpg", "b.png", "c.webp", "d.tif", "e.dng"]
WRITABLE = [*ORIENTED, "f.heic", "g.avif"]


def made(name: str, orientation: int = 1) -> bytes:
    """The picture in the format of that name; HEIF and AVIF say in their structure how it is turned."""
    picture = scene(240, 160)
    match name.rpartition(".")[2]:
        case "jpg":
            return encoded(picture, "JPEG")
        case "tif":
            return encoded(picture, "TIFF")
        case "dng":
            return dng(picture)
        case "heic" | "avif":
            return heif(picture, name.rpartition(".")[2], orientation)
        case kind:
            return encoded(picture, kind.upper())


def heif(picture: PIL.Image.Image, kind: str, orientation: int = 1) -> bytes:
    """A picture in ``heic`` or ``avif``, which is turned and mirrored by its structure as EXIF (1..8) would say."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation  # the encoders write it as irot and imir
    if kind == "avif":
        return encoded(picture, "AVIF", exif=exif.tobytes())
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, format="HEIF", exif=exif.tobytes())
    return file.getvalue()


def lay_out(root: Path, names: Iterable[str] = WRITABLE) -> Path:
    for name in names:
        put(root / name, made(name))
    return root


def exiftool(paths: Iterable[Path], *arguments: str, at: float = OLD + 100) -> None:
    """Writes metadata into the files, which were changed long ago then."""
    paths = list(paths)
    command = ["exiftool", "-q", "-m", "-n", "-overwrite_original", *arguments, *paths]
    subprocess.run(command, check=True, capture_output=True)
    for path in paths:
        os.utime(path, (at, at))
