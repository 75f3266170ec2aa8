"""Rejected: texts that are answered with a public error, and how near to it others may come."""

from __future__ import annotations

import pytest

from photos_graph.errors import BadInput, TooComplex
from photos_graph.search.language.parser import parse
from tests.kit.language.library import TODAY, index

LIBRARY = index()

BAD = [
    "a" * 10_241,
    "year:",
    "year:soon",
    "year:0",
    "year:20199",
    "year:2020-2018",
    "year:-2019",
    "Rome year:>2019",
    "anno:domani",
    "rating:",
    "rating:good",
    "rating:6",
    "rating:-2",
    "rating:>=",
    "rating:=>4",
    "rating:>=9",
    "rating:4-2",
    "rating:3-6",
    "rating:4.5",
    'rating:"four stars"',
    "voto:alto",
    "taken:",
    "taken:soon",
    "taken:2019-13",
    "taken:*",
    "taken:>=2019-02-30",
    "near:1,2",
    "near:91,0,1",
    "near:0,0,-1",
    "near:nan,0,1",
    "box:1",
    "box:1,2,0,0",
    "faces:many",
    "faces:4-2",
    "iso:high",
    "iso:-1",
    "aperture:nan",
    "shutter:1/0",
    "focal:1e999",
    "added:",
    "added:2026",
    "added:>=soon",
    "added:>=0001-01-01",
    "near:1,2,3," + "4" * 40,
    "box:43,42,14,13," + "1" * 40,
]
COMPLEX = [
    " ".join(f"word{letter * 3}" for letter in "abcdefghijklmnopqrstuvwxyz") + " yes" * 25,
    "2019 " * 51,
    "August " * 51,
    "me " * 51,
    '"a" ' * 51,
    "tag:a " * 51,
    "🏖 " * 51,
    "or " * 201,
    "()" * 101,
    "(" * 31 + "Rome",
    "(" * 31 + "Rome" + ")" * 31,
    "not (Anna or " * 31 + "Bob",
]


def short(text: str) -> str:
    return f"{text[:20]}... ({len(text)})"


@pytest.mark.parametrize("text", BAD, ids=short)
def test_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text, LIBRARY.lexicon, TODAY)


@pytest.mark.parametrize("text", COMPLEX, ids=short)
def test_too_complex(text: str) -> None:
    with pytest.raises(TooComplex):
        parse(text, LIBRARY.lexicon, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_240,
        "zebra " * 50,
        "zebra in the " * 50,
        "or " * 200,
        "(" * 30 + "Rome",
        "not (Anna or " * 30 + "Bob",
        "year:1",
        "year:9999",
        "year:9998-9999",
        "rating:-1",
        "rating:-1-5",
        "near:1,2," + "4" * 40,
        "added:<9999-12-31T23:59:59+00:00",
        "taken:>=0001-01-01 taken:<0001-01-01",
    ],
    ids=short,
)
def test_just_within_the_limits(text: str) -> None:
    LIBRARY.evaluate(parse(text, LIBRARY.lexicon, TODAY).query)


def test_the_message_says_what_would_do() -> None:
    with pytest.raises(BadInput, match="rating:>=4"):
        parse("rating:five", LIBRARY.lexicon, TODAY)
    with pytest.raises(BadInput, match="year:2019"):
        parse("year:five", LIBRARY.lexicon, TODAY)
