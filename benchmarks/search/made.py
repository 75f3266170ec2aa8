"""A library that no disk holds: folders, tags with a heavy head, persons, places and one face a photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

TAG_GROUPS, TAGS_IN_GROUP = 30, 9  # 300 tags in all, the groups among them
PERSONS = 200
COUNTRIES, REGIONS, CITIES = 20, 100, 380
TOP_FOLDERS = 20
CARRIERS = 5  # of the top folders, each with a tag of its own for all below it
RARE = 2_000  # one photo in so many has the rare tag
START = datetime(2003, 1, 1)

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Made:
    """Columns by photo number, and what the numbers in them stand for. -1 is none."""

    size: int
    folder_parent: Numbers  # by folder; the root is 0 and has none
    folder: Numbers
    taken: list[datetime]
    city: Numbers
    rating: Numbers
    favourite: Numbers
    tagged: list[tuple[int, int]]  # photo, tag
    excluded: list[tuple[int, int]]  # photo, tag
    person: Numbers  # of its one face
    confirmed: Numbers  # whether a person said so

    @property
    def folders(self) -> int:
        return len(self.folder_parent)


def made(size: int) -> Made:
    """The same library for the same size."""
    chance = np.random.default_rng(7)
    folders = max(size // 50, TOP_FOLDERS + 1)
    parents = np.zeros(folders, np.int64)
    parents[0] = -1
    upper = max(TOP_FOLDERS + 1, folders // 20)  # top folders, in them upper ones, in these all others
    parents[TOP_FOLDERS + 1 : upper] = chance.integers(1, TOP_FOLDERS + 1, upper - TOP_FOLDERS - 1)
    parents[upper:] = chance.integers(1, upper, folders - upper)
    folder = np.minimum(np.arange(size) * folders // size, folders - 1)
    days = chance.integers(0, 8000, folders)
    seconds = chance.integers(0, 86_400, size)
    taken = [START + timedelta(days=int(days[f]), seconds=int(s)) for f, s in zip(folder, seconds, strict=True)]
    return Made(
        size=size,
        folder_parent=parents,
        folder=folder,
        taken=taken,
        city=np.where(chance.random(size) < 0.8, chance.integers(0, CITIES, folders)[folder], -1),
        rating=chance.choice([-1, -1, -1, 1, 2, 3, 4, 5], size),
        favourite=chance.random(size) < 0.02,
        tagged=_tagged(chance, size),
        excluded=[(int(n), TAG_GROUPS * (1 + TAGS_IN_GROUP)) for n in np.flatnonzero(chance.random(size) < 0.001)],
        person=np.where(chance.random(size) < 0.8, _zipf(chance, PERSONS, size), -1),
        confirmed=chance.random(size) < 0.75,
    )


def _zipf(chance: np.random.Generator, kinds: int, size: int) -> Numbers:
    weights = 1 / np.arange(1, kinds + 1)
    return chance.choice(kinds, size, p=weights / weights.sum())


def _tagged(chance: np.random.Generator, size: int) -> list[tuple[int, int]]:
    """Two draws a photo for seven photos of ten, and the rare tag; each pair once."""
    numbers = np.repeat(np.flatnonzero(chance.random(size) < 0.7), 2)
    leaves = TAG_GROUPS + _zipf(chance, TAG_GROUPS * TAGS_IN_GROUP, len(numbers))
    rare = np.arange(RARE // 2, size, RARE)
    pairs = np.stack([np.concatenate([numbers, rare]), np.concatenate([leaves, np.full(len(rare), rare_tag())])])
    return [(int(n), int(t)) for n, t in np.unique(pairs, axis=1).T]


def rare_tag() -> int:
    return TAG_GROUPS * (1 + TAGS_IN_GROUP) + CARRIERS


def tag_names() -> list[str]:
    """By number: the groups, their leaves, the tags of folders, the rare one."""
    groups = [f"Group{g}" for g in range(TAG_GROUPS)]
    leaves = [f"Tag{n}" for n in range(TAG_GROUPS * TAGS_IN_GROUP)]
    return [*groups, *leaves, *(f"Journey{n}" for n in range(CARRIERS)), "Rare"]


def tag_parent(tag: int) -> int:
    """-1 for a topmost tag. The frequent leaves are spread over the groups."""
    return (tag - TAG_GROUPS) % TAG_GROUPS if TAG_GROUPS <= tag < TAG_GROUPS * (1 + TAGS_IN_GROUP) else -1


def carriers() -> list[tuple[int, int]]:
    """Folder and tag; recursive all of them."""
    return [(1 + n, TAG_GROUPS * (1 + TAGS_IN_GROUP) + n) for n in range(CARRIERS)]


def place_names() -> list[str]:
    """By number: countries, regions, cities."""
    return [
        *(f"Country{n}" for n in range(COUNTRIES)),
        *(f"Region{n}" for n in range(REGIONS)),
        *(f"City{n}" for n in range(CITIES)),
    ]


def place_parent(place: int) -> int:
    if place < COUNTRIES:
        return -1
    if place < COUNTRIES + REGIONS:
        return (place - COUNTRIES) % COUNTRIES
    return COUNTRIES + (place - COUNTRIES - REGIONS) % REGIONS
