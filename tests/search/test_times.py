"""Times of the day, by the clock of the photos."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from photos_graph.model.library import DatePrecision
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import parse
from photos_graph.search.rows import PhotoRow
from photos_graph.search.terms.times import TakenBetween

TAKEN = [
    datetime(2019, 8, 16, 21, 59),  # a Friday
    datetime(2019, 8, 17, 0, 0),
    datetime(2019, 8, 17, 5, 59),
    datetime(2019, 8, 17, 20, 0),
    datetime(2019, 8, 17, 20, 59, 59),
    datetime(2019, 8, 17, 23, 30),
    datetime(2019, 8, 18, 2, 0),
    datetime(2019, 8, 18, 23, 59),
    datetime(2019, 8, 19, 1, 0),
    datetime(2019, 8, 19),
]
DAY_ONLY = len(TAKEN) - 1


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    made = SearchIndex()
    made.apply_photos(
        PhotoRow(
            number,
            f"{number:032x}",
            "a.jpg",
            ("f",),
            taken=taken,
            precision=DatePrecision.DAY if number == DAY_ONLY else DatePrecision.SECOND,
        )
        for number, taken in enumerate(TAKEN)
    )
    return made


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        (20 * 60, 21 * 60, [3, 4]),
        (20 * 60, 24 * 60, [0, 3, 4, 5, 7]),
        (0, 6 * 60, [1, 2, 6, 8]),
        (23 * 60, 60, [1, 5, 7]),
        (0, 24 * 60, [*range(DAY_ONLY)]),
    ],
)
def test_a_span_of_the_clock_may_go_on_after_midnight(
    library: SearchIndex, first: int, end: int, expected: list[int]
) -> None:
    assert list(library.evaluate(TakenBetween(first, end))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saturday night", [5, 6]),
        ("the night of 17 August 2019", [5, 6]),
        ("14 and 17 August 2019 at 8 pm", [3, 4]),
        ("nights from 17 to 18 August 2019", [5, 6, 7, 8]),
        ("nights last weekend", [5, 6, 7, 8]),
        ("nights in August 2019", [1, 2, 5, 6, 7, 8]),
        ("at 8 pm", [3, 4]),
        ("before 6 am", [1, 2, 6, 8]),
        ("after 23:00", [5, 7]),
        ("at 23:30", [5]),
        ("between 11 pm and 3 am", [1, 5, 6, 7, 8]),
        ("Saturday after 8 pm", [3, 4, 5]),
    ],
)
def test_times_in_words_find_their_photos(library: SearchIndex, text: str, expected: list[int]) -> None:
    parsed = parse(text, library.lexicon, date(2019, 8, 20))
    assert (list(library.evaluate(parsed.query)), parsed.unmatched) == (expected, ())
