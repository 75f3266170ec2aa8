"""Measures how surely edits of pictures are recognised, and whether a neighbour in a series is taken for one."""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps, UnidentifiedImageError

from benchmarks.bench import Bench
from benchmarks.pictures import photographs
from benchmarks.report import Figure, Goal
from photos_graph.images.likeness import EDGE, edited_view

LARGE = 1600  # pixels of the rendition that a scan makes
OF_EACH = 15  # pictures of each collection
MADE = 4  # pictures that are made if there are no originals
LEAST_EDGE, LEAST_SPREAD = 100, 8.0  # smaller or emptier pictures are left out: pixels, grey levels
SHIFTS = (0.01, 0.02, 0.03)  # share of the picture by which the camera moved

Picture = Image.Image
Edit = Callable[[Picture, random.Random], Picture]

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turned(turn: Image.Transpose) -> Edit:
    return lambda picture, _: picture.transpose(turn)


def _smaller(share: float) -> Edit:
    return lambda picture, _: picture.resize(
        (max(1, round(picture.width * share)), max(1, round(picture.height * share))), Image.Resampling.LANCZOS
    )


def _levels(gamma: float) -> Edit:
    return lambda picture, _: picture.point([round(255 * (level / 255) ** gamma) for level in range(256)] * 3)


def _warmer(picture: Picture, _: random.Random) -> Picture:
    bands = zip(picture.split(), (1.15, 1.0, 0.8), strict=True)
    return Image.merge("RGB", [band.point(lambda level, f=factor: min(255, level * f)) for band, factor in bands])


def _sharper(picture: Picture, _: random.Random) -> Picture:
    return picture.filter(ImageFilter.UnsharpMask(max(0.5, max(picture.size) / 500), 150))


def _without_spot(picture: Picture, chance: random.Random) -> Picture:
    """Covers a spot of 3 % of the longest edge with what lies beside it."""
    spot = max(2, round(0.03 * max(picture.size)))
    x, y = chance.randrange(spot, picture.width - spot), chance.randrange(picture.height - spot)
    edited = picture.copy()
    edited.paste(picture.crop((x - spot, y, x, y + spot)), (x, y))
    return edited


def _cut(left: float, top: float, right: float, bottom: float) -> Edit:
    return lambda picture, _: picture.crop(
        (
            round(left * picture.width),
            round(top * picture.height),
            round((1 - right) * picture.width),
            round((1 - bottom) * picture.height),
        )
    )


EDITS: dict[str, dict[str, Edit]] = {
    "turned and mirrored": {str(orientation): _turned(turn) for orientation, turn in _TURNS.items()},
    "made smaller": {"half": _smaller(0.5), "third": _smaller(0.33)},
    "retouched": {
        "brighter": _levels(0.6),
        "darker": _levels(1.6),
        "contrast": lambda picture, _: ImageEnhance.Contrast(picture).enhance(1.4),
        "colour": lambda picture, _: ImageEnhance.Color(picture).enhance(1.8),
        "grey": lambda picture, _: picture.convert("L").convert("RGB"),
        "warmer": _warmer,
        "sharper": _sharper,
        "spot": _without_spot,
        "quality": lambda picture, _: saved(picture, 50),
    },
    "cut": {"5 %": _cut(0.03, 0.02, 0.02, 0.03), "12 %": _cut(0.1, 0.02, 0.02, 0.1)},
}


def succession(bench: Bench) -> Iterable[Figure]:
    """Edits pictures of all collections, and takes neighbours: pictures of a folder, and frames that moved a little."""
    chance = random.Random(5)
    found: Counter[tuple[str, bool]] = Counter()
    started, compared = time.thread_time(), 0
    paths = _paths(bench, chance)
    for number, path in enumerate(paths):
        bench.say(f"picture {number + 1} of {len(paths)}")
        if (picture := opened(path)) is None:
            continue
        old = small_grey(picture)
        for kind, edits in EDITS.items():
            for name, edit in edits.items():
                view = edited_view(old, small_grey(saved(edit(picture, chance), 85)))
                turn = int(name) if kind.startswith("turned") else 1
                found[kind, view is not None and view.orientation == turn] += 1
                compared += 1
        for here, there in frames(picture):
            found["frames that moved", edited_view(small_grey(here), small_grey(saved(there, 90))) is None] += 1
            compared += 1
    for one, other in neighbours_in_folders(bench):
        found["neighbours", edited_view(small_grey(one), small_grey(other)) is None] += 1
        compared += 1
    for kind in EDITS:
        right, wrong = found[kind, True], found[kind, False]
        goal = Goal(99, at_most=False) if kind != "cut" else None
        yield Figure(f"{kind}, recognised of {right + wrong:,}", 100 * right / (right + wrong), "%", goal=goal)
    for kind in ("frames that moved", "neighbours"):
        right, wrong = found[kind, True], found[kind, False]
        yield Figure(f"{kind}, taken for edits of {right + wrong:,}", wrong, "pictures", goal=Goal(0, at_most=True))
    yield Figure("a comparison", 1000 * (time.thread_time() - started) / compared, "ms of one core, with the edit")


def _paths(bench: Bench, chance: random.Random) -> list[Path]:
    paths: list[Path] = _originals(bench)
    for folder in (bench.scenes, bench.people, bench.files / "exif-samples"):
        known = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".jpg")
        paths += chance.sample(known, min(OF_EACH, len(known)))
    return paths


def _originals(bench: Bench) -> list[Path]:
    folder = bench.originals or bench.files / "hires"
    known = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    return known or photographs(bench.folder / "originals", MADE, bench.say)


def opened(path: Path) -> Picture | None:
    try:
        with Image.open(path) as file:
            file.draft("RGB", (LARGE, LARGE))
            picture = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, UnidentifiedImageError):
        return None
    picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    return picture if min(picture.size) >= LEAST_EDGE and small_grey(picture).std() >= LEAST_SPREAD else None


def small_grey(picture: Picture) -> NDArray[np.float32]:
    small = picture.convert("L")
    small.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    return np.asarray(small, np.float32)


def saved(picture: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def frames(picture: Picture) -> Iterator[tuple[Picture, Picture]]:
    """Yields two frames of the same scene, as a camera in the hand takes them."""
    margin = max(SHIFTS)
    still = _cut(margin, margin, margin, margin)(picture, random.Random())
    for shift in SHIFTS:
        for x, y in ((shift, 0.0), (0.0, shift), (shift, shift), (-shift, shift)):
            yield still, _cut(margin + x, margin + y, margin - x, margin - y)(picture, random.Random())


def neighbours_in_folders(bench: Bench) -> Iterator[tuple[Picture, Picture]]:
    """Yields neighbours in a folder: pictures of one flight, and of one person."""
    folders: dict[Path, list[Path]] = {}
    for path in [*_originals(bench), *sorted(bench.people.rglob("*.jpg"))[: 8 * OF_EACH]]:
        folders.setdefault(path.parent, []).append(path)
    for paths in folders.values():
        for one, other in pairwise(paths):
            pictures = opened(one), opened(other)
            if pictures[0] is not None and pictures[1] is not None:
                yield pictures[0], pictures[1]
