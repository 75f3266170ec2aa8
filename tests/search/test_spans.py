"""Photos of which only a day, a month or a year is known are found by what contains the whole of it."""

from datetime import date, datetime

import pytest

from photos_graph.model.library import DatePrecision
from photos_graph.model.search import TimelineUnit
from photos_graph.search.index import SearchIndex
from photos_graph.search.query import Not
from photos_graph.search.rows import PhotoRow
from photos_graph.search.terms.dates import TakenIn
from tests.kit.search_index import FOLDERS

DATES = {
    1: (datetime(1987, 1, 1), DatePrecision.YEAR),
    2: (datetime(1987, 6, 1), DatePrecision.MONTH),
    3: (datetime(1987, 6, 14), DatePrecision.DAY),
    4: (datetime(1987, 6, 14, 12, 30), DatePrecision.SECOND),
    5: (datetime(1987, 1, 1), DatePrecision.SECOND),
}


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    index = SearchIndex()
    index.apply_folders(FOLDERS)
    index.apply_photos(
        PhotoRow(number, f"{number:032x}", f"{number}.jpg", ("root",), taken=taken, precision=precision)
        for number, (taken, precision) in DATES.items()
    )
    return index


@pytest.mark.parametrize(
    ("term", "found"),
    [
        (TakenIn(year=1987), {1, 2, 3, 4, 5}),
        (TakenIn(datetime(1980, 1, 1), datetime(1990, 1, 1)), {1, 2, 3, 4, 5}),
        (TakenIn(datetime(1987, 1, 1), datetime(1988, 1, 1)), {1, 2, 3, 4, 5}),
        (TakenIn(datetime(1987, 1, 1)), {1, 2, 3, 4, 5}),
        (TakenIn(datetime(1987, 1, 1), datetime(1987, 12, 31, 23)), {2, 3, 4, 5}),
        (TakenIn(year=1987, month=6), {2, 3, 4}),
        (TakenIn(month=6), {2, 3, 4}),
        (TakenIn(month=1), {5}),
        (TakenIn(datetime(1987, 6, 1), datetime(1987, 7, 1)), {2, 3, 4}),
        (TakenIn(datetime(1987, 6, 2)), {3, 4}),
        (TakenIn(before=datetime(1987, 6, 30)), {3, 4, 5}),
        (TakenIn(datetime(1987, 6, 14), datetime(1987, 6, 15)), {3, 4}),
        (TakenIn(datetime(1987, 6, 14, 12), datetime(1987, 6, 15)), {4}),
        (TakenIn(datetime(1987, 6, 14), datetime(1987, 6, 14, 13)), {4}),
        (TakenIn(year=1986), set()),
    ],
    ids=str,
)
def test_a_span_is_found_by_what_contains_it(index: SearchIndex, term: TakenIn, found: set[int]) -> None:
    assert set(index.evaluate(term)) == found
    assert set(index.evaluate(Not(term))) == set(DATES) - found


def test_the_reason_is_as_precise_as_the_date(index: SearchIndex) -> None:
    reasons = index.matches(TakenIn(year=1987), list(DATES))
    labels = [match.label for matches in reasons.values() for match in matches]
    assert labels == ["1987", "1987-06", "1987-06-14", "1987-06-14", "1987-01-01"]


def test_the_timeline_counts_a_span_at_its_start(index: SearchIndex) -> None:
    buckets = index.timeline(index.evaluate(TakenIn()), TimelineUnit.MONTH)
    assert [(bucket.start, bucket.count) for bucket in buckets] == [(date(1987, 6, 1), 3), (date(1987, 1, 1), 2)]
