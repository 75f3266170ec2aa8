"""Measures how surely copies of pictures at other sizes, or edited, are put into one group, and whether photos that
only look alike are."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
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
from photos_graph.learn.turned import turned_pairs
from photos_graph.learn.weights import BackboneWeights
from photos_graph.services.learning.similar_rules import LEAST_ALIKE, SURELY_ALIKE, looks_alike, small_pictures
from photos_graph.settings import Settings

SCENES, OF_EACH_PERSON, PERSONS = 160, 10, 14  # photos that only look alike
COPIED = 16  # photos of which copies are made, beside the large ones
LARGE = 1200  # pixels of the longest edge of what is copied
FRAMED = 40  # photos of which frames are made
LEAST = 400  # pixels of the longest edge: smaller pictures are enlarged to it before copies are made
TURNS = {"2": "mirrored", "3": "turned by 180 degrees", "6": "turned by 90 degrees"}  # those that are made


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
    alike = {(one, other) for (one, other), sure in zip(pairs.tolist(), certain.tolist(), strict=True)
             if sure or looks_alike(photos[one], photos[other])}  # fmt: skip
    small = small_pictures({photo.number: photo for photo in photos})[1]
    turned = set(map(tuple, turned_pairs(small, np.ones(len(small), np.bool_)).tolist()))
    bench.say(
        f"{len(pairs):,} pairs of neighbours, {len(alike):,} of which are compared, and {len(turned - alike):,} more"
    )
    greys = [grey(image, EDGE) for image in images]
    started = time.thread_time()
    found = set()
    for one, other in sorted(alike | turned):
        larger, smaller = sorted((one, other), key=lambda number: -photos[number].width * photos[number].height)
        if edited_view(greys[larger], greys[smaller]) is not None:
            found.add((one, other))
    taken = time.thread_time() - started
    yield from _judged(copies, _group_of(found, len(copies)), _group_of(found & alike, len(copies)))
    yield Figure("pairs of neighbours", len(pairs), "")
    yield Figure("of which are compared", len(alike), "")
    yield Figure("pairs that are compared because small pictures agree after a turn", len(turned - alike), "")
    yield Figure("a comparison", 1000 * taken / max(len(alike | turned), 1), "ms of one core")


def _group_of(pairs: Collection[tuple[int, ...]], count: int) -> np.ndarray:
    """Returns the group of each of ``count`` pictures, or -1."""
    grouped = joined(np.array(sorted(pairs), np.int64).reshape(-1, 2))
    group_of = np.full(count, -1)
    group_of[grouped.members] = np.repeat(np.arange(len(grouped.starts) - 1), np.diff(grouped.starts))
    return group_of


def _judged(copies: Sequence[Copy], group_of: np.ndarray, without: np.ndarray) -> Iterator[Figure]:
    """Judges groups, beside those ``without`` the pairs that small pictures gave."""
    every = Counter(copy.made for copy in copies if copy.made)
    ours, theirs = (_found(copies, each) for each in (group_of, without))
    for made, count in every.items():
        yield Figure(f"copies that were found, {made}, of {count}", 100 * ours[made] / count, "%",
                     100 * theirs[made] / count, "without turned small pictures")  # fmt: skip
    yield Figure(f"copies that were found, of {every.total():,}", 100 * ours.total() / every.total(), "%",
                 100 * theirs.total() / every.total(), "without turned small pictures",
                 goal=Goal(95, at_most=False))  # fmt: skip
    yield Figure(f"groups with other photos in them, of {int(group_of.max()) + 1:,}", _mixed(copies, group_of), "",
                 _mixed(copies, without), "without turned small pictures", goal=Goal(0, at_most=True))  # fmt: skip


def _found(copies: Sequence[Copy], group_of: np.ndarray) -> Counter[str]:
    """Counts the copies that are in the group of their original, by how they were made."""
    originals = {copy.shows: number for number, copy in enumerate(copies) if not copy.made}
    return Counter(
        copy.made
        for number, copy in enumerate(copies)
        if copy.made and group_of[number] >= 0 and group_of[number] == group_of[originals[copy.shows]]
    )


def _mixed(copies: Sequence[Copy], group_of: np.ndarray) -> int:
    shown = np.array([copy.shows for copy in copies])
    return sum(len(np.unique(shown[group_of == group])) > 1 for group in range(int(group_of.max()) + 1))


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
                if kind.startswith("turned") and name not in TURNS:
                    continue
                path = folder / f"{number}-{name.replace(' ', '')}.jpg"
                saved(edit(picture, chance), 85).save(path, quality=90)
                found.append(Copy(path, number, TURNS.get(name, name)))
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
