"""The library that the texts of these tests, and of ``docs/search.md``, are asked of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.library import Place
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow, PhotoRow
from tests.kit.search_index import place

TODAY = date(2026, 11, 25)  # a Wednesday

TAGS = [
    Tag("landscapes", "Landscapes"),
    Tag("places", "Places"),
    Tag("abruzzo", "Abruzzo", "places"),
    Tag("beach", "Beach"),
    Tag("volleyball", "Beach volleyball"),
    Tag("nature", "Nature"),
    Tag("lakes", "Lakes", "nature"),
    Tag("trips", "Trips"),
    Tag("lakes-trips", "Lakes", "trips"),
    Tag("man", "Isle of Man"),
    Tag("mountains", "Montagne"),
    Tag("birthdays", "Compleanni"),
    Tag("parasol", "🏖"),
    Tag("towns", "Città"),
    Tag("april", "April"),
]
PERSONS = [
    Person("carlo", "Carlo Rossi", is_me=True),
    Person("anna", "Anna Rossi"),
    Person("bob", "Bob", birthday="2010-05-17"),
    Person("maria", "María del Mar"),
]
PLACES = [
    place("IT", "Italy"),
    place("IT/Abruzzo", "Abruzzo", "IT"),
    place("IT/Abruzzo/L'Aquila", "L'Aquila", "IT/Abruzzo"),
    place("IT/Abruzzo/San Vito Chietino", "San Vito Chietino", "IT/Abruzzo"),
    place("IT/Lazio", "Lazio", "IT"),
    place("IT/Lazio/Rome", "Rome", "IT/Lazio"),
    place("FR", "France"),
]
FOLDERS = [
    FolderRow("root", "Photos", "root"),
    FolderRow("italy", "Italy", "root/Italy", "root"),
    FolderRow("2019-abruzzo", "2019 Abruzzo", "root/Italy/2019 Abruzzo", "italy"),
    FolderRow("wedding", "2018-06 Wedding of Gina", "root/2018-06 Wedding of Gina", "root"),
    FolderRow("rome-2019", "Rome 2019", "root/Rome 2019", "root"),
    FolderRow("landscapes-in", "Landscapes in Abruzzo", "root/Landscapes in Abruzzo", "root"),
    FolderRow("garden", "Giardino", "root/Giardino", "root"),
    FolderRow("raw-1", "Raw", "root/Italy/Raw", "italy"),
    FolderRow("raw-2", "raw", "root/raw", "root"),
]
FILES = ["IMG_1234.jpg", "sunset over Etna.png", "Grand-Canyon 07.jpg", "Nonsense.gif", "Beech.tif"]
CAMERAS = [
    "Apple|iPhone 11|iPhone 11 back dual wide camera 4.25mm f/1.8",
    "FUJIFILM|X-T3|XF18-55mmF2.8-4 R LM OIS",
    "Canon|Canon EOS 5D Mark II|EF50mm f/1.4 USM",
    "SONY|ILCE-7M3|Sony FE 24-70mm F2.8 GM",
    None,
]


def photos() -> list[PhotoRow]:
    return [
        PhotoRow(
            number,
            f"{number:032x}",
            name,
            folders=("root",),
            texts=(name,),
            places=("IT/Lazio/Rome",) if number == 0 else (),
            latitude=41.9 if number == 0 else None,
            longitude=12.5 if number == 0 else None,
            camera=CAMERAS[number],
        )
        for number, name in enumerate(FILES)
    ]


def index() -> SearchIndex:
    made = index_of(TAGS, PERSONS, PLACES, FOLDERS)
    made.apply_photos(photos())
    return made


def index_of(
    tags: Iterable[Tag] = (),
    persons: Iterable[Person] = (),
    places: Iterable[Place] = (),
    folders: Iterable[FolderRow] = (),
) -> SearchIndex:
    made = SearchIndex()
    made.apply_tags(tags)
    made.apply_persons(persons)
    made.apply_places(places)
    made.apply_folders(folders)
    return made
