"""The orders of tags, persons and folders against a plain model, over random libraries and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from photos_graph.model.labels import Tag
from photos_graph.model.search import FolderOrder, PersonOrder, PhotoOrder, TagOrder
from photos_graph.search.columns import moment
from photos_graph.search.hierarchy import Row, sort_key
from photos_graph.search.listing import listed
from photos_graph.search.row_orders import RowOrder
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.tags import Tagged
from tests.kit.oracles.changing_index import Changing
from tests.kit.oracles.random_index import (
    TAGS,
)


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
