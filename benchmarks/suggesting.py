"""Measures suggestions in a large library with many names, beside a loop over all names."""

from __future__ import annotations

import string
import time
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.library import Place, PlaceKind
from photos_graph.search.arrays import bitmap
from photos_graph.search.columns import COLUMNS
from photos_graph.search.filters import FolderFilter, PhotoFilter
from photos_graph.search.folding import fold, name_words
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import EVERY_LANGUAGE
from photos_graph.search.rows import FolderRow, LabelPostings
from photos_graph.services.browse.suggesting import Suggester

PHOTOS = 1_000_000  # unless the options say more or fewer
FOLDERS, PERSONS, TAGS, PLACES, CAMERAS = 40_000, 2_000, 3_000, 5_000, 300
ROUNDS = 9
GOAL = 20.0  # milliseconds
SYLLABLES = (
    "an",
    "ro",
    "mi",
    "lo",
    "ter",
    "ka",
    "vin",
    "be",
    "sa",
    "dor",
    "el",
    "qui",
    "pa",
    "no",
    "fe",
    "lu",
    "gra",
    "ti",
)


class _Known:
    """An index with its customs, in place of the one that follows a graph."""

    def __init__(self, search: SearchIndex) -> None:
        self.search, self.customs = search, EVERY_LANGUAGE


def suggesting(bench: Bench) -> Iterator[Figure]:
    count = bench.photos_given or PHOTOS
    index = _library(count)
    names = [row.name for rows in (index.folders, index.tags, index.persons, index.places) for row in rows]
    suggester = Suggester(_Known(index))  # type: ignore[arg-type]
    words = name_words(names[FOLDERS // 2])
    texts = {
        "a letter": "a",
        "two letters": words[0][:2],
        "a word": words[0],
        "two words": f"{words[0]} {words[1][:2]}",
        "a year": "2019",
        "a month": "aug",
        "a month and a year": "august 2019",
        "a slip": words[0][:2] + "x" + words[0][2:],
    }
    filters = {
        "": None,
        ", within a folder": PhotoFilter(folder=FolderFilter(id=next(iter(index.folders.child_ids("root"))))),
    }
    yield Figure(f"suggestions among {len(names):,} names, the first", _milliseconds(suggester, "b", None), "ms")
    for where, filter in filters.items():
        for what, text in texts.items():
            suggester.suggest(text, filter=filter)
            ours = [_milliseconds(suggester, text, filter) for _ in range(ROUNDS)]
            theirs = [_loop(names, text) for _ in range(3)]
            yield Figure(f"suggestions for {what}{where}", float(np.median(ours)), "ms", float(np.median(theirs)),
                         "a loop over the names", goal=Goal(GOAL, at_most=True))  # fmt: skip


def _milliseconds(suggester: Suggester, text: str, filter: PhotoFilter | None) -> float:
    started = time.perf_counter()
    suggester.suggest(text, filter=filter)
    return (time.perf_counter() - started) * 1000


def _loop(names: Sequence[str], text: str) -> float:
    """Looks at each name for words that begin as those of the text, without counts and ranks."""
    started = time.perf_counter()
    wanted = fold(text).split()
    found = [name for name in names if all(any(w.startswith(p) for w in fold(name).split()) for p in wanted)]
    del found
    return (time.perf_counter() - started) * 1000


def _library(count: int) -> SearchIndex:
    chance = np.random.default_rng(7)

    def name(words: int) -> str:
        return " ".join("".join(chance.choice(SYLLABLES, chance.integers(2, 5))).capitalize() for _ in range(words))

    index = SearchIndex()
    folders = [FolderRow("root", "Pictures", "root")]
    for number in range(1, FOLDERS):
        parent = folders[0] if number < 40 else folders[int(chance.integers(1, max(2, number // 20)))]
        year = f"{2000 + number % 25} " if number % 2 else ""
        folders.append(FolderRow(f"f{number}", f"{year}{name(2)}", f"root/{number}", parent.id))
    places = [Place(f"C{number}", name(1), PlaceKind.COUNTRY) for number in range(60)]
    for number in range(60, PLACES):
        places.append(Place(f"P{number}", name(1), PlaceKind.CITY, f"C{number % 60}"))
    index.apply_folders(folders)
    index.apply_places(places)
    index.apply_tags(Tag(f"{n:032x}", name(1 + n % 2), f"{n % 300:032x}" if n >= 300 else None) for n in range(TAGS))
    index.apply_persons(Person(f"{n:032x}", name(2)) for n in range(PERSONS))
    _put_photos(index, chance, count, [row.id for row in folders], [row.id for row in places])
    index.apply_labels(LabelPostings(
        tagged=_spread(chance, count, TAGS, 3), predicted={}, excluded={},
        persons=_spread(chance, count, PERSONS, 1), persons_predicted={}, faces={},
    ), None)  # fmt: skip
    return index


def _put_photos(
    index: SearchIndex, chance: np.random.Generator, count: int, folders: Sequence[str], places: Sequence[str]
) -> None:
    table = index.sets.table
    columns: dict[str, npt.NDArray[np.generic]] = {
        each: np.full(count, column.fill, column.dtype) for each, column in COLUMNS.items()
    }
    days = np.datetime64("2000-01-01", "us") + np.arange(count) * (25 * 365 * 86_400_000_000 // count)
    columns["taken"] = days.astype("M8[us]").astype(np.int64)
    columns["folders"] = (1 + np.arange(count) * len(folders) // count).astype(np.int32)
    columns["places"] = (1 + np.arange(count) // 50 * 31 % len(places)).astype(np.int32)
    columns["camera"] = (1 + np.arange(count) // 500 % CAMERAS).astype(np.int32)
    names = {f"names_{part}": values for part, values in table.names.dump(0).items()}
    names |= {"names_start": np.zeros(count, np.int64), "names_length": np.zeros(count, np.int32)}
    table.restore({"ids": chance.integers(0, 256, (count, 16), np.uint8), **columns, **names})
    table.folder_sets.restore([(), *((id_,) for id_ in folders)])
    table.place_sets.restore([(), *((id_,) for id_ in places)])
    letters = string.ascii_uppercase
    table.cameras.restore(["", *(f"Make {letters[n % 9]}|Model {n}|Lens {n % 40} mm" for n in range(CAMERAS))])
    index.sets.restore(bitmap(np.arange(count)), bitmap(np.zeros(0)))


def _spread(chance: np.random.Generator, count: int, labels: int, each: int) -> dict[str, BitMap]:
    """Returns sets of photos in which a few labels are frequent."""
    weights = 1 / np.arange(1, labels + 1)
    which = chance.choice(labels, count * each // 4, p=weights / weights.sum())
    numbers = chance.integers(0, count, len(which))
    order = np.argsort(which, kind="stable")
    which, numbers = which[order], numbers[order]
    edges = np.searchsorted(which, np.arange(labels + 1))
    return {f"{n:032x}": bitmap(numbers[edges[n] : edges[n + 1]]) for n in range(labels)}
