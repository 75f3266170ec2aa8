"""Measures how surely copies of pictures at other sizes, or edited, are put into one group, and whether photos that
only look alike are."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips

from benchmarks.bench import Bench
from benchmarks.pictures import photographs
from benchmarks.report import Figure, Goal
from benchmarks.succession import EDITS, frames, neighbours_in_folders, opened, saved, small_grey
from benchmarks.words import BACKBONE, described_pictures
from photos_graph.graph.learning.compared import ComparedPhoto
from photos_graph.images.derivatives import placeholder
from photos_graph.images.likeness import EDGE, SAME_MOMENT, edited_view, likeness_of_shots
from photos_graph.images.picture_files import grey
from photos_graph.learn import catalogue, neighbours
from photos_graph.learn.neighbours import Floats
from photos_graph.learn.relations import alike_pairs, joined
from photos_graph.learn.weights import BackboneWeights
from photos_graph.services.learning.similar_rules import LEAST_ALIKE, SURELY_ALIKE, looks_alike
from photos_graph.settings import Settings

SCENES, OF_EACH_PERSON, PERSONS = 350, 12, 20  # photos that only look alike
COPIED = 24  # photos of which copies are made, beside the large ones
LARGE = 1200  # pixels of the longest edge of what is copied
FRAMED = 40  # photos of which frames are made
LEAST = 400  # pixels of the longest edge: smaller pictures are enlarged to it before copies are made
TURN = "6"  # the only turn that is made


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture, the number of the photo that it shows, and how it was made from it."""

    path: Path
    shows: int
    made: str


def groups(bench: Bench) -> Iterator[Figure]:
    """Groups photos of scenes, of persons and of one flight, and copies of some of them."""
    folder = bench.folder / "groups"
    folder.mkdir(parents=True, exist_ok=True)
    copies = _copies(bench, folder)
    settings = Settings(data_dir=bench.folder / "learn")
    settings.data_dir.mkdir(exist_ok=True)
    BackboneWeights(settings.models_dir).fetch([catalogue.backbone(BACKBONE)], lambda name, done, total: None)
    features = asyncio.run(described_pictures(bench, settings, [copy.path for copy in copies]))
    yield from figures(bench, copies, features)
    yield from _shots(bench, [copy.path for copy in copies if not copy.made][:FRAMED])


def _shots(bench: Bench, paths: Sequence[Path]) -> Iterator[Figure]:
    """Compares frames that moved a little, as shots of one moment do, and photos of one flight and of one person."""
    bench.say("shots of one moment")
    likeness = [
        likeness_of_shots(small_grey(one), small_grey(saved(other, 85)))
        for path in paths
        if (picture := opened(path)) is not None
        for one, other in frames(picture)
    ]
    found = np.array(likeness) >= SAME_MOMENT
    yield Figure(f"shots of one moment that were found, of {len(found):,}", 100 * found.mean(), "%",
                 goal=Goal(99, at_most=False))  # fmt: skip
    others = [likeness_of_shots(small_grey(one), small_grey(other)) for one, other in neighbours_in_folders(bench)]
    wrong = (np.array(others) >= SAME_MOMENT).sum()
    yield Figure(f"other photos of a flight or a person that look as much alike, of {len(others):,}", int(wrong), "")


