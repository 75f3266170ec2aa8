"""The photos that tags come to from folders, against the pure rules and in the cases that matter."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow
from photos_graph.tags import inherited
from tests.kit.search_index import photo

TAGS = [Tag("italy", "Italy"), Tag("abruzzo", "Abruzzo", "italy"), Tag("sea", "Sea")]


def library(parents: dict[str, str | None], photos: dict[int, tuple[str, ...]]) -> SearchIndex:
    index = SearchIndex()
    index.apply_folders(FolderRow(id_, id_, id_, parent) for id_, parent in parents.items())
    index.apply_photos(replace(photo(number), folders=folders) for number, folders in photos.items())
    index.apply_tags(TAGS)
    return index


def carries(folder: str, *tags: str, recursive: bool = True, excluding: Iterable[str] = ()) -> FolderMarks:
    return FolderMarks(folder, tuple(Carried(tag, recursive) for tag in tags), tuple(excluding))


@pytest.fixture
def index() -> SearchIndex:
    """top/{a/{a1, a2}, b}; photo 1 in top, 2 in a, 3 in a1, 4 in a2, 5 in b, 6 in a1 and b."""
    return library(
        {"top": None, "a": "top", "a1": "a", "a2": "a", "b": "top"},
        {1: ("top",), 2: ("a",), 3: ("a1",), 4: ("a2",), 5: ("b",), 6: ("a1", "b")},
    )


@pytest.mark.parametrize(
    ("marks", "italy", "abruzzo"),
    [
        ([carries("top", "abruzzo")], {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}),
        ([carries("a", "abruzzo", recursive=False)], {2}, {2}),
        ([carries("a", "italy")], {2, 3, 4, 6}, set()),
        ([carries("top", "abruzzo"), carries("a", excluding=["abruzzo"])], {1, 5, 6}, {1, 5, 6}),
        ([carries("top", "abruzzo"), carries("a1", excluding=["italy"])], {1, 2, 4, 5, 6}, {1, 2, 4, 5, 6}),
        ([carries("top", "abruzzo"), carries("a1", excluding=["sea"])], {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}),
        ([carries("top", "italy"), carries("a1", excluding=["abruzzo"])], {1, 2, 3, 4, 5, 6}, set()),
        ([carries("top", "abruzzo"), carries("a", "abruzzo", excluding=["italy"])], {*range(1, 7)}, {*range(1, 7)}),
        (
            [carries("top", "abruzzo"), carries("a", excluding=["abruzzo"]), carries("a2", "abruzzo")],
            {1, 4, 5, 6},
            {1, 4, 5, 6},
        ),
        ([carries("top", "abruzzo", recursive=False), carries("a1", excluding=["abruzzo"])], {1}, {1}),
    ],
)
def test_a_tag_comes_down_until_a_folder_excludes_it(
    index: SearchIndex, marks: list[FolderMarks], italy: set[int], abruzzo: set[int]
) -> None:
    foreseen = set(index.sets.tags.reached_if(["italy"], marks))
    index.apply_marks(marks)
    assert set(index.sets.tags.having("italy")) == italy == foreseen
    assert set(index.sets.tags.having("abruzzo")) == abruzzo
    assert not index.sets.tags.reached_if(["italy", "abruzzo"], marks)


def test_what_moves_inherits_where_it_lies(index: SearchIndex) -> None:
    index.apply_marks([carries("b", "sea"), carries("a", "italy")])
    index.apply_folders([FolderRow("a1", "a1", "a1", "b")])
    assert set(index.sets.tags.having("sea")) == {3, 5, 6}
    assert set(index.sets.tags.having("italy")) == {2, 4}
    index.apply_photos([replace(photo(2), folders=("b",)), replace(photo(7), folders=("a",))])
    assert set(index.sets.tags.having("sea")) == {2, 3, 5, 6}
    assert set(index.sets.tags.having("italy")) == {4, 7}


def test_folders_may_lie_as_deep_as_a_disk_has_them() -> None:
    parents = {f"d{depth}": f"d{depth - 1}" if depth else None for depth in range(2500)}
    index = library(parents, {1: ("d0",), 2: ("d2499",), 3: ("d1200",)})
    index.apply_marks([carries("d0", "sea"), carries("d2000", excluding=["sea"])])
    assert set(index.sets.tags.having("sea")) == {1, 3}


def test_folders_in_a_loop_do_not_hang() -> None:
    index = library({"a": "b", "b": "a"}, {1: ("a",)})
    index.apply_marks([carries("a", "sea"), carries("b", excluding=["sea"])])
    assert set(index.sets.tags.having("sea")) <= {1}


@pytest.mark.parametrize("seed", range(60))
def test_dense_marks_on_random_trees_come_out_by_the_rules(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"d{place}" for place in range(30)]
    parents = {
        name: names[chance.randrange(max(0, place - 6), place)] if place else None for place, name in enumerate(names)
    }
    photos = {number: tuple(chance.sample(names, chance.choice([1, 1, 2]))) for number in range(60)}
    tags = [tag.id for tag in TAGS]
    marks = {
        name: carries(
            name,
            *chance.sample(tags, chance.choice([0, 1])),
            recursive=chance.random() < 0.7,
            excluding=chance.sample(tags, chance.choice([0, 0, 1])),
        )
        for name in chance.sample(names, 12)
    }
    index = library(parents, photos)
    index.apply_marks(marks.values())
    for tag in tags:
        expected = {
            number
            for number, folders in photos.items()
            for folder in folders
            for carried, _ in inherited(index.inheritance.marks_to_root(folder), index.tags.self_and_ancestors)
            if tag in index.tags.self_and_ancestors(carried.tag_id)
        }
        assert set(index.sets.tags.having(tag)) == expected
