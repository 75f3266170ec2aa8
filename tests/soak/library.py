"""The originals of a soak: sixty small pictures of three kinds of scenes, with faces in colours that models can tell
apart. Each lane, which is one person who works alone, has twenty of them in two folders."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyvips

from tests.kit.pictures import OLD, put, told_apart

LANES = ("A", "B", "C")
EACH = 20  # photos in a lane
FOLDERS = ("one", "two")  # in the folder of a lane
DAY = 86_400  # seconds
WIDTH, HEIGHT = 96, 64
SCENES = {"Sky": (60, 120, 200), "Grass": (60, 170, 60), "Sand": (190, 170, 130)}
SHADES = 24  # levels by which the pictures of a scene differ
SLOTS = {"left": 0.1, "right": 0.6}  # where a face begins, as a share of the width
FACE_TOP, FACE_WIDTH, FACE_HEIGHT = 0.25, 0.25, 0.5  # as shares of the picture
RED, DARKEST, STEP = 250, 20, 30  # a face is red, and its green says who it is


@dataclass(frozen=True, slots=True)
class Original:
    """A picture. ``faces`` has the number of the person who is shown, by slot."""

    name: str
    lane: str
    folder: str
    scene: str
    faces: tuple[tuple[str, int], ...]
    day: int

    @property
    def path(self) -> str:
        """The path below the root."""
        return f"{self.lane}/{self.folder}/{self.name}.jpg"


@functools.cache
def originals() -> tuple[Original, ...]:
    """Returns all pictures that a library begins with."""
    return tuple(_original(lane, number) for lane in LANES for number in range(EACH))


def added(lane: str, number: int) -> Original:
    """Returns a picture that comes later."""
    return _original(lane, EACH + number)


def _original(lane: str, number: int) -> Original:
    first = 2 * LANES.index(lane)
    faces = (("left", first), ("right", first + 1))
    shown = ((), faces[:1], faces[1:], faces)[number % 4]
    scene = tuple(SCENES)[number % len(SCENES)]
    day = LANES.index(lane) * 100 + number
    return Original(f"{lane}-{number:02}", lane, FOLDERS[number % 2], scene, shown, day)


def lay_out(root: Path, pictures: tuple[Original, ...]) -> None:
    """Writes the pictures below the root."""
    for each in pictures:
        put(root / each.path, _encoded(each), OLD + each.day * DAY)


@functools.cache
def _encoded(original: Original) -> bytes:
    shade = int(hashlib.sha256(original.name.encode()).hexdigest()[:2], 16) % SHADES
    colour = [level + shade for level in SCENES[original.scene]]
    image = (pyvips.Image.black(WIDTH, HEIGHT, bands=3) + colour).cast("uchar")
    for slot, person in original.faces:
        box = (WIDTH * SLOTS[slot], HEIGHT * FACE_TOP, WIDTH * FACE_WIDTH, HEIGHT * FACE_HEIGHT)
        image = image.draw_rect([RED, DARKEST + STEP * person, 20], *map(round, box), fill=True)
    data: bytes = image.copy(interpretation="srgb").jpegsave_buffer(Q=90, keep="none")
    return told_apart(data, original.name)


def hashes(root: Path) -> dict[str, str]:
    """Returns the SHA-256 of each original by its path."""
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(root)}


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())
