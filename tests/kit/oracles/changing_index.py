"""An index and a plain model of it, to which the same changes happen."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from pyroaring import BitMap

from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import FolderMarks, Tag
from photos_graph.model.library import Place
from photos_graph.search.index import SearchIndex
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow
from tests.kit.oracles.naive_index import NaiveIndex
from tests.kit.oracles.random_index import (
    ALBUMS,
    FOLDERS,
    LOOKS,
    PERSONS,
    TAGS,
    TEXTS,
    album_rows,
    folder_marks,
    folder_rows,
    labellings,
    look_at,
    numbers,
    person_rows,
    photo_rows,
    place_rows,
    placed,
    placings,
    tag_rows,
)


class Changing(RuleBasedStateMachine):
    """Photos, folders, tags and persons come, change, move and go, and things are said of them."""

    def __init__(self) -> None:
        super().__init__()
        self.index = SearchIndex()
        self.naive = NaiveIndex()
        look_at(self.index)
        self.naive.looks = {**LOOKS, **TEXTS}

    @initialize(
        photos=st.lists(photo_rows(), min_size=6, max_size=12),
        folders=st.lists(folder_rows(), min_size=5, max_size=8),
        tags=st.lists(tag_rows(), min_size=4, max_size=8),
        persons=st.lists(person_rows(), max_size=3),
        labelling=labellings(),
        marks=st.lists(folder_marks, min_size=1, max_size=4),
        albums=st.lists(album_rows, max_size=2),
        placing=placings(),
    )
    def something_is_there(
        self,
        photos: list[PhotoRow],
        folders: list[FolderRow],
        tags: list[Tag],
        persons: list[Person],
        labelling: tuple[LabelPostings, set[int] | None],
        marks: list[FolderMarks],
        albums: list[Album],
        placing: tuple[dict[str, dict[int, int]], set[int] | None],
    ) -> None:
        self.photos_change(photos, [])
        self.folders_change(folders, [])
        self.tags_change(tags, [])
        self.persons_change(persons, [])
        self.photos_are_labelled(labelling)
        self.folders_are_marked(marks)
        self.albums_change(albums, [])
        self.photos_are_placed(placing)

    @rule(rows=st.lists(photo_rows(), max_size=12), gone=st.lists(numbers, max_size=3))
    def photos_change(self, rows: list[PhotoRow], gone: list[int]) -> None:
        gone = [number for number in gone if number not in {row.number for row in rows}]
        self.index.apply_photos(iter(rows), gone)
        self.naive.apply_photos(rows, gone)

    @rule(rows=st.lists(folder_rows(), max_size=6), gone=st.lists(st.sampled_from(FOLDERS), max_size=1))
    def folders_change(self, rows: list[FolderRow], gone: list[str]) -> None:
        self.index.apply_folders(rows, gone)
        self.naive.apply_folders(rows, gone)

    @rule(rows=st.lists(place_rows(), max_size=5))
    def places_change(self, rows: list[Place]) -> None:
        self.index.apply_places(rows)
        self.naive.apply_places(rows)

    @rule(rows=st.lists(tag_rows(), max_size=5), gone=st.lists(st.sampled_from(TAGS), max_size=1))
    def tags_change(self, rows: list[Tag], gone: list[str]) -> None:
        self.index.apply_tags(rows, gone)
        self.naive.apply_tags(rows, gone)

    @rule(rows=st.lists(person_rows(), max_size=3), gone=st.lists(st.sampled_from(PERSONS), max_size=1))
    def persons_change(self, rows: list[Person], gone: list[str]) -> None:
        self.index.apply_persons(rows, gone)
        self.naive.apply_persons(rows, gone)

    @rule(marks=st.lists(folder_marks, max_size=3))
    def folders_are_marked(self, marks: list[FolderMarks]) -> None:
        self.index.apply_marks(marks)
        self.naive.apply_marks(marks)

    @rule(labelling=labellings())
    def photos_are_labelled(self, labelling: tuple[LabelPostings, set[int] | None]) -> None:
        postings, touched = labelling
        self.index.apply_labels(postings, None if touched is None else BitMap(touched))
        self.naive.apply_labels(postings, touched)

    @rule(rows=st.lists(album_rows, max_size=2), gone=st.lists(st.sampled_from(ALBUMS), max_size=1))
    def albums_change(self, rows: list[Album], gone: list[str]) -> None:
        gone = [album_id for album_id in gone if album_id not in {row.id for row in rows}]
        self.index.apply_albums(rows, gone)
        self.naive.apply_albums(rows, gone)

    @rule(placing=placings())
    def photos_are_placed(self, placing: tuple[dict[str, dict[int, int]], set[int] | None]) -> None:
        positions, touched = placing
        rows = {album_id: placed(each) for album_id, each in positions.items()}
        self.index.apply_placed(rows, None if touched is None else BitMap(touched))
        self.naive.apply_placed(positions, touched)
