"""Generates a library without files: folders, tags of which few are frequent, persons, places, one face per photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

TAG_GROUPS, TAGS_IN_GROUP = 30, 9  # 300 tags in total, including the groups
PERSONS = 200
COUNTRIES, REGIONS, CITIES = 20, 100, 380
TOP_FOLDERS = 20
CARRIERS = 5  # top folders, each with its own tag for all folders below
RARE = 2_000  # photos per photo with the rare tag
START = datetime(2003, 1, 1)

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Made:
    """The library as columns by photo number, with the tables to which their numbers refer. -1 means none."""

    size: int
    folder_parent: Numbers  # by folder; the root is 0 and has none
    folder: Numbers
    taken: list[datetime]
    city: Numbers
    rating: Numbers
    favourite: Numbers
    tagged: list[tuple[int, int]]  # photo, tag
    excluded: list[tuple[int, int]]  # photo, tag
    person: Numbers  # of the only face
    confirmed: Numbers  # whether a person confirmed the label

    @property
    def folders(self) -> int:
        return len(self.folder_parent)


def made(size: int) -> Made:
    """Returns the library of this size, which is always the same."""
    chance = np.random.default_rng(7)
    folders = max(size // 50, TOP_FOLDERS + 1)
    parents = np.zeros(folders, np.int64)
    parents[0] = -1
    upper = max(TOP_FOLDERS + 1, folders // 20)  # top folders contain upper ones, and these contain all others
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
    """Returns distinct pairs of photo and tag: two draws for seven of ten photos, and the rare tag."""
    numbers = np.repeat(np.flatnonzero(chance.random(size) < 0.7), 2)
    leaves = TAG_GROUPS + _zipf(chance, TAG_GROUPS * TAGS_IN_GROUP, len(numbers))
    rare = np.arange(RARE // 2, size, RARE)
    pairs = np.stack([np.concatenate([numbers, rare]), np.concatenate([leaves, np.full(len(rare), rare_tag())])])
    return [(int(n), int(t)) for n, t in np.unique(pairs, axis=1).T]


def rare_tag() -> int:
    return TAG_GROUPS * (1 + TAGS_IN_GROUP) + CARRIERS


def tag_names() -> list[str]:
    """Returns the names by number: the groups, their leaves, the tags of folders, and the rare tag."""
    groups = [f"Group{g}" for g in range(TAG_GROUPS)]
    leaves = [f"Tag{n}" for n in range(TAG_GROUPS * TAGS_IN_GROUP)]
    return [*groups, *leaves, *(f"Journey{n}" for n in range(CARRIERS)), "Rare"]


def tag_parent(tag: int) -> int:
    """Returns the number of the parent, or -1 if there is none. The frequent leaves are spread over the groups."""
    return (tag - TAG_GROUPS) % TAG_GROUPS if TAG_GROUPS <= tag < TAG_GROUPS * (1 + TAGS_IN_GROUP) else -1


def carriers() -> list[tuple[int, int]]:
    """Returns pairs of a folder and the tag that it carries recursively."""
    return [(1 + n, TAG_GROUPS * (1 + TAGS_IN_GROUP) + n) for n in range(CARRIERS)]


def place_names() -> list[str]:
    """Returns the names by number: countries, regions and cities."""
    return [
        *(f"Country{n}" for n in range(COUNTRIES)),
        *(f"Region{n}" for n in range(REGIONS)),
        *(f"City{n}" for n in range(CITIES)),
    ]


def position(city: int, number: int) -> tuple[float, float]:
    """Returns the latitude and longitude in degrees of a photo that was taken in a city, within some 10 km of it."""
    away = (number % 101 / 1000 - 0.05, number % 103 / 1000 - 0.05)
    return city * 0.618 % 1 * 120 - 60 + away[0], city * 0.754 % 1 * 358 - 179 + away[1]


def place_parent(place: int) -> int:
    if place < COUNTRIES:
        return -1
    if place < COUNTRIES + REGIONS:
        return (place - COUNTRIES) % COUNTRIES
    return COUNTRIES + (place - COUNTRIES - REGIONS) % REGIONS
