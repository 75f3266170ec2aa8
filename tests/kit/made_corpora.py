"""Makes the collections that stand in for the shared corpora, the same on every machine."""

from __future__ import annotations

import fcntl
import importlib.util
import io
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pillow_heif
import skimage.data
from PIL.ImageEnhance import Brightness

from tests.kit.corpora import MADE
from tests.kit.pictures import encoded, scene

_SKLEARN = importlib.util.find_spec("sklearn")  # not imported, which takes seconds
assert _SKLEARN and _SKLEARN.origin
SAMPLES = Path(_SKLEARN.origin).parent / "datasets" / "images"

EACH = 12  # pictures of a person
NAMED = ("Aaron_Peirsol", "Colin_Powell", "George_W_Bush", "Tony_Blair")  # by the tests; the others have numbers
# Of the faces of ``skimage.data.lfw_subset``, those that no model takes for one another, each of another person.
FACES = (0, 1, 2, 3, 5, 6, 7, 8, 11, 14, 20, 21, 24, 25, 26, 28, 33)
FACES += (34, 35, 41, 42, 44, 46, 49, 52, 57, 62, 66, 69, 71, 72, 77, 80, 92)
GREY = (90, 90, 90)

# What is shown does not matter to what learns from it, only that the kinds differ.
KINDS = {"forest": ("flower.jpg", 30), "sea": ("coffee", 140), "street": ("china.jpg", 30)}

UPRIGHT = 1800, 1200
STORED = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF orientation -> the PIL.Image.Transpose that it undoes

MUTANTS = 80  # of a picture of each format
CLAIMED = 64_250  # pixels that the bomb says each of its sides has


def make() -> None:
    """Fills ``MADE``, unless it is there."""
    MADE.parent.mkdir(parents=True, exist_ok=True)
    with (MADE.parent / "corpora.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if MADE.is_dir():
            return
        scratch = MADE.with_suffix(".new")
        shutil.rmtree(scratch, ignore_errors=True)
        _portraits(scratch / "lfw")
        _scenes(scratch / "scenes")
        _orientations(scratch / "exif-orientation")
        _hostile(scratch / "hostile")
        scratch.rename(MADE)


def _portraits(folder: Path) -> None:
    faces = (skimage.data.lfw_subset() * 255).astype(np.uint8)
    for place, face in enumerate(FACES):
        name = NAMED[place] if place < len(NAMED) else f"Person_{place:02}"
        (folder / name).mkdir(parents=True)
        for number in range(EACH):
            portrait = _portrait(PIL.Image.fromarray(faces[face]), random.Random(f"{face} {number}"))
            portrait.save(folder / name / f"{name}_{number:04}.jpg", quality=92)


def _portrait(face: PIL.Image.Image, chance: random.Random) -> PIL.Image.Image:
    """Makes a picture of 250 pixels a side with a face in varying light, size, place and angle."""
    side = chance.randint(132, 148)
    large = face.convert("RGB").resize((side, side), PIL.Image.Resampling.BICUBIC)
    picture = PIL.Image.new("RGB", (250, 250), GREY)
    left, top = (125 - side // 2 + chance.randint(-5, 5) for _ in range(2))
    picture.paste(Brightness(large).enhance(chance.uniform(0.85, 1.15)), (left, top))
    return picture.rotate(chance.uniform(-5, 5), fillcolor=GREY, resample=PIL.Image.Resampling.BICUBIC)


def _scenes(folder: Path) -> None:
    for kind, (name, count) in KINDS.items():
        (folder / kind).mkdir(parents=True)
        whole = _photograph(name)
        for number in range(count):
            chance = random.Random(f"{kind} {number}")
            left, top = (chance.randint(0, side - 224) for side in whole.size)
            part = whole.crop((left, top, left + 224, top + 224))
            part = Brightness(part).enhance(chance.uniform(0.8, 1.2))
            part.save(folder / kind / f"{kind}_{number:03}.jpg", quality=90)


def _orientations(folder: Path) -> None:
    folder.mkdir(parents=True)
    landscape = _photograph("china.jpg").resize(UPRIGHT)
    for name, upright in (("Landscape", landscape), ("Portrait", landscape.resize(UPRIGHT[::-1]))):
        for orientation in range(9):
            exif = PIL.Image.Exif()
            if orientation:
                exif[0x0112] = orientation
            turn = STORED.get(orientation)
            stored = upright if turn is None else upright.transpose(PIL.Image.Transpose(turn))
            stored.save(folder / f"{name}_{orientation}.jpg", quality=90, exif=exif)


def _photograph(name: str) -> PIL.Image.Image:
    pixels = skimage.data.coffee() if name == "coffee" else np.asarray(PIL.Image.open(SAMPLES / name))
    return PIL.Image.fromarray(pixels)


def _hostile(folder: Path) -> None:
    folder.mkdir(parents=True)
    for format, whole in _whole():
        chance = random.Random(format)
        for number in range(MUTANTS):
            (folder / f"{format.lower()}-{number:03}.{format.lower()}").write_bytes(_mutant(whole, chance))
    (folder / "nothing.jpg").touch()
    (folder / "text.jpg").write_bytes(b"not a picture\n" * 100)
    (folder / "entities.xmp").write_bytes(b'<!DOCTYPE x [<!ENTITY a "' + b"&a;" * 1000 + b'">]><x>&a;</x>')
    bomb = bytearray(encoded(scene(64, 48), "JPEG"))
    frame = bomb.index(b"\xff\xc0") + 5  # of the start of frame: its height, then its width
    bomb[frame : frame + 4] = CLAIMED.to_bytes(2, "big") * 2
    (folder / "bombs").mkdir()
    (folder / "bombs" / "lottapixel.jpg").write_bytes(bomb)


def _whole() -> Iterator[tuple[str, bytes]]:
    for format in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"):
        yield format, encoded(scene(96, 64), format)
    heic = io.BytesIO()
    pillow_heif.from_pillow(scene(96, 64)).save(heic, quality=80)
    yield "HEIC", heic.getvalue()


def _mutant(whole: bytes, chance: random.Random) -> bytes:
    """Cut off, or with a few bytes changed, most of them at the start, where what it is is said."""
    if chance.random() < 0.3:
        return whole[: chance.randrange(1, len(whole))]
    mutant = bytearray(whole)
    for _ in range(chance.randint(1, 6)):
        mutant[int(len(whole) * chance.random() ** 3)] = chance.randrange(256)
    return bytes(mutant)
