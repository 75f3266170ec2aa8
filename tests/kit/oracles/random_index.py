"""Random libraries, and random questions about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import strategies as st
from pyroaring import BitMap

from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.model.library import DatePrecision, Exposure, Place
from photos_graph.model.search import PhotoShape
from photos_graph.search.content_sets import ContentFile
from photos_graph.search.index import SearchIndex
from photos_graph.search.look_sets import Alike
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow, PlacedPhotos
from photos_graph.search.terms.added import AddedIn, Instant
from photos_graph.search.terms.albums import InAlbum, InNoAlbum, OnlyInAlbums
from photos_graph.search.terms.content import LooksLike, LooksLikeText
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words
from tests.kit.content import content_file
from tests.kit.search_index import place

FOLDERS = [f"f{i}" for i in range(6)]
PLACES = ["IT", "IT/Abruzzo", "IT/Abruzzo/L'Aquila", "FR", "FR/Corse"]
TAGS = [f"t{i}" for i in range(4)]
STACKS = [("s0", "BURST"), ("s1", "MANUAL"), ("s2", "EDIT")]
PERSONS = ["p0", "p1", "p2"]
ALBUMS = ["a0", "a1"]
LOOKS = {"dog": range(0, 25, 3), "church": range(0, 25, 2), "tench": range(0)}  # the numbers of likely photos
TEXTS = {"red balloon": range(1, 25, 4), "white noise": range(0)}  # the same of texts
NAMES = [
    "IMG_2.jpg",
    "img_10.JPG",
    "IMG_0002.jpg",
    "été.heic",
    "Ete 3.heic",
    "b.png",
    "",
    "20190812_1.jpg",
    "山 1.jpg",
    "Screen Shot 2.png",
]
WORDS = [
    "img",
    "IM",
    "1",
    "ete",
    "Été",
    "2019 abr",
    "italy img",
    "aquila",
    "zz",
    "",
    "!!",
    "🏖",
    "b 🏖",
    "山",
    "heic b",
    "sea",
    "anna",
    "b sea",
]

# few values, so that photos share keys, and every month's edge is among them
moments = st.sampled_from(
    [datetime(y, m, d, h) for y in (1969, 2000, 2019) for m, d in ((1, 1), (1, 31), (8, 12), (12, 31)) for h in (0, 23)]
) | st.datetimes(datetime(1800, 1, 1), datetime(2100, 1, 1))
latitudes = st.sampled_from([-90.0, -10.5, 0.0, 42.35, 42.36, 90.0]) | st.floats(-90, 90)
longitudes = st.sampled_from([-180.0, -179.9, 0.0, 13.4, 13.41, 179.9, 180.0]) | st.floats(-180, 180)
numbers = st.integers(0, 24)
sides = st.sampled_from([0, 99, 100, 102, 103, 199, 200, 400])
added = st.none() | st.integers(0, 4).map(lambda ms: Instant(datetime.fromtimestamp(ms / 1000, UTC)))
exposed = st.sampled_from([1 / 32000, 1 / 125, 0.5, 1.8, 35, 100, 1250, 12800, 3_276_800])


def photo_id(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:016x}"


@cache
def looks() -> ContentFile:
    """Returns an open file of what the photos look like."""
    with TemporaryDirectory() as folder:
        ids = {number: photo_id(number) for number in range(25)}
        return content_file(
            Path(folder) / "looks", ids, {id_: dict.fromkeys(those, 0.5) for id_, those in LOOKS.items()}
        )


def look_at(index: SearchIndex) -> None:
    """Gives the index what the photos look like, which is in files of its own."""
    index.sets.content.use(looks())
    index.sets.looks.use("vectors")
    for text, those in TEXTS.items():
        shown = np.array(those, np.uint32)
        prefixes = np.array(
            [int.from_bytes(bytes.fromhex(photo_id(n))[:8], "big", signed=True) for n in those], np.int64
        )
        index.sets.looks.put("vectors", text, Alike(shown, prefixes, np.full(len(shown), 4, np.float32)))


@st.composite
def photo_rows(draw: st.DrawFn) -> PhotoRow:
    number = draw(numbers)
    located = draw(st.booleans())
    name = draw(st.sampled_from(NAMES))
    precision = draw(st.sampled_from(DatePrecision))
    return PhotoRow(
        number=number,
        id=photo_id(number),
        name=name,
        folders=tuple(draw(st.lists(st.sampled_from(FOLDERS), max_size=2, unique=True))),
        texts=(name, *draw(st.lists(st.sampled_from(NAMES), max_size=1))),
        places=tuple(draw(st.lists(st.sampled_from(PLACES), max_size=2, unique=True))),
        taken=_start(draw(st.none() | moments), precision),
        precision=precision,
        added_ms=draw(st.integers(0, 3)),
        rating=draw(st.none() | st.integers(-1, 5)),
        favourite=draw(st.booleans()),
        camera=draw(st.sampled_from([None, "Canon|EOS 5D|EF 50mm", "NIKON|D750|", "Ünü||"])),
        latitude=draw(latitudes) if located else None,
        longitude=draw(longitudes) if located else None,
        exposure=draw(st.builds(Exposure, *[st.none() | exposed] * 4)),
        stack=draw(st.sampled_from([None, *STACKS])),
        stack_rank=draw(st.integers(-4, 3)),
        width=draw(sides),
        height=draw(sides),
        is_raw=draw(st.booleans()),
        files=draw(st.sampled_from([1, 1, 2, 300])),
    )


def _start(moment: datetime | None, precision: DatePrecision) -> datetime | None:
    if moment is None or precision is DatePrecision.SECOND:
        return moment
    day = datetime(moment.year, moment.month, moment.day)
    return day.replace(
        day=day.day if precision is DatePrecision.DAY else 1,
        month=1 if precision is DatePrecision.YEAR else day.month,
    )


@st.composite
def folder_rows(draw: st.DrawFn) -> FolderRow:
    """A folder's parent has a smaller id, or is not there at all: never a loop."""
    place = draw(st.integers(0, len(FOLDERS) - 1))
    parent = draw(st.sampled_from([*FOLDERS[max(0, place - 3) : place], None, "f-unknown"]))
    name = draw(st.sampled_from(["2019 Abruzzo", "Italy", "Été", "Abruzzo 10", "Screenshots", "x"]))
    return FolderRow(FOLDERS[place], name, f"r/{place}", parent)


