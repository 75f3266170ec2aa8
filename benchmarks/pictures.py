"""Creates pictures to measure with from the free photos that scikit-image and scikit-learn ship."""

from __future__ import annotations

import hashlib
import io
import os
import random
import struct
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pyvips
from PIL import Image

from photos_graph.demo import exif_of, path_of
from photos_graph.demo_shots import ALBUMS, ASTRONAUT, CAT, COFFEE, DAHLIA, PAGODA

WIDTH, HEIGHT, CELL = 6000, 4000, 2000  # 24 million pixels
GRAIN, QUALITY = 6.0, 92  # standard deviation; with these a file has the 9 MB that a camera's has
TINY = (48, 36)
PREVIEW = 160  # pixels; the width of the thumbnail that cameras write into EXIF
FOLDER_SIZE = 50  # photos

Say = Callable[[str], None]


def photographs(folder: Path, count: int, say: Say) -> list[Path]:
    """Returns ``count`` different JPEGs of 24 megapixels, and creates them if they do not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"IMG_{number:04}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            say(f"making picture {number + 1} of {count}")
            temporary = path.with_suffix(".new")
            temporary.write_bytes(_photograph(random.Random(number)))
            temporary.replace(path)
    return paths


def _photograph(chance: random.Random) -> bytes:
    """Creates a mosaic of enlarged parts with grain."""
    sources = [pyvips.Image.new_from_file(str(path_of(s)))[0:3] for s in (ASTRONAUT, CAT, COFFEE, DAHLIA, PAGODA)]
    cells = []
    for _ in range((WIDTH // CELL) * (HEIGHT // CELL)):
        source = chance.choice(sources)
        edge = chance.randint(240, min(source.width, source.height))
        part = source.crop(chance.randint(0, source.width - edge), chance.randint(0, source.height - edge), edge, edge)
        cells.append(part.resize(CELL / edge, kernel="cubic").gravity("centre", CELL, CELL, extend="mirror"))
    grain = pyvips.Image.gaussnoise(WIDTH, HEIGHT, sigma=GRAIN, mean=0, seed=chance.getrandbits(31))
    picture = (pyvips.Image.arrayjoin(cells, across=WIDTH // CELL) + grain).cast("uchar")
    data: bytes = picture.copy(interpretation="srgb").jpegsave_buffer(Q=QUALITY)
    return data


def copies(sources: Sequence[Path], folder: Path, count: int) -> list[Path]:
    """Creates ``count`` copies of these pictures, each marked, so that each is another photo."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"IMG_{number:05}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(_marked(sources[number % len(sources)].read_bytes(), f"{folder.name} {number}"))
    return settled(paths)


def give_preview(path: Path) -> None:
    """Writes a thumbnail into the EXIF of a JPEG, as cameras do, in a second directory after an empty one."""
    data = path.read_bytes()
    small = pyvips.Image.thumbnail_buffer(data, PREVIEW).jpegsave_buffer(Q=85, keep="none")
    first = struct.pack("<HI", 0, 14)
    entries = ((0x0103, 3, 6), (0x0201, 4, 14 + 2 + 3 * 12 + 4), (0x0202, 4, len(small)))
    second = struct.pack("<H", 3) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + second + bytes(4) + small
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])


def tiny_library(folder: Path, count: int, say: Say) -> None:
    """Creates a library of ``count`` tiny photos with dates, cameras and places, 50 per folder, unless it exists."""
    if folder.exists():
        return
    unfinished = folder.with_suffix(".new")
    templates = list(_tiny_templates())
    for number in range(count):
        trip = number // FOLDER_SIZE
        taken = datetime(2003, 1, 1) + timedelta(days=(trip * 7919) % 8000, minutes=number % FOLDER_SIZE)
        template, stamp = templates[trip % len(templates)]
        data = template.replace(stamp, f"{taken:%Y:%m:%d %H:%M:%S}".encode())
        path = unfinished / f"{taken.year}" / f"Trip {trip}" / f"IMG_{number:06}.jpg"
        if number % FOLDER_SIZE == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            say(f"making {count:,} tiny photos: {number:,}")
        path.write_bytes(_marked(data, str(number)))
        settled([path])
    unfinished.replace(folder)


def _tiny_templates() -> list[tuple[bytes, bytes]]:
    """Returns JPEGs with the labels of the shots of the demonstration library, and the date of each."""
    templates = []
    for album in ALBUMS:
        for shot in album.shots:
            with Image.open(path_of(shot.source)) as opened:
                small = opened.convert("RGB").resize(TINY)
            data = io.BytesIO()
            small.save(data, "JPEG", exif=exif_of(album, shot))
            templates.append((data.getvalue(), shot.taken.replace("-", ":").replace("T", " ").encode()))
    return templates


def _marked(jpeg: bytes, mark: str) -> bytes:
    """Returns another picture that looks the same: it has a table of quantisation that nothing uses."""
    table = hashlib.sha256(mark.encode()).digest() * 2
    return jpeg[:2] + b"\xff\xdb\x00\x43\x03" + bytes(byte or 1 for byte in table) + jpeg[2:]


def settled(paths: Sequence[Path]) -> list[Path]:
    """Dates the files back by a year, because a scan waits for files that may still be being written."""
    for path in paths:
        os.utime(path, (1_750_000_000, 1_750_000_000))
    return list(paths)
