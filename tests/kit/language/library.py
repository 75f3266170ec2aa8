"""The library that the texts of these tests, and of ``docs/search.md``, are asked of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow, PersonRow, PhotoRow, PlaceRow, TagRow

TODAY = date(2026, 11, 25)  # a Wednesday

TAGS = [
    TagRow("landscapes", "Landscapes"),
    TagRow("places", "Places"),
    TagRow("abruzzo", "Abruzzo", "places"),
    TagRow("beach", "Beach"),
    TagRow("volleyball", "Beach volleyball"),
    TagRow("nature", "Nature"),
    TagRow("lakes", "Lakes", "nature"),
    TagRow("trips", "Trips"),
    TagRow("lakes-trips", "Lakes", "trips"),
    TagRow("man", "Isle of Man"),
    TagRow("mountains", "Montagne"),
    TagRow("birthdays", "Compleanni"),
    TagRow("parasol", "🏖"),
    TagRow("towns", "Città"),
    TagRow("april", "April"),
]
PERSONS = [
    PersonRow("carlo", "Carlo Rossi", is_me=True),
    PersonRow("anna", "Anna Rossi"),
    PersonRow("bob", "Bob"),
    PersonRow("maria", "María del Mar"),
]
PLACES = [
    PlaceRow("IT", "Italy"),
    PlaceRow("IT/Abruzzo", "Abruzzo", "IT"),
    PlaceRow("IT/Abruzzo/L'Aquila", "L'Aquila", "IT/Abruzzo"),
    PlaceRow("IT/Abruzzo/San Vito Chietino", "San Vito Chietino", "IT/Abruzzo"),
    PlaceRow("IT/Lazio", "Lazio", "IT"),
    PlaceRow("IT/Lazio/Rome", "Rome", "IT/Lazio"),
    PlaceRow("FR", "France"),
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


def photos() -> list[PhotoRow]:
    return [
        PhotoRow(number, f"{number:032x}", name, folders=("root",), names=(name,)) for number, name in enumerate(FILES)
    ]


def index() -> SearchIndex:
    made = index_of(TAGS, PERSONS, PLACES, FOLDERS)
    made.apply_photos(photos())
    return made


def index_of(
    tags: Iterable[TagRow] = (),
    persons: Iterable[PersonRow] = (),
    places: Iterable[PlaceRow] = (),
    folders: Iterable[FolderRow] = (),
) -> SearchIndex:
    made = SearchIndex()
    made.apply_tags(tags)
    made.apply_persons(persons)
    made.apply_places(places)
    made.apply_folders(folders)
    return made
