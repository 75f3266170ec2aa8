"""Generates the library of a family, with names that people use, as columns and as an index: for questions in words.

The columns are what the questions of ``asked.py`` are answered from by a naive reading, beside the index.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.model.library import Place, PlaceKind
from photos_graph.search.arrays import bitmap
from photos_graph.search.content_sets import ContentFile, write_content
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

PLACES = {
    "Italy": {"Abruzzo": ("Pescara", "L'Aquila"), "Lazio": ("Rome", "Ostia"), "Tuscany": ("Florence", "Pisa")},
    "France": {"Brittany": ("Brest", "Quimper"), "Provence": ("Arles", "Nice")},
    "Spain": {"Andalusia": ("Seville", "Granada")},
    "Germany": {"Bavaria": ("Munich", "Passau")},
    "Norway": {"Vestland": ("Bergen", "Voss")},
    "United States": {"California": ("San Francisco", "Monterey")},
}
CODES = {"Italy": "IT", "France": "FR", "Spain": "ES", "Germany": "DE", "Norway": "NO", "United States": "US"}
PERSONS = ("Elena Conti", "Anna Berti", "Bob Miller", "Carla Rossi", "Dario Rossi")  # the first one is "me"
FAMILY = ("Anna Berti", "Bob Miller")
TAGS = {  # with their parents
    "Landscapes": None,
    "Beach": None,
    "Mountains": None,
    "Nature": None,
    "Lakes": "Nature",
    "Forests": "Nature",
    "Places": None,
    "Abruzzo": "Places",
    "Birthday": None,
    "Food": None,
}
CAMERAS = ("Canon|EOS 5D|EF 50mm", "FUJIFILM|X-T3|XF 23mm", "Apple|iPhone 11|", "NIKON|D750|")
SEEN = ("dog", "church")  # what photos look like, and no label says
SYLLABLES = [a + b for a in "bcdfglmnprstvz" for b in "aeiou"]


@dataclass(frozen=True)
class Family:
    """The library as columns by photo number; -1 means none. ``tagged``, ``predicted`` and ``excluded`` are by tag, and
    ``likely`` by concept. ``theme`` (folders,) is the tag that a folder carries."""

    size: int
    folder: Ints
    theme: Ints
    taken: npt.NDArray[np.datetime64]  # in microseconds; not a time if it is unknown
    city: Ints
    rating: Ints
    favourite: Mask
    camera: Ints
    persons: Ints  # (size, 2)
    faces: Ints
    tagged: dict[str, Mask]
    predicted: dict[str, Mask]
    excluded: dict[str, Mask]
    likely: dict[str, npt.NDArray[np.float64]]
    fillers: list[str] = field(repr=False)  # further names, which no question means

    @property
    def folders(self) -> int:
        return len(self.theme)

    # a naive reading

    @cached_property
    def cities(self) -> list[tuple[str, str, str]]:
        """Returns country, region and name of each city."""
        return [(c, r, name) for c, regions in PLACES.items() for r, names in regions.items() for name in names]

    def at(self, name: str) -> Mask:
        inside = [number for number, ways in enumerate(self.cities) if name in ways]
        return np.isin(self.city, inside)

    def tag(self, name: str, confirmed: bool = False) -> Mask:
        """Returns the photos that have a tag or a descendant: by themselves, or, unless it is excluded, by their folder
        or by a prediction."""
        found = np.zeros(self.size, bool)
        for narrower in [name, *(tag for tag, parent in TAGS.items() if parent == name)]:
            weaker: Mask = self.theme[self.folder] == list(TAGS).index(narrower)
            if not confirmed:
                weaker = weaker | self.predicted[narrower]
            found |= self.tagged[narrower] | (weaker & ~self._off(narrower))
        return found

    def tag_or_place(self, name: str) -> Mask:
        """Returns the photos of a name that a tag and a place share: who excludes the tag, excludes the place too."""
        return self.tag(name) | (self.at(name) & ~self._off(name))

    def _off(self, name: str) -> Mask:
        """Returns the photos that exclude a tag or its parent."""
        parent = TAGS[name]
        return self.excluded[name] | self.excluded[parent] if parent else self.excluded[name]

    def person(self, *names: str) -> Mask:
        numbers = [PERSONS.index(name) for name in names]
        return np.isin(self.persons[:, 0], numbers) | np.isin(self.persons[:, 1], numbers)

    def only(self, *names: str) -> Mask:
        numbers = [-1, *(PERSONS.index(name) for name in names)]
        return np.isin(self.persons[:, 0], numbers) & np.isin(self.persons[:, 1], numbers)

    def days(self, first: str, last: str) -> Mask:
        """Returns the photos of the days from the first to the last."""
        found: Mask = (self.taken >= np.datetime64(first)) & (self.taken < np.datetime64(last) + np.timedelta64(1, "D"))
        return found

    def year(self, *years: int) -> Mask:
        return np.isin(self.taken.astype("M8[Y]").astype(np.int64) + 1970, years) & ~np.isnat(self.taken)

    def month(self, *months: int) -> Mask:
        return np.isin(self.taken.astype("M8[M]").astype(np.int64) % 12 + 1, months) & ~np.isnat(self.taken)

    def day(self, month: int, day: int) -> Mask:
        days = self.taken.astype("M8[D]")
        of_month = (days - days.astype("M8[M]").astype("M8[D]")).astype(np.int64) + 1
        found: Mask = self.month(month) & (of_month == day)
        return found

    def weekday(self, number: int) -> Mask:
        """Monday is 0."""
        found: Mask = (self.taken.astype("M8[D]").astype(np.int64) + 3) % 7 == number
        return found & ~np.isnat(self.taken)

    def hours(self, first: int, end: int) -> Mask:
        hour = self.taken.astype("M8[h]").astype(np.int64) % 24
        found: Mask = (hour >= first) & (hour < end)
        return found & ~np.isnat(self.taken)

    def looks(self, concept: str) -> Mask:
        found: Mask = np.rint(255 * self.likely[concept]) >= 0.2 * 255
        return found

    # the index

    def index(self, folder: Path) -> SearchIndex:
        """Builds the index, with a file of what photos look like in ``folder``."""
        made = SearchIndex()
        made.apply_folders(self._folder_rows())
        made.apply_places(self._places())
        made.apply_tags(self._tags())
        made.apply_persons(self._persons())
        made.apply_photos(self._photos())
        made.apply_marks(
            FolderMarks(folder_id(number), (Carried(tag_id(list(TAGS)[theme]), True),))
            for number, theme in enumerate(self.theme.tolist())
            if theme >= 0
        )
        made.apply_labels(self._labels(), None)
        made.sets.content.use(self._content(folder / "content"))
        made.prepare()
        return made

    def _folder_rows(self) -> Iterator[FolderRow]:
        yield FolderRow("root", "Photos", "root")
        for number in range(self.folders):
            name = self.fillers[number] if number < len(self.fillers) // 2 else "Xyzzyx"
            name = f"{2000 + number % 25}-{number % 12 + 1:02} {name}"
            yield FolderRow(folder_id(number), name, f"root/{number}", "root")

    def _more(self, share: int) -> Sequence[str]:
        """Returns the fillers of a kind: tags, persons or places. Up to half of all are folders, and these the rest."""
        rest = self.fillers[min(self.folders, len(self.fillers) // 2) :]
        return rest[share::3]

    def _places(self) -> Iterator[Place]:
        for country, regions in PLACES.items():
            code = CODES[country]
            yield Place(code, country, PlaceKind.COUNTRY)
            for region, names in regions.items():
                yield Place(f"{code}/{region}", region, PlaceKind.REGION, code)
                for name in names:
                    yield Place(f"{code}/{region}/{name}", name, PlaceKind.CITY, f"{code}/{region}")
        for number, name in enumerate(self._more(2)):
            yield Place(f"IT/Lazio/{number}", name, PlaceKind.CITY, "IT/Lazio")

    def _tags(self) -> Iterator[Tag]:
        for name, parent in TAGS.items():
            yield Tag(tag_id(name), name, tag_id(parent) if parent else None)
        yield Tag("more", "Xyzzyx")
        for number, name in enumerate(self._more(0)):
            yield Tag(f"more{number}", name, "more")

    def _persons(self) -> Iterator[Person]:
        for number, name in enumerate(PERSONS):
            yield Person(f"p{number}", name, is_me=number == 0, groups=("Family",) if name in FAMILY else ())
        for number, name in enumerate(self._more(1)):
            yield Person(f"more{number}", name)

    def _photos(self) -> Iterator[PhotoRow]:
        place_ids = [f"{CODES[country]}/{region}/{name}" for country, region, name in self.cities]
        columns = (self.folder, self.city, self.rating, self.favourite, self.camera)
        taken: list[datetime | None] = self.taken.tolist()
        for number, (folder, city, rating, favourite, camera) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            name = f"IMG_{number:07}.jpg"
            yield PhotoRow(
                number,
                photo_id(number),
                name,
                (folder_id(folder),),
                (name,),
                (place_ids[city],) if city >= 0 else (),
                taken[number],
                rating=rating or None,
                favourite=favourite,
                camera=CAMERAS[camera],
                latitude=42.0 if city >= 0 else None,
                longitude=13.0 if city >= 0 else None,
            )

    def _labels(self) -> LabelPostings:
        def sets(masks: dict[str, Mask]) -> dict[str, BitMap]:
            return {tag_id(name): bitmap(np.flatnonzero(mask)) for name, mask in masks.items()}

        shown = {
            f"p{number}": bitmap(np.flatnonzero((self.persons == number).any(axis=1))) for number in range(len(PERSONS))
        }
        faces = {count: bitmap(np.flatnonzero(self.faces == count)) for count in range(1, 6)}
        return LabelPostings(sets(self.tagged), sets(self.excluded), sets(self.predicted), shown, {}, faces)

    def _content(self, path: Path) -> ContentFile:
        ids = np.frombuffer(bytes.fromhex("".join(map(photo_id, range(self.size)))), np.uint8).reshape(-1, 16)
        numbers = np.arange(self.size, dtype=np.uint32)
        scores = {}
        for concept, likely in self.likely.items():
            scored = np.rint(255 * likely).astype(np.uint8)
            rows = np.flatnonzero(scored).astype(np.uint32)
            scores[concept] = rows, scored[rows]
        write_content(path, (), ids, numbers, scores)
        return ContentFile(path)


def family(size: int, names: int = 0) -> Family:
    """Returns the library of this size, which is always the same, with so many further names."""
    chance = np.random.default_rng(11)
    folders = max(24, size // 50)
    folder = np.arange(size) * folders // size
    start = chance.integers(np.datetime64("1995-01-01").astype(int), np.datetime64("2026-11-25").astype(int), folders)
    seconds = chance.integers(0, 2 * 86_400, size)  # each folder has two days
    taken = (start[folder].astype("M8[D]").astype("M8[us]") + seconds * np.timedelta64(1_000_000, "us")).astype(
        "M8[us]"
    )
    taken[chance.random(size) < 0.01] = np.datetime64("NaT")
    cities = sum(len(names) for regions in PLACES.values() for names in regions.values())
    theme = np.where(chance.random(folders) < 0.2, chance.integers(0, len(TAGS), folders), -1)
    persons = np.where(chance.random((size, 2)) < (0.5, 0.3), chance.integers(0, len(PERSONS), (size, 2)), -1)
    known = (np.sort(persons, axis=1) >= 0).sum(axis=1) - ((persons[:, 0] == persons[:, 1]) & (persons[:, 0] >= 0))
    tagged = {name: chance.random(size) < 0.06 for name in TAGS}
    predicted = {name: (chance.random(size) < 0.03) & ~tagged[name] for name in TAGS}
    themed = theme[folder]
    excluded = {
        name: (chance.random(size) < 0.1) & (themed == number) & ~_below(tagged, name)
        for number, name in enumerate(TAGS)
    }
    return Family(
        size=size,
        folder=folder,
        theme=theme,
        taken=taken,
        city=np.where(chance.random(folders) < 0.8, chance.integers(0, cities, folders), -1)[folder],
        rating=chance.choice([0, 0, 0, 1, 2, 3, 4, 5], size),
        favourite=chance.random(size) < 0.02,
        camera=chance.integers(0, len(CAMERAS), size),
        persons=persons,
        faces=known + chance.choice([0, 0, 0, 1, 2], size),
        tagged=tagged,
        predicted=predicted,
        excluded=excluded,
        likely={name: np.where(chance.random(size) < 0.05, chance.random(size), 0.0) for name in SEEN},
        fillers=_names(names),
    )


def _below(tagged: dict[str, Mask], name: str) -> Mask:
    """Returns the photos that have the tag, or one directly below it, by themselves: nobody excludes what they said."""
    found = tagged[name].copy()
    for tag, parent in TAGS.items():
        if parent == name:
            found |= tagged[tag]
    return found


def _names(count: int) -> list[str]:
    """Returns distinct names of one or two words that nobody knows."""
    chance = random.Random(12)
    found: dict[str, None] = {}
    while len(found) < count:
        words = ("".join(chance.choices(SYLLABLES, k=chance.randint(3, 5))) for _ in range(chance.randint(1, 2)))
        found[" ".join(words).title()] = None
    return [*found]


def photo_id(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:016x}"


def folder_id(number: int) -> str:
    return f"f{number}"


def tag_id(name: str) -> str:
    return name.lower()
