"""A small library with every kind of row, for tests that want one rather than any."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from photos_graph.model.library import Place, PlaceKind
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow, PhotoRow


def place(id: str, name: str, parent_id: str | None = None) -> Place:
    kind = (PlaceKind.COUNTRY, PlaceKind.REGION, PlaceKind.CITY)[min(id.count("/"), 2)]
    return Place(id, name, kind, parent_id)


FOLDERS = [
    FolderRow("root", "Photos", "root"),
    FolderRow("italy", "Italy", "root/Italy", "root"),
    FolderRow("trip10", "Trip 10", "root/Italy/Trip 10", "italy"),
    FolderRow("trip2", "trip 2", "root/Italy/trip 2", "italy"),
    FolderRow("ete", "Été", "root/Été", "root"),
]
PLACES = [
    place("IT", "Italy"),
    place("IT/Abruzzo", "Abruzzo", "IT"),
    place("IT/Abruzzo/L'Aquila", "L'Aquila", "IT/Abruzzo"),
    place("US", "United States"),
    place("US/Abruzzo", "Abruzzo", "US"),
]


def photo(number: int, *, seed: int = 0) -> PhotoRow:
    chance = random.Random(number * 1000 + seed)
    located = chance.random() < 0.7
    return PhotoRow(
        number=number,
        id=f"{chance.getrandbits(128):032x}",
        name=f"IMG_{chance.randrange(3000)}.jpg",
        folders=(chance.choice(FOLDERS).id,),
        places=(chance.choice(PLACES).id,) if located else (),
        taken=datetime(2010, 1, 1) + timedelta(hours=chance.randrange(24 * 3000)) if chance.random() < 0.9 else None,
        added_ms=chance.randrange(100),
        rating=chance.choice([None, -1, 0, 3, 5]),
        favourite=chance.random() < 0.1,
        camera=chance.choice([None, "Canon|EOS 5D|EF 50mm", "NIKON|D750|"]),
        latitude=chance.uniform(-90, 90) if located else None,
        longitude=chance.uniform(-180, 180) if located else None,
    )


def index_of(rows: list[PhotoRow]) -> SearchIndex:
    index = SearchIndex()
    index.apply_folders(FOLDERS)
    index.apply_places(PLACES)
    index.apply_photos(rows)
    return index
