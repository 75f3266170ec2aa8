"""Lists of tags, persons and folders stay in order when what they are ordered by changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.search import FolderOrder, PersonOrder, TagOrder
from photos_graph.search.index import SearchIndex
from photos_graph.search.listing import listed
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.rows import FolderRow, LabelPostings
from tests.kit.search_index import index_of, photo

DAYS = {1: datetime(2019, 1, 1), 2: datetime(2020, 1, 1), 3: datetime(2021, 1, 1), 4: None}
NAMES = ("Anna", "Bob", "Zoë Müller", "Dan 2", "Dan 10")


@pytest.fixture
def index() -> SearchIndex:
    """Photo 1 is in trip2 and shows Anna, 2 and 3 are in trip10 and show Bob, and 4 is in ete and shows Dan 2."""
    folders = {1: "trip2", 2: "trip10", 3: "trip10", 4: "ete"}
    index = index_of([replace(photo(n), folders=(folders[n],), taken=DAYS[n]) for n in DAYS])
    index.apply_persons(Person(name, name) for name in NAMES)
    index.apply_tags([Tag("a", "A"), Tag("b", "B"), Tag("c", "Under b", "b"), Tag("d", "Élan", "c")])
    persons = {"Anna": BitMap([1]), "Bob": BitMap([2, 3]), "Dan 2": BitMap([4])}
    index.apply_labels(LabelPostings(persons=persons, tagged={"a": BitMap([1]), "c": BitMap([2, 3])}), None)
    return index


def ids(rows: RowOrder[Any]) -> list[str]:
    return [row.id for row in rows.rows(rows.keys())]


def test_persons_go_by_name_number_of_photos_and_last_photo(index: SearchIndex) -> None:
    orders = index.sets.persons.orders
    assert ids(orders[PersonOrder.NAME]) == ["Anna", "Bob", "Dan 2", "Dan 10", "Zoë Müller"]
    assert ids(orders[PersonOrder.PHOTO_COUNT]) == ["Bob", "Anna", "Dan 2", "Dan 10", "Zoë Müller"]
    assert ids(orders[PersonOrder.LAST_SEEN]) == ["Bob", "Anna", "Dan 2", "Dan 10", "Zoë Müller"]
    assert index.sets.persons.seen("Dan 2") is None


def test_a_photo_with_another_date_moves_those_whom_it_shows(index: SearchIndex) -> None:
    by_time, newest = index.sets.persons.orders[PersonOrder.LAST_SEEN], index.sets.folder_orders
    assert (ids(by_time)[:2], newest.newest("italy")) == (["Bob", "Anna"], 3)
    for number, taken in ((1, datetime(2022, 1, 1)), (4, datetime(2023, 1, 1))):
        [folder] = index.sets.folders_of(number)
        index.apply_photos([replace(photo(number), folders=(folder,), taken=taken)])
    assert ids(by_time)[:3] == ["Dan 2", "Anna", "Bob"]
    assert [newest.newest(each) for each in ("root", "italy", "ete")] == [4, 1, 4]
    assert ids(newest.orders[FolderOrder.NEWEST]) == ["ete", "root", "italy", "trip2", "trip10"]


def test_a_stack_counts_once_and_its_photos_for_everybody_in_it(index: SearchIndex) -> None:
    persons, tags, folders = index.sets.persons, index.sets.tags, index.sets.folder_orders
    orders = persons.orders[PersonOrder.PHOTO_COUNT], tags.orders[TagOrder.PHOTO_COUNT]
    counts = folders.orders[FolderOrder.PHOTO_COUNT]
    assert [ids(each)[0] for each in orders] == ["Bob", "b"]
    assert ids(counts) == ["root", "italy", "trip10", "ete", "trip2"]
    stacked = [replace(photo(n), folders=("trip10",), taken=DAYS[n], stack=("s", "BURST")) for n in (2, 3)]
    index.apply_photos(stacked)
    assert [ids(each)[:3] for each in orders] == [["Anna", "Bob", "Dan 2"], ["a", "b", "c"]]
    assert (persons.photo_count("Bob"), tags.photo_count("b")) == (1, 1)
    assert ids(counts) == ["root", "italy", "ete", "trip2", "trip10"]


def test_words_of_names_above_count_beside_one_of_its_own(index: SearchIndex) -> None:
    index.apply_folders([FolderRow("sea", "Sea 2019", "root/Italy/Sea 2019", "italy")])
    assert index.folders.ids_with_words(["it", "tri"]) == {"trip2", "trip10"}
    assert index.folders.ids_with_words(["ita"]) == {"italy"}
    assert index.folders.ids_with_words(["2019", "sea", "photos"]) == {"sea"}
    assert index.folders.ids_with_words(["trip", "sea"]) == set()
    assert index.folders.ids_with_words([]) == set()
    assert index.tags.ids_with_words(["b", "ela"]) == {"d"}
    assert index.persons.ids_with_words(["mull", "zoe"]) == {"Zoë Müller"}


def test_a_cursor_belongs_to_its_order(index: SearchIndex) -> None:
    orders = index.sets.persons.orders
    page = listed(orders[PersonOrder.PHOTO_COUNT], PersonOrder.PHOTO_COUNT, 2, None)
    assert ([row.name for row in page.items], page.has_next, page.total) == (["Bob", "Anna"], True, 5)
    after = listed(orders[PersonOrder.PHOTO_COUNT], PersonOrder.PHOTO_COUNT, 9, page.cursors[-1])
    assert [row.name for row in after.items] == ["Dan 2", "Dan 10", "Zoë Müller"]
    for order in (PersonOrder.NAME, PersonOrder.LAST_SEEN):
        with pytest.raises(BadInput):
            listed(orders[order], order, 2, page.cursors[0])


def test_a_cursor_keeps_its_place_when_its_row_is_gone(index: SearchIndex) -> None:
    rows = index.sets.persons.orders[PersonOrder.NAME]
    page = listed(rows, PersonOrder.NAME, 2, None)
    index.apply_persons([], ["Bob"])
    assert [row.name for row in listed(rows, PersonOrder.NAME, 1, page.cursors[-1]).items] == ["Dan 2"]
    assert [row.name for row in listed(rows, PersonOrder.NAME, None, None, 9, page.cursors[-1]).items] == ["Anna"]
