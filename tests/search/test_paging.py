"""Pages of sets too large to sort and of sets that an order's walk finds late."""

import random
from dataclasses import replace
from datetime import datetime

import pytest
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.search import PhotoOrder, TimelineUnit
from photos_graph.search.index import SearchIndex
from photos_graph.search.query import Everything
from photos_graph.search.terms.dates import TakenIn
from tests.kit.oracles.naive_index import NaiveIndex
from tests.kit.search_index import index_of, photo

COUNT = 6000

ORDERS = [order for order in PhotoOrder if order is not PhotoOrder.ALBUM]  # which has the photos of an album alone


@pytest.fixture(scope="module")
def library() -> tuple[SearchIndex, NaiveIndex]:
    rows = [photo(number) for number in range(COUNT)]
    naive = NaiveIndex()
    naive.apply_photos(rows)
    return index_of(rows), naive


def sets(index: SearchIndex) -> dict[str, BitMap]:
    chance = random.Random(1)
    return {
        "all": index.evaluate(Everything()),
        "half": BitMap(chance.sample(range(COUNT), COUNT // 2)),
        "few": BitMap(chance.sample(range(COUNT), 40)),
        "old": index.evaluate(TakenIn(before=datetime(2014, 1, 1))),
        "new": index.evaluate(TakenIn(after=datetime(2014, 1, 1))),
        "none": BitMap(),
    }


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["all", "half", "few", "old", "new", "none"])
def test_pages_from_either_end_and_between_cursors(
    library: tuple[SearchIndex, NaiveIndex], order: PhotoOrder, name: str
) -> None:
    index, naive = library
    found = sets(index)[name]
    expected = naive.ordered(set(found), order)
    whole = index.page(found, order)
    assert whole.numbers == expected
    for start in range(0, len(expected), 997):
        after = whole.cursors[start]
        page = index.page(found, order, first=20, after=after)
        assert page.numbers == expected[start + 1 : start + 21]
        assert (page.has_next, page.has_previous) == (start + 21 < len(expected), True)
        page = index.page(found, order, last=20, before=after)
        assert page.numbers == expected[max(0, start - 20) : start]
        assert (page.has_next, page.has_previous) == (True, start > 20)


@pytest.mark.parametrize("unit", TimelineUnit)
@pytest.mark.parametrize("name", ["all", "half", "few", "old", "new", "none"])
def test_timelines_of_large_and_small_sets(
    library: tuple[SearchIndex, NaiveIndex], unit: TimelineUnit, name: str
) -> None:
    index, naive = library
    found = sets(index)[name]
    buckets = [(bucket.start, bucket.count, index.number_of(bucket.cover_id)) for bucket in index.timeline(found, unit)]
    assert buckets == naive.timeline(set(found), unit)


@pytest.mark.parametrize("order", ORDERS)
def test_changes_are_merged_into_orders_that_were_sorted_before(order: PhotoOrder) -> None:
    rows = [photo(number) for number in range(2000)]
    index, naive = index_of(rows), NaiveIndex()
    naive.apply_photos(rows)
    chance = random.Random(2)
    for seed in range(1, 6):
        index.prepare()
        changed = [photo(number, seed=seed) for number in chance.sample(range(2100), 60)]
        changed = [replace(row, folders=()) if chance.random() < 0.2 else row for row in changed]
        gone = chance.sample(range(2200), 10)
        gone = [number for number in gone if number not in {row.number for row in changed}]
        index.apply_photos(changed, gone)
        naive.apply_photos(changed, gone)
        found = index.evaluate(Everything())
        assert index.page(found, order).numbers == naive.ordered(set(found), order)


def test_first_and_last_together_cut_the_first_ones(library: tuple[SearchIndex, NaiveIndex]) -> None:
    index, naive = library
    found = index.evaluate(Everything())
    expected = naive.ordered(set(found), PhotoOrder.TAKEN_DESC)
    page = index.page(found, PhotoOrder.TAKEN_DESC, first=10, last=3)
    assert (page.numbers, page.has_next, page.has_previous) == (expected[7:10], True, True)


def test_a_page_of_none_tells_whether_there_are_more(library: tuple[SearchIndex, NaiveIndex]) -> None:
    index, _ = library
    found = index.evaluate(Everything())
    page = index.page(found, PhotoOrder.TAKEN_DESC, first=0)
    assert (page.numbers, page.has_next) == ([], True)
    page = index.page(found, PhotoOrder.TAKEN_DESC, last=0)
    assert (page.numbers, page.has_previous) == ([], True)


@pytest.mark.parametrize("arguments", [{"first": -1}, {"last": -5}, {"first": 5, "after": "rubbish"}])
def test_senseless_arguments_are_bad_input(
    library: tuple[SearchIndex, NaiveIndex], arguments: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        library[0].page(BitMap([1]), PhotoOrder.TAKEN_DESC, **arguments)  # type: ignore[arg-type]


def test_photos_that_went_after_they_were_found_are_left_out(library: tuple[SearchIndex, NaiveIndex]) -> None:
    index = index_of([photo(number) for number in range(5)])
    found = index.evaluate(Everything())
    index.apply_photos([], gone=[0, 3])
    assert set(index.page(found, PhotoOrder.NAME_ASC).numbers) == {1, 2, 4}
    assert sum(bucket.count for bucket in index.timeline(found, TimelineUnit.YEAR)) <= 3
    assert set(found) == {0, 1, 2, 3, 4}
    assert index.page(BitMap([1, 10**9]), PhotoOrder.NAME_ASC).numbers == [1]
