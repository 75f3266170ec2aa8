"""The index against a plain model, over random libraries, changes and questions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from pyroaring import BitMap

from photos_graph.model.search import MatchKind, PhotoOrder, TimelineUnit
from photos_graph.model.stacks import Stacks
from photos_graph.search.geo import centre
from photos_graph.search.hierarchy import Row
from photos_graph.search.index import SearchIndex
from photos_graph.search.paging import page
from photos_graph.search.query import Query
from photos_graph.search.rows import PhotoRow
from photos_graph.search.snapshot import load, save
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace, InBox
from photos_graph.search.terms.tags import Tagged
from photos_graph.search.timeline import TimelinePart
from tests.kit.oracles.changing_index import Changing
from tests.kit.oracles.random_index import (
    FOLDERS,
    latitudes,
    longitudes,
    look_at,
    photo_rows,
    queries,
)

orders = st.sampled_from([order for order in PhotoOrder if order is not PhotoOrder.ALBUM])  # which is of one album


def _by_id(counts: Iterable[tuple[Row, int]]) -> dict[str, int]:
    return {row.id: count for row, count in counts}


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


TestLibrary = Library.TestCase
TestLibrary.settings = settings(max_examples=60, stateful_step_count=15)
