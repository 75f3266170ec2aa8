"""What a filter of a client becomes as a query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import inf, nan

import pytest

from photos_graph.errors import BadInput
from photos_graph.search.query import (
    And,
    AtPlace,
    Everything,
    Favourite,
    InBox,
    InFolder,
    Near,
    Not,
    Or,
    Query,
    Rated,
    TakenIn,
    TakenWith,
    Words,
)
from photos_graph.services.filters import (
    BoxFilter,
    FolderFilter,
    IntRange,
    NearFilter,
    PhotoFilter,
    TakenFilter,
    TermFilter,
    to_query,
)


def places(name: str) -> Sequence[str]:
    return {"L'Aquila": ["IT/Abruzzo/L'Aquila"], "Springfield": ["US/IL/Springfield", "US/MA/Springfield"]}.get(
        name, []
    )


def folder(filter: FolderFilter) -> str:
    return filter.id or "by path"


def query(filter: PhotoFilter) -> Query:
    return to_query(filter, places, folder)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (PhotoFilter(), Everything()),
        (PhotoFilter(favourite=False), Favourite(False)),
        (PhotoFilter(text="sea", camera="X100"), And((TakenWith("X100"), Words("sea")))),
        (PhotoFilter(folder=FolderFilter(id="f", recursive=False)), InFolder("f", False)),
        (PhotoFilter(rating=IntRange(min=3)), Rated(3, None)),
        (
            PhotoFilter(taken=TakenFilter(after=datetime(2019, 8, 1), month=8)),
            TakenIn(datetime(2019, 8, 1), None, None, 8),
        ),
        (PhotoFilter(near=NearFilter(42.35, 13.4, 50)), Near(42.35, 13.4, 50)),
        (PhotoFilter(box=BoxFilter(10, -10, -170, 170)), InBox(10, -10, -170, 170)),
        (PhotoFilter(not_=PhotoFilter(favourite=True)), Not(Favourite(True))),
        (PhotoFilter(or_=()), Or(())),
        (PhotoFilter(and_=()), Everything()),
        (
            PhotoFilter(or_=(PhotoFilter(text="a"), PhotoFilter(not_=PhotoFilter(text="b"))), favourite=True),
            And((Or((Words("a"), Not(Words("b")))), Favourite(True))),
        ),
    ],
)
def test_all_that_is_given_must_hold(filter: PhotoFilter, expected: Query) -> None:
    assert query(filter) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (
            TermFilter(all=("L'Aquila", "Springfield")),
            And(
                (
                    Or((AtPlace("IT/Abruzzo/L'Aquila"),)),
                    Or((AtPlace("US/IL/Springfield"), AtPlace("US/MA/Springfield"))),
                )
            ),
        ),
        (
            TermFilter(any=("L'Aquila", "Springfield")),
            Or((AtPlace("IT/Abruzzo/L'Aquila"), AtPlace("US/IL/Springfield"), AtPlace("US/MA/Springfield"))),
        ),
        (TermFilter(none=("L'Aquila",)), Not(Or((AtPlace("IT/Abruzzo/L'Aquila"),)))),
        (TermFilter(any=("nowhere",)), Or(())),
        (TermFilter(any=()), Or(())),
        (TermFilter(none=()), Everything()),
        (TermFilter(any=("L'Aquila",), only=True), Or((AtPlace("IT/Abruzzo/L'Aquila"),))),
        (TermFilter(), Everything()),
    ],
)
def test_a_name_means_any_place_that_has_it(terms: TermFilter, expected: Query) -> None:
    assert query(PhotoFilter(places=terms)) == expected


@pytest.mark.parametrize(
    "filter",
    [
        PhotoFilter(taken=TakenFilter(month=13)),
        PhotoFilter(taken=TakenFilter(year=0)),
        PhotoFilter(near=NearFilter(91, 0, 1)),
        PhotoFilter(near=NearFilter(0, nan, 1)),
        PhotoFilter(near=NearFilter(0, 0, -1)),
        PhotoFilter(near=NearFilter(0, 0, inf)),
        PhotoFilter(box=BoxFilter(-1, 1, 0, 0)),
        PhotoFilter(box=BoxFilter(1, 0, 181, 0)),
        PhotoFilter(places=TermFilter(only=True)),
        PhotoFilter(not_=PhotoFilter(taken=TakenFilter(month=0))),
    ],
)
def test_what_makes_no_sense_is_refused(filter: PhotoFilter) -> None:
    with pytest.raises(BadInput):
        query(filter)
