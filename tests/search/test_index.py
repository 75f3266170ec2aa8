"""The index against a plain model, over random libraries, changes and questions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pyroaring import BitMap

from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import FolderMarks, Tag
from photos_graph.model.library import Place
from photos_graph.model.search import FolderOrder, MatchKind, PersonOrder, PhotoOrder, TagOrder, TimelineUnit
from photos_graph.model.stacks import Stacks
from photos_graph.search.columns import moment
from photos_graph.search.geo import centre
from photos_graph.search.hierarchy import Row, sort_key
from photos_graph.search.index import SearchIndex
from photos_graph.search.listing import listed
from photos_graph.search.paging import page
from photos_graph.search.query import Query
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow
from photos_graph.search.snapshot import load, save
from photos_graph.search.terms.albums import InAlbum
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace, InBox
from photos_graph.search.terms.tags import Tagged
from photos_graph.search.timeline import TimelinePart
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
    latitudes,
    longitudes,
    look_at,
    numbers,
    person_rows,
    photo_rows,
    place_rows,
    placed,
    placings,
    queries,
    tag_rows,
)

orders = st.sampled_from([order for order in PhotoOrder if order is not PhotoOrder.ALBUM])  # which is of one album


def _by_id(counts: Iterable[tuple[Row, int]]) -> dict[str, int]:
    return {row.id: count for row, count in counts}


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


class Labelled(Changing):
    """Asked after every step, so that nothing that is kept is stale."""

    @invariant()
    def tags_agree(self) -> None:
        for tag_id in TAGS:
            for confirmed in (True, False):
                expected = self.naive.evaluate(Tagged(tag_id, confirmed))
                assert set(self.index.sets.tags.having(tag_id, confirmed)) == expected, (tag_id, confirmed)

    @invariant()
    def persons_agree(self) -> None:
        for person_id in PERSONS:
            for confirmed in (True, False):
                query = WithPerson(person_id, confirmed)
                assert set(self.index.evaluate(query)) == self.naive.evaluate(query), query

    @invariant()
    def albums_agree(self) -> None:
        for album_id in ALBUMS:
            found = self.index.evaluate(InAlbum(album_id))
            assert set(found) == self.naive.evaluate(InAlbum(album_id))
            numbers = self.index.page(found, PhotoOrder.ALBUM, album_id=album_id).numbers
            assert numbers == self.naive.in_order(album_id)

    @rule(marks=st.lists(folder_marks, max_size=2), tag_ids=st.lists(st.sampled_from(TAGS), max_size=2))
    def what_marks_would_change_is_known_before(self, marks: list[FolderMarks], tag_ids: list[str]) -> None:
        expected = self.index.sets.tags.reached_if(tag_ids, marks)
        before = [self.naive.evaluate(Tagged(tag_id, True)) for tag_id in tag_ids]
        self.folders_are_marked(marks)
        after = [self.naive.evaluate(Tagged(tag_id, True)) for tag_id in tag_ids]
        assert set(expected) == set().union(*(one ^ other for one, other in zip(before, after, strict=True)))


class Listed(Changing):
    """Lists are asked for after every step, so that nothing that is kept is stale."""

    @invariant()
    def tags_are_in_order(self) -> None:
        found = {id_: self.naive.evaluate(Tagged(id_)) for id_ in self.naive.tags}
        counts = {id_: len(self.naive.collapsed(photos)) for id_, photos in found.items()}
        orders = self.index.sets.tags.orders
        assert _ids(orders[TagOrder.NAME]) == _sorted(self.naive.tags, lambda _: 0)
        assert _ids(orders[TagOrder.PHOTO_COUNT]) == _sorted(self.naive.tags, counts.__getitem__)

    @invariant()
    def persons_are_in_order(self) -> None:
        found = {id_: self.naive.evaluate(WithPerson(id_)) for id_ in self.naive.persons}
        counts = {id_: len(self.naive.collapsed(photos)) for id_, photos in found.items()}
        seen = {id_: self.naive.span(photos) for id_, photos in found.items()}
        orders = self.index.sets.persons.orders
        assert _ids(orders[PersonOrder.NAME]) == _sorted(self.naive.persons, lambda _: 0)
        assert _ids(orders[PersonOrder.PHOTO_COUNT]) == _sorted(self.naive.persons, counts.__getitem__)
        last = {id_: times[1] if times else datetime.min for id_, times in seen.items()}
        assert _ids(orders[PersonOrder.LAST_SEEN]) == _sorted(self.naive.persons, lambda id_: last[id_] - datetime.min)
        for id_ in self.naive.persons:
            times = self.index.sets.persons.seen(id_)
            assert (times and tuple(map(moment, times))) == seen[id_]

    @invariant()
    def folders_are_in_order(self) -> None:
        found = {id_: self.naive.collapsed(self.naive.evaluate(InFolder(id_, True))) for id_ in self.naive.folders}
        newest = {id_: self.naive.ordered(photos, PhotoOrder.TAKEN_DESC)[:1] for id_, photos in found.items()}
        orders = self.index.sets.folder_orders.orders
        assert _ids(orders[FolderOrder.PHOTO_COUNT]) == _sorted(self.naive.folders, lambda id_: len(found[id_]))
        times = {id_: self.naive.span(set(first)) for id_, first in newest.items()}
        last = {id_: each[1] if each else datetime.min for id_, each in times.items()}
        assert _ids(orders[FolderOrder.NEWEST]) == _sorted(self.naive.folders, lambda id_: last[id_] - datetime.min)
        for id_, first in newest.items():
            assert self.index.sets.folder_orders.newest(id_) == (first[0] if first else None)

    @rule(
        order=st.sampled_from(TagOrder),
        size=st.integers(1, 4),
        among=st.none() | st.sets(st.sampled_from(TAGS)),
    )
    def pages_of_tags_join_up_both_ways(self, order: TagOrder, size: int, among: set[str] | None) -> None:
        rows = self.index.sets.tags.orders[order]
        expected = [id_ for id_ in _ids(rows) if among is None or id_ in among]
        for forwards in (True, False):
            assert list(_paged(rows, order, size, among, forwards)) == expected


class Library(Changing):
    """Any question may be asked at any time."""

    @rule(query=queries, order=orders)
    def questions_agree(self, query: Query, order: PhotoOrder) -> None:
        found = self.index.evaluate(query)
        expected = self.naive.evaluate(query)
        assert set(found) == expected, query
        assert self.index.page(found, order).numbers == self.naive.ordered(expected, order)

    @rule(query=queries)
    def stacks_agree(self, query: Query) -> None:
        found, expected = self.index.evaluate(query), self.naive.evaluate(query)
        assert set(self.index.collapsed(found)) == self.naive.collapsed(expected), query
        assert self.index.collapsed(found, Stacks.EXPANDED) == found
        held = {n for number in expected for n in (number, *self.naive.stack(self.naive.photos[number]))}
        assert set(self.index.sets.stacks.whole(found)) == held
        for row in self.naive.visible:
            numbers = self.naive.stack(row)
            stack = self.index.stack_of(row.number)
            assert (None if stack is None else (stack.id, stack.kind.value)) == (row.stack if numbers else None)
            assert (stack.photo_ids if stack else ()) == tuple(self.index.photo_ids(numbers))

    @rule(query=queries)
    def reasons_agree(self, query: Query) -> None:
        found = self.naive.evaluate(query)
        for number, reasons in self.index.matches(query, [*found, 99]).items():
            row = self.naive.photos.get(number)
            expected = dict.fromkeys(self.naive.matches(row, query)) if row is not None else {}
            given = [(r.kind, r.label, r.via) for r in reasons if r.kind not in (MatchKind.OTHER, MatchKind.LOOKS_LIKE)]
            assert given == list(expected), (number, query)

    @rule(query=queries, unit=st.sampled_from(TimelineUnit))
    def timelines_and_facets_agree(self, query: Query, unit: TimelineUnit) -> None:
        found, expected = self.index.evaluate(query), self.naive.evaluate(query)
        buckets = [
            (bucket.start, bucket.count, self.index.number_of(bucket.cover_id))
            for bucket in self.index.timeline(found, unit)
        ]
        assert buckets == self.naive.timeline(expected, unit)
        for order in (PhotoOrder.TAKEN_DESC, PhotoOrder.TAKEN_ASC):
            sections_agree(self.index, found, unit, order, self.naive.ordered(expected, order))
        undated = [number for number in expected if self.naive.photos[number].taken is None]
        assert self.index.facets.undated(found) == len(undated)
        assert self.index.facets.years(found) == self.naive.years(expected)
        assert _by_id(self.index.facets.places(found, 99)) == self.naive.place_counts(expected)
        tags = [(id_, len(expected & self.naive.evaluate(Tagged(id_)))) for id_ in self.naive.tags]
        assert _by_id(self.index.facets.tags(found, 99)) == {id_: count for id_, count in tags if count}
        persons = [
            (id_, len(expected & self.naive.evaluate(WithPerson(id_))))
            for id_, row in self.naive.persons.items()
            if not row.hidden
        ]
        assert _by_id(self.index.facets.persons(found, 99)) == {id_: count for id_, count in persons if count}

    @rule(
        query=queries,
        latitudes=st.tuples(latitudes, latitudes),
        longitudes=st.tuples(longitudes, longitudes),
        zoom=st.sampled_from([0, 1, 5, 13, 22]),
        whole=st.booleans(),
    )
    def clusters_on_a_map_agree(
        self,
        query: Query,
        latitudes: tuple[float, float],
        longitudes: tuple[float, float],
        zoom: int,
        whole: bool,
    ) -> None:
        box = InBox(max(latitudes), min(latitudes), *longitudes)
        found = self.index.collapsed(self.index.evaluate(query))
        expected = self.naive.clusters(set(found), box, zoom, whole)
        clusters = self.index.clusters(found, box.edges, zoom, whole)
        assert [cluster.key for cluster in clusters] == list(expected)
        for cluster, those in zip(clusters, expected.values(), strict=True):
            rows = [self.naive.photos[number] for number in those]
            across, up = [row.longitude or 0.0 for row in rows], [row.latitude or 0.0 for row in rows]
            assert (cluster.count, self.index.number_of(cluster.cover_id)) == (len(those), those[0])
            assert cluster.box == (max(up), min(up), max(across), min(across))
            assert (cluster.latitude, cluster.longitude) == (
                pytest.approx(sum(up) / len(up), abs=1e-9),
                pytest.approx(sum(across) / len(across), abs=1e-9),
            )
            assert cluster.box.south <= cluster.latitude <= cluster.box.north
            assert cluster.box.west <= cluster.longitude <= cluster.box.east

    @rule(query=queries, order=orders, size=st.integers(1, 7))
    def pages_join_up_both_ways(self, query: Query, order: PhotoOrder, size: int) -> None:
        found = self.index.evaluate(query)
        expected = self.naive.ordered(set(found), order)
        forwards, backwards = (
            forward_pages(self.index, found, order, size),
            backward_pages(self.index, found, order, size),
        )
        assert [n for page in forwards for n in page] == expected
        assert [n for page in reversed(backwards) for n in page] == expected

    @rule(order=orders, place=st.integers(0, 20), rows=st.lists(photo_rows(), max_size=5))
    def a_cursor_keeps_its_place_through_changes(self, order: PhotoOrder, place: int, rows: list[PhotoRow]) -> None:
        before = self.index.page(self.index.sets.visible, order)
        if place >= len(before.numbers):
            return
        touched = {row.number for row in rows}
        self.photos_change(rows, [])
        after = self.index.page(self.index.sets.visible, order, after=before.cursors[place]).numbers
        unmoved = [number for number in before.numbers[place + 1 :] if number not in touched]
        assert [number for number in after if number not in touched] == unmoved

    @rule()
    def a_snapshot_is_the_same_index(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index"
            save(self.index, path)
            self.index = load(path)
        look_at(self.index)

    @invariant()
    def ids_and_numbers_agree(self) -> None:
        assert len(self.index) == len(self.naive.visible)
        for row in self.naive.visible:
            assert self.index.number_of(row.id) == row.number
        assert self.index.photo_ids(row.number for row in self.naive.visible) == [row.id for row in self.naive.visible]

    @invariant()
    def middles_of_places_agree(self) -> None:
        table = self.index.sets.table
        for place_id in self.naive.places:
            numbers = sorted(self.naive.evaluate(AtPlace(place_id)))
            assert self.index.centres.of(place_id) == centre(table.latitude[numbers], table.longitude[numbers])

    @invariant()
    def folder_counts_agree(self) -> None:
        for folder in FOLDERS:
            for recursive in (True, False):
                expected = len(self.naive.evaluate(InFolder(folder, recursive)))
                assert self.index.folders.photo_count(folder, recursive) == expected


def sections_agree(
    index: SearchIndex, found: BitMap, unit: TimelineUnit, order: PhotoOrder, expected: list[int]
) -> None:
    """Each bucket has the photos of its part of the list, and its cursor leads to where it begins. A part of the
    timeline is a part of its buckets."""
    end = 0
    whole = index.timeline(found, unit, order)
    starts = [bucket.start for bucket in whole]
    for at in range(0, len(starts), 3):
        parts = {TimelinePart(2, after=starts[at]): starts[at + 1 : at + 3], TimelinePart(first=at): starts[:at],
                     TimelinePart(last=2, before=starts[at]): starts[max(at - 2, 0) : at]}  # fmt: skip
        for asked, days in parts.items():
            part = index.timeline(found, unit, order, asked)
            assert [bucket.start for bucket in part] == days
            assert [bucket.offset for bucket in part] == [whole[starts.index(day)].offset for day in days]
    for bucket in whole:
        part = expected[bucket.offset : bucket.offset + bucket.count]
        assert bucket.offset == end and bucket.photos() == BitMap(part)
        assert index.page(found, order, first=1, after=bucket.cursor).numbers == part[:1]
        assert index.page(found, order, last=1, before=bucket.cursor).numbers == expected[:end][-1:]
        assert page(bucket, order, None, None, None, None) == index.page(bucket.photos(), order)
        for cursor in index.page(found, order, first=1, after=bucket.cursor).cursors:
            later = page(bucket, order, 2, cursor, None, None)
            assert later == index.page(bucket.photos(), order, first=2, after=cursor)
            assert page(bucket, order, None, None, 2, cursor) == index.page(
                bucket.photos(), order, last=2, before=cursor
            )
            assert later.numbers == part[1:3]
        end += bucket.count


def forward_pages(index: SearchIndex, found: BitMap, order: PhotoOrder, size: int) -> list[list[int]]:
    pages: list[list[int]] = []
    after: str | None = None
    more = True
    while more:
        page = index.page(found, order, first=size, after=after)
        assert page.has_previous is (after is not None)
        pages.append(page.numbers)
        more, after = page.has_next, page.cursors[-1] if page.cursors else None
    return pages


def backward_pages(index: SearchIndex, found: BitMap, order: PhotoOrder, size: int) -> list[list[int]]:
    pages: list[list[int]] = []
    before: str | None = None
    more = True
    while more:
        page = index.page(found, order, last=size, before=before)
        assert page.has_next is (before is not None)
        pages.append(page.numbers)
        more, before = page.has_previous, page.cursors[0] if page.cursors else None
    return pages


def _ids(order: RowOrder[Any]) -> list[str]:
    return [row.id for row in order.rows(order.keys())]


def _sorted(rows: Mapping[str, Row], number_of: Callable[[str], Any]) -> list[str]:
    by_name = sorted(rows.values(), key=sort_key)
    return [row.id for row in sorted(by_name, key=lambda row: number_of(row.id), reverse=True)]


def _paged(rows: RowOrder[Tag], order: str, size: int, among: set[str] | None, forwards: bool) -> list[str]:
    """Returns the ids of all pages, which are read forwards or backwards."""
    seen: list[str] = []
    cursor, more = None, True
    while more:
        page = (
            listed(rows, order, size, cursor, among=among)
            if forwards
            else listed(rows, order, None, None, size, cursor, among)
        )
        ids = [row.id for row in page.items]
        seen = seen + ids if forwards else ids + seen
        more = page.has_next if forwards else page.has_previous
        cursor = (page.cursors[-1] if forwards else page.cursors[0]) if ids else None
    return seen


TestListed = Listed.TestCase
TestListed.settings = settings(max_examples=60, stateful_step_count=12)
TestLabelled = Labelled.TestCase
TestLabelled.settings = settings(max_examples=150, stateful_step_count=12)
TestLibrary = Library.TestCase
TestLibrary.settings = settings(max_examples=60, stateful_step_count=15)