def figures(bench: Bench, copies: Sequence[Copy], features: Floats) -> Iterator[Figure]:
    graph = neighbours.build(BACKBONE, [str(number) for number in range(len(copies))], features)
    pairs, similar = alike_pairs(graph, LEAST_ALIKE)
    images = [pyvips.Image.thumbnail(str(copy.path), 1920, height=1920, size="down").copy_memory() for copy in copies]
    photos = [
        ComparedPhoto(number, str(number), image.width, image.height, placeholder(image.colourspace("srgb")[:3]))
        for number, image in enumerate(images)
    ]
    certain = similar >= SURELY_ALIKE
    asked = [pair for pair, sure in zip(pairs.tolist(), certain.tolist(), strict=True)
             if sure or looks_alike(photos[pair[0]], photos[pair[1]])]  # fmt: skip
    bench.say(f"{len(pairs):,} pairs of neighbours, {len(asked):,} of which are compared")
    greys = [grey(image, EDGE) for image in images]
    started = time.process_time()
    found = []
    for one, other in asked:
        larger, smaller = sorted((one, other), key=lambda number: -photos[number].width * photos[number].height)
        if edited_view(greys[larger], greys[smaller]) is not None:
            found.append((one, other))
    taken = time.process_time() - started
    grouped = joined(np.array(found, np.int64).reshape(-1, 2))
    group_of = np.full(len(copies), -1)
    group_of[grouped.members] = np.repeat(np.arange(len(grouped.starts) - 1), np.diff(grouped.starts))
    yield from _judged(copies, group_of)
    yield Figure("pairs of neighbours", len(pairs), "")
    yield Figure("of which are compared", len(asked), "")
    yield Figure("a comparison", 1000 * taken / max(len(asked), 1), "ms of one core")


def _judged(copies: Sequence[Copy], group_of: np.ndarray) -> Iterator[Figure]:
    originals = {copy.shows: number for number, copy in enumerate(copies) if not copy.made}
    right, every = Counter[str](), Counter[str]()
    for number, copy in enumerate(copies):
        if copy.made:
            every[copy.made] += 1
            right[copy.made] += group_of[number] >= 0 and group_of[number] == group_of[originals[copy.shows]]
    for made, count in every.items():
        yield Figure(f"copies that were found, {made}, of {count}", 100 * right[made] / count, "%")
    yield Figure(f"copies that were found, of {every.total():,}", 100 * right.total() / every.total(), "%",
                 goal=Goal(95, at_most=False))  # fmt: skip
    shown = np.array([copy.shows for copy in copies])
    mixed = sum(len(np.unique(shown[group_of == group])) > 1 for group in range(int(group_of.max()) + 1))
    yield Figure(f"groups with other photos in them, of {int(group_of.max()) + 1:,}", mixed, "",
                 goal=Goal(0, at_most=True))  # fmt: skip


def _copies(bench: Bench, folder: Path) -> list[Copy]:
    """Returns the photos, and copies of some of them, which are written to ``folder``."""
    chance = random.Random(3)
    hires = bench.originals or bench.files / "hires"
    large = sorted(path for path in hires.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    large = large or photographs(bench.folder / "originals", 8, bench.say)
    others = _scenes(bench, chance) + _portraits(bench)
    paths = [*large, *others]
    found = [Copy(path, number, "") for number, path in enumerate(paths)]
    chosen = [*range(len(large)), *chance.sample(range(len(large), len(paths)), min(COPIED, len(others)))]
    for number in chosen:
        if (picture := opened(paths[number])) is None:
            continue
        picture.thumbnail((LARGE, LARGE))
        if max(picture.size) < LEAST:
            scale = LEAST / max(picture.size)
            picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
            path = folder / f"{number}.jpg"
            saved(picture, 92).save(path, quality=92)
            found[number] = Copy(path, number, "")
        for kind, edits in EDITS.items():
            for name, edit in edits.items():
                if kind.startswith("turned") and name != TURN:
                    continue
                path = folder / f"{number}-{name.replace(' ', '')}.jpg"
                saved(edit(picture, chance), 85).save(path, quality=90)
                found.append(Copy(path, number, "turned" if name == TURN else name))
    return found


def _scenes(bench: Bench, chance: random.Random) -> list[Path]:
    known = sorted(bench.scenes.rglob("*.jpg"))
    return chance.sample(known, min(SCENES, len(known)))


def _portraits(bench: Bench) -> list[Path]:
    """Returns photos of persons with many of them, of whom each looks much like the others of that person."""
    of: dict[Path, list[Path]] = {}
    for path in sorted(bench.people.rglob("*.jpg")):
        of.setdefault(path.parent, []).append(path)
    many = sorted(of.values(), key=len, reverse=True)[:PERSONS]
    return [path for paths in many for path in paths[:OF_EACH_PERSON]]
