"""Measures times and memory of the search index over a generated library: ``python benchmarks/index_micro.py
[PHOTOS]``."""

from __future__ import annotations

import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from photos_graph.memory import give_back
from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.model.library import Place, PlaceKind
from photos_graph.model.search import PhotoOrder, TimelineUnit
from photos_graph.search.arrays import bitmap
from photos_graph.search.index import SearchIndex
from photos_graph.search.listing import listed
from photos_graph.search.query import And, Everything, Not, Query
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow
from photos_graph.search.snapshot import capture, load, save
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace, Near
from photos_graph.search.terms.properties import Rated
from photos_graph.search.terms.tags import OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.words import Words

chance = random.Random(7)


def folders(count: int) -> list[FolderRow]:
    """Returns folders on four levels: year, month, trip and day."""
    rows = [FolderRow("root", "Photos", "root")]
    for i in range(count - 1):
        parent = rows[0] if i < 20 else rows[chance.randrange(1, min(len(rows), 1 + count // 20))]
        rows.append(FolderRow(f"folder{i:026}", f"{2000 + i % 20} Trip {i}", f"root/{i}", parent.id))
    return rows


def places(count: int) -> list[Place]:
    rows = [Place(f"C{i}", f"Country {i}", PlaceKind.COUNTRY) for i in range(20)]
    for i in range(count - 20):
        parent = rows[i % min(len(rows), 120)]
        rows.append(Place(f"{parent.id}/P{i}", f"City {i}", PlaceKind.CITY, parent.id))
    return rows


def photos(count: int, folder_ids: list[str], place_ids: list[str]) -> Iterator[PhotoRow]:
    """Yields photos in the order of a scan, folder by folder. Each folder has its own days, and four fifths of the
    photos have a place."""
    per_folder = max(1, count // len(folder_ids))
    cameras = [f"Make {i % 8}|Model {i}|Lens {i % 11}" for i in range(60)]
    for number in range(count):
        folder = min(number // per_folder, len(folder_ids) - 1)
        yield photo(number, folder_ids[folder], folder, place_ids, cameras)


def photo(number: int, folder_id: str, day: int, place_ids: list[str], cameras: list[str]) -> PhotoRow:
    taken = datetime(2003, 1, 1) + timedelta(days=(day * 7919) % 8000, seconds=chance.randrange(86400))
    located = chance.random() < 0.8
    return PhotoRow(
        number=number,
        id=f"{chance.getrandbits(128):032x}",
        name=f"IMG_{number:07}.JPG" if number % 2 else f"{taken:%Y%m%d_%H%M%S}.jpg",
        folders=(folder_id,),
        places=(place_ids[(day * 31) % len(place_ids)],) if located else (),
        taken=taken if number % 50 else None,
        added_ms=1_700_000_000_000 + number,
        rating=chance.choice([None, None, None, 1, 2, 3, 4, 5]),
        favourite=number % 40 == 0,
        camera=chance.choice(cameras),
        latitude=chance.uniform(35, 60) if located else None,
        longitude=chance.uniform(-10, 30) if located else None,
    )


def tags(count: int) -> list[Tag]:
    """Returns tags of which a tenth have no parent and the others lie below these or each other."""
    rows: list[Tag] = []
    for i in range(count):
        parent = chance.choice(rows[: max(10, i // 3)]).id if i >= count // 10 else None
        rows.append(Tag(f"tag{i:029}", f"Subject {i}", parent))
    return rows


def marks(folder_ids: list[str], tag_ids: list[str]) -> list[FolderMarks]:
    """Returns tags for the twenty topmost folders and a hundred others, and exclusions for twenty."""
    carrying = [*folder_ids[1:21], *chance.sample(folder_ids[21:], min(100, len(folder_ids) - 21))]
    carried = [FolderMarks(id_, (Carried(tag_ids[i % 40], True),)) for i, id_ in enumerate(carrying)]
    rest = [id_ for id_ in folder_ids if id_ not in set(carrying)]
    return carried + [FolderMarks(id_, (), (chance.choice(tag_ids[:40]),)) for id_ in chance.sample(rest, 20)]


def labels(count: int, tag_ids: list[str], person_ids: list[str]) -> LabelPostings:
    """Returns the labels: three tags per photo, of which one in ten is a prediction, and one face. A few tags and
    persons are frequent. Neighbouring photos differ, which needs the most memory."""
    spread = np.random.default_rng(7)

    def sets(ids: list[str], share: float, per_photo: int) -> dict[str, BitMap]:
        weights = 1 / np.arange(1, len(ids) + 1)
        numbers = spread.integers(0, count, int(count * share * per_photo))
        which = spread.choice(len(ids), len(numbers), p=weights / weights.sum())
        return {id_: bitmap(numbers[which == place]) for place, id_ in enumerate(ids)}

    return LabelPostings(
        tagged=sets(tag_ids, 0.9, 3),
        predicted=sets(tag_ids, 0.1, 3),
        excluded=sets(tag_ids, 0.01, 1),
        persons=sets(person_ids, 0.5, 1),
        persons_predicted=sets(person_ids, 0.3, 1),
        faces={1: BitMap(range(count))},
    )


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def milliseconds(what: str, call: Callable[[], object], repeat: int = 5) -> None:
    """Returns the median and the maximum, and the median of the processor time, which other load affects less."""
    times, busy = [], []
    for _ in range(repeat):
        start, began = time.perf_counter(), time.thread_time()
        call()
        times.append((time.perf_counter() - start) * 1000)
        busy.append((time.thread_time() - began) * 1000)
    middle = repeat // 2
    print(
        f"{what:58} {sorted(times)[middle]:9.2f} ms   worst {max(times):9.2f} ms   cpu {sorted(busy)[middle]:9.2f} ms",
        flush=True,
    )


def bytes_when_loaded(path: Path) -> int:
    """Returns the memory of an index that was loaded from a snapshot and asked for all facets, in its own process."""
    before = resident()
    index = load(path)
    index.prepare()
    whole(index, Everything())
    give_back()
    return resident() - before


def whole(index: SearchIndex, query: Query) -> object:
    found = index.evaluate(query)
    return (
        index.page(found, PhotoOrder.TAKEN_DESC, first=50),
        len(found),
        index.facets.tags(found, 20),
        index.facets.persons(found, 20),
        index.facets.places(found, 20),
        index.facets.years(found),
    )


def after_changes(index: SearchIndex, count: int, folder_ids: list[str], tag_ids: list[str]) -> None:
    """Measures a change, and the first query after it."""
    everything = index.evaluate(Everything())
    some = BitMap(chance.sample(range(count), min(10_000, count // 10)))
    top, recently = folder_ids[3], [index.inheritance.marks_of(folder_ids[3]), FolderMarks(folder_ids[3])]
    changes: dict[str, Callable[[], object]] = {
        "tag 10,000 photos": lambda: index.apply_labels(LabelPostings(tagged={tag_ids[5]: some}), some),
        "exclude 10,000 photos": lambda: index.apply_labels(LabelPostings(excluded={tag_ids[0]: some}), some),
        f"a folder of {index.folders.photo_count(top)} loses its tag": lambda: index.apply_marks(recently[1:]),
        "and gets it back": lambda: index.apply_marks(recently[:1]),
        "a dry run of that": lambda: index.sets.tags.reached_if(tag_ids[:1], recently[1:]),
    }
    for name, change in changes.items():
        milliseconds(name, change, 1)
        milliseconds("  tags, the first time after that", lambda: index.facets.tags(everything, 20), 1)


def lists(index: SearchIndex, moment: str, repeats: int) -> None:
    """Takes the first page of each list of tags, folders and persons."""
    sets = index.sets
    lists: dict[str, Mapping[Any, RowOrder[Any]]] = {
        "tags": sets.tags.orders,
        "folders": sets.folder_orders.orders,
        "persons": sets.persons.orders,
    }
    for name, orders in lists.items():
        for order, rows in orders.items():
            milliseconds(f"{name} by {order}, {moment}", partial(listed, rows, order, 50, None), repeats)


def main(count: int) -> None:
    folder_rows, place_rows = folders(min(20_000, max(2, count // 50))), places(500)
    folder_ids, place_ids = [row.id for row in folder_rows], [row.id for row in place_rows]
    before = resident()
    index = SearchIndex()
    index.apply_folders(folder_rows)
    index.apply_places(place_rows)
    start = time.perf_counter()
    index.apply_photos(photos(count, folder_ids, place_ids))
    print(f"{count} rows made and applied in {time.perf_counter() - start:.1f} s")
    tag_ids, person_ids = [f"tag{i:029}" for i in range(300)], [f"person{i:026}" for i in range(200)]
    index.apply_tags(tags(300))
    index.apply_persons([Person(id_, f"Person {i}") for i, id_ in enumerate(person_ids)])
    index.apply_marks(marks(folder_ids, tag_ids))
    index.apply_labels(labels(count, tag_ids, person_ids), None)
    start = time.perf_counter()
    index.prepare()
    print(f"orders sorted in {time.perf_counter() - start:.1f} s")
    everything = index.evaluate(Everything())
    milliseconds("tags, the first time", lambda: index.facets.tags(everything, 20), 1)
    milliseconds("persons, the first time", lambda: index.facets.persons(everything, 20), 1)
    give_back()
    print(f"{(resident() - before) / count:.0f} bytes of memory a photo")
    lists(index, "the first time", 1)
    lists(index, "again", 20)
    milliseconds("folders by a word", lambda: len(index.folders.ids_with_words(["trip", "2003"])))

    questions: dict[str, Query] = {
        "everything": Everything(),
        "a folder's tree": InFolder(folder_ids[1]),
        "a place": AtPlace(place_ids[0]),
        "two years by dates": TakenIn(datetime(2010, 5, 7), datetime(2012, 6, 3)),
        "any August": TakenIn(month=8),
        "within 50 km": Near(45, 9, 50),
        "stars, a place, not a folder": And((Rated(4), AtPlace(place_ids[1]), Not(InFolder(folder_ids[2])))),
        "a word of most names": Words("img"),
        "words of names and folders": Words("trip img 12345"),
        "a frequent tag": Tagged(tag_ids[0]),
        "a rare tag": Tagged(tag_ids[-1]),
        "a frequent person and a frequent tag": And((WithPerson(person_ids[0]), Tagged(tag_ids[1]))),
        "a tag by people alone, not a person": And((Tagged(tag_ids[2], True), Not(WithPerson(person_ids[0], True)))),
        "untagged": Untagged(),
        "only two tags": OnlyTagged((tag_ids[0], tag_ids[60])),
    }
    for name, query in questions.items():
        milliseconds(f"evaluate {name} ({len(index.evaluate(query))})", partial(index.evaluate, query))
    for order in set(PhotoOrder) - {PhotoOrder.ALBUM}:
        middle = index.page(everything, order, first=1000).cursors[-1]
        for name, query in list(questions.items())[:7]:
            found = index.evaluate(query)
            milliseconds(
                f"page of 50, {order}, {name}",
                partial(index.page, found, order, first=50, after=middle),
            )
    oldest = index.evaluate(TakenIn(before=datetime(2014, 1, 1)))
    milliseconds(
        f"page of 50, the far end of the order ({len(oldest)})",
        lambda: index.page(oldest, PhotoOrder.TAKEN_DESC, first=50),
    )
    for unit in TimelineUnit:
        milliseconds(f"timeline by {unit}", partial(index.timeline, everything, unit))
    milliseconds("years", lambda: index.facets.years(everything))
    milliseconds("places", lambda: index.facets.places(everything, 20))

    for name, query in questions.items():
        milliseconds(f"page, total and facets, {name}", partial(whole, index, query), 20)
        numbers = index.page(index.evaluate(query), PhotoOrder.TAKEN_DESC, first=50).numbers
        milliseconds(f"why 50 photos match, {name}", partial(index.matches, query, numbers))
    after_changes(index, count, folder_ids, tag_ids)

    cameras = ["Make|Model|Lens"]
    changed = [
        photo(number, chance.choice(folder_ids), number % 20_000, place_ids, cameras)
        for number in chance.sample(range(count), 1000)
    ]
    milliseconds("apply 1,000 changed rows", lambda: index.apply_photos(changed))
    lists(index, "the first time after that", 1)
    for order in set(PhotoOrder) - {PhotoOrder.ALBUM}:
        milliseconds(f"first page after that, {order}", partial(index.page, everything, order, first=50), 1)
    milliseconds("first look-up of an id after that", lambda: index.number_of(changed[0].id), 1)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        milliseconds("capture", lambda: capture(index), 1)
        milliseconds("save", lambda: save(index, path), 1)
        print(f"{path.stat().st_size / count:.0f} bytes on disk a photo")
        milliseconds("load", lambda: load(path), 1)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            loaded = other.submit(bytes_when_loaded, path).result()
        print(f"{loaded / count:.0f} bytes of memory a photo when loaded from there")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
