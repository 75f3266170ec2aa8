"""The same library in SQLite, with every index that the queries can use and with precomputed closures of the
hierarchies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pictures import Say
from benchmarks.search.loading import folder_id
from benchmarks.search.made import (
    COUNTRIES,
    REGIONS,
    Made,
    carriers,
    place_names,
    place_parent,
    tag_names,
    tag_parent,
)

SCHEMA = """
CREATE TABLE photo (number INTEGER PRIMARY KEY, taken TEXT, year INTEGER, rating INTEGER, favourite INTEGER,
  folder TEXT, place TEXT);
CREATE TABLE photo_tag (tag TEXT, photo INTEGER, PRIMARY KEY (tag, photo)) WITHOUT ROWID;
CREATE TABLE excluded (photo INTEGER, tag TEXT, PRIMARY KEY (photo, tag)) WITHOUT ROWID;
CREATE TABLE folder_tag (tag TEXT, folder TEXT, PRIMARY KEY (tag, folder)) WITHOUT ROWID;
CREATE TABLE face (person TEXT, photo INTEGER, PRIMARY KEY (person, photo)) WITHOUT ROWID;
CREATE TABLE folder_below (folder TEXT, below TEXT, PRIMARY KEY (folder, below)) WITHOUT ROWID;
CREATE TABLE tag_below (tag TEXT, below TEXT, PRIMARY KEY (tag, below)) WITHOUT ROWID;
CREATE TABLE place_below (place TEXT, below TEXT, PRIMARY KEY (place, below)) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX photo_taken ON photo (taken DESC, number);
CREATE INDEX photo_folder ON photo (folder, taken DESC);
CREATE INDEX photo_place ON photo (place, taken DESC);
CREATE INDEX photo_rating ON photo (rating, taken DESC);
CREATE INDEX photo_favourite ON photo (favourite, taken DESC);
CREATE INDEX photo_tag_photo ON photo_tag (photo, tag);
CREATE INDEX face_photo ON face (photo, person);
CREATE INDEX folder_above ON folder_below (below, folder);
ANALYZE;
"""
PAGE = "SELECT p.number FROM photo p WHERE {where} ORDER BY p.taken DESC, p.number LIMIT 50"
TOTAL = "SELECT count(*) FROM photo p WHERE {where}"
FACETS = (
    "SELECT t.tag, count(*) FROM photo p JOIN photo_tag t ON t.photo = p.number WHERE {where} GROUP BY t.tag",
    "SELECT f.person, count(*) FROM photo p JOIN face f ON f.photo = p.number WHERE {where} GROUP BY f.person",
    "SELECT p.year, count(*) FROM photo p WHERE {where} GROUP BY p.year",
    "SELECT p.place, count(*) FROM photo p WHERE {where} GROUP BY p.place",
)


def load(library: Made, path: Path, say: Say) -> sqlite3.Connection:
    say(f"loading {library.size:,} photos into SQLite")
    database = sqlite3.connect(path)
    database.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;" + SCHEMA)
    tags, places = tag_names(), place_names()
    database.executemany("INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?)", _photos(library, places))
    database.executemany("INSERT INTO photo_tag VALUES (?, ?)", ((tags[t], n) for n, t in library.tagged))
    database.executemany("INSERT INTO excluded VALUES (?, ?)", ((n, tags[t]) for n, t in library.excluded))
    database.executemany("INSERT INTO folder_tag VALUES (?, ?)", ((tags[t], folder_id(f)) for f, t in carriers()))
    persons = ((f"Person{x}", n) for n, x in enumerate(library.person.tolist()) if x >= 0)
    database.executemany("INSERT INTO face VALUES (?, ?)", persons)
    parents = library.folder_parent.tolist()
    closed = ((folder_id(up), folder_id(f)) for f in range(library.folders) for up in _way(f, parents))
    database.executemany("INSERT INTO folder_below VALUES (?, ?)", closed)
    for table, names, parent in (("tag_below", tags, tag_parent), ("place_below", places, place_parent)):
        ups = [parent(n) for n in range(len(names))]
        rows = ((names[up], name) for n, name in enumerate(names) for up in _way(n, ups))
        database.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    database.executescript(INDEXES)
    database.commit()
    return database


def _photos(library: Made, places: list[str]) -> Iterator[tuple[object, ...]]:
    city = library.city.tolist()
    for n in range(library.size):
        taken = library.taken[n]
        place = places[COUNTRIES + REGIONS + city[n]] if city[n] >= 0 else None
        rating = int(library.rating[n])
        yield (
            n, taken.isoformat(" "), taken.year, rating if rating >= 0 else None, int(library.favourite[n]),
            folder_id(int(library.folder[n])), place,
        )  # fmt: skip


def _way(at: int, parents: list[int]) -> Iterator[int]:
    while at >= 0:
        yield at
        at = parents[at]