@st.composite
def place_rows(draw: st.DrawFn) -> Place:
    at = draw(st.integers(0, len(PLACES) - 1))
    parent = draw(st.none() | st.sampled_from(PLACES[:at])) if at else None
    return place(PLACES[at], draw(st.sampled_from(["Italy", "Abruzzo", "L'Aquila", "Corse"])), parent)


@st.composite
def tag_rows(draw: st.DrawFn) -> Tag:
    """A tag's parent has a smaller id, or is not there at all: never a loop."""
    place = draw(st.integers(0, len(TAGS) - 1))
    parent = draw(st.sampled_from([*TAGS[:place], None, "t-unknown"]))
    return Tag(TAGS[place], draw(st.sampled_from(["Sea", "sea shore", "Été", "Abruzzo", "🏖"])), parent)


@st.composite
def person_rows(draw: st.DrawFn) -> Person:
    name = draw(st.sampled_from(["Anna", "Anna Été", "Bo"]))
    return Person(draw(st.sampled_from(PERSONS)), name, hidden=draw(st.booleans()))


folder_marks = st.builds(
    FolderMarks,
    st.sampled_from(FOLDERS),
    st.lists(
        st.builds(Carried, st.sampled_from(TAGS), st.booleans()), max_size=2, unique_by=lambda each: each.tag_id
    ).map(tuple),
    st.lists(st.sampled_from(TAGS), max_size=2, unique=True).map(lambda ids: tuple(sorted(ids))),
)

album_rows = st.builds(Album, st.sampled_from(ALBUMS), st.sampled_from(["Trip", "Sea"]))
photo_sets = st.sets(numbers, max_size=6)


@st.composite
def labellings(draw: st.DrawFn) -> tuple[LabelPostings, set[int] | None]:
    """Labels of some photos, or of all."""
    touched = draw(st.none() | st.sets(numbers, max_size=8))

    def sets(keys: st.SearchStrategy[Any]) -> dict[Any, BitMap]:
        drawn = draw(st.dictionaries(keys, photo_sets, max_size=3))
        kept = {key: BitMap(photos if touched is None else photos & touched) for key, photos in drawn.items()}
        return {key: photos for key, photos in kept.items() if photos}

    tags, persons = st.sampled_from(TAGS), st.sampled_from(PERSONS)
    faces: dict[int, BitMap] = {}
    for number, count in draw(st.dictionaries(numbers, st.integers(1, 3), max_size=4)).items():
        if touched is None or number in touched:
            faces.setdefault(count, BitMap()).add(number)
    return LabelPostings(sets(tags), sets(tags), sets(tags), sets(persons), sets(persons), faces), touched


@st.composite
def placings(draw: st.DrawFn) -> tuple[dict[str, dict[int, int]], set[int] | None]:
    """Positions of some photos, or of all, by the ids of their albums."""
    touched = draw(st.none() | st.sets(numbers, max_size=8))
    drawn = draw(st.dictionaries(st.sampled_from(ALBUMS), st.dictionaries(numbers, st.integers(-3, 3), max_size=6)))
    return {
        id_: kept
        for id_, positions in drawn.items()
        if (kept := {n: each for n, each in positions.items() if touched is None or n in touched})
    }, touched


def placed(positions: Mapping[int, int]) -> PlacedPhotos:
    shown = sorted(positions)
    return PlacedPhotos(np.array(shown, np.uint32), np.array([positions[n] for n in shown], np.int64))


terms: st.SearchStrategy[Query] = st.one_of(
    st.just(Everything()),
    st.builds(InFolder, st.sampled_from([*FOLDERS, "nowhere"]), st.booleans()),
    st.builds(AtPlace, st.sampled_from([*PLACES, "nowhere"])),
    st.builds(
        TakenIn,
        st.none() | moments,
        st.none() | moments,
        st.none() | st.sampled_from([1969, 2000, 2019]),
        st.none() | st.integers(1, 12),
        st.none() | st.sampled_from([1, 5, 14, 31]),
    ),
    st.builds(Near, latitudes, longitudes, st.floats(0.1, 20000)),
    st.builds(InBox, latitudes, latitudes, longitudes, longitudes),
    st.builds(Rated, st.none() | st.integers(-2, 6), st.none() | st.integers(-2, 6)),
    st.builds(
        Exposed,
        st.sampled_from(["iso", "aperture", "seconds", "focal_length"]),
        st.none() | st.just(0) | exposed,
        st.none() | st.just(0) | exposed,
    ),
    st.builds(Favourite, st.booleans()),
    st.builds(AddedIn, added, added),
    st.builds(Shaped, st.sampled_from(PhotoShape)),
    st.sampled_from([IsRaw(), HasCopies(), IsEdited(), IsScreenshot()]),
    st.builds(UnnamedFaces, st.booleans()),
    st.builds(TakenWith, st.sampled_from(["canon", "50MM", "d750", "unu", "", "|", "Canon|EOS"])),
    st.builds(Words, st.sampled_from(WORDS), st.booleans()),
    st.builds(LooksLike, st.sampled_from([*LOOKS, "nothing"])),
    st.builds(LooksLikeText, st.sampled_from([*TEXTS, "nothing"])),
    st.builds(Tagged, st.sampled_from([*TAGS, "nothing"]), st.booleans()),
    st.builds(OnlyTagged, st.lists(st.sampled_from(TAGS), max_size=3).map(tuple), st.booleans()),
    st.builds(Untagged, st.booleans()),
    st.builds(Excluded, st.sampled_from([*TAGS, "nothing"])),
    st.builds(WithPerson, st.sampled_from([*PERSONS, "nobody"]), st.booleans()),
    st.builds(OnlyPersons, st.lists(st.sampled_from(PERSONS), max_size=2).map(tuple), st.booleans()),
    st.builds(InAlbum, st.sampled_from([*ALBUMS, "nowhere"])),
    st.builds(OnlyInAlbums, st.lists(st.sampled_from(ALBUMS), max_size=2).map(tuple)),
    st.just(InNoAlbum()),
    st.builds(FacesIn, st.none() | st.integers(-1, 4), st.none() | st.integers(-1, 4)),
)

queries: st.SearchStrategy[Query] = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
