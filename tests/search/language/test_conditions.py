"""Words for what a filter knows, where they are ambiguous, and at the edges of what is read."""

from __future__ import annotations

import pytest

from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.rows import FolderRow, PhotoRow
from tests.kit.language.library import TODAY, index_of
from tests.kit.language.shorthand import shorthand
from tests.kit.search_index import place

CAMERAS = [
    "Apple|iPhone 11|",
    "Apple|iPhone 11 Pro|",
    "Canon|Canon EOS R5|RF24-70mm F2.8 L IS USM",
    "SAMSUNG|SM-G991B|",
]


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    made = index_of(
        [Tag("1", "Portrait"), Tag("2", "Duplicates"), Tag("3", "Sunset \N{SUNRISE}"), Tag("4", "Florence")],
        [Person("f", "Florence Nightingale"), Person("t", "Tony Blair", birthday="2000-05-06"), Person("p", "Paris")],
        [
            place("IT", "Italy"),
            place("IT/T", "Tuscany", "IT"),
            place("IT/T/F", "Florence", "IT/T"),
            place("FR", "Paris"),
        ],
        [FolderRow("r", "Pictures", "r"), FolderRow("s", "Canon", "r/Canon", "r")],
    )
    made.apply_photos(
        PhotoRow(number, f"{number:032x}", "a.jpg", ("r",), ("a.jpg",), camera=camera)
        for number, camera in enumerate(CAMERAS)
    )
    return made


def read(library: SearchIndex, text: str) -> Parsed:
    return parse(text, library.lexicon, TODAY)


@pytest.mark.parametrize(
    ("text", "question", "alternatives"),
    [
        ("portrait", "tag Portrait", {"portrait format"}),
        ("portrait format", "portrait format", set()),
        ("landscape", "landscape format", set()),
        ("duplicates", "tag Duplicates or (duplicates and not excluded Duplicates)", set()),
        ("Florence", "tag Florence or (place Florence and not excluded Florence)", {"Florence Nightingale"}),
        ("place:Florence", "place Florence", set()),
        ("Paris", "person Paris or place Paris", set()),
        ("Canon", 'camera "Canon"', set()),
        ("Tony Hawk", "nothing; unmatched: `Tony`, `Hawk`", {"Tony Blair"}),
        ("\N{SUNRISE}", "tag Sunset \N{SUNRISE}", set()),
        ("near Florence", "tag Florence or (place Florence and not excluded Florence)", set()),
        ("within 10 km of Paris", "person Paris or place Paris; unmatched: `within`, `10`, `km`", set()),
    ],
)
def test_a_word_with_several_meanings(library: SearchIndex, text: str, question: str, alternatives: set[str]) -> None:
    parsed = read(library, text)
    assert shorthand(parsed, library.lexicon) == question
    assert {other for term in parsed.terms for other in term.alternatives} >= alternatives


@pytest.mark.parametrize(
    ("text", "cameras"),
    [
        ("iphone", 2),
        ("iPhone 11", 2),
        ("iphone11pro", 1),
        ("iPhone 11 Pro", 1),
        ("eos r5", 1),
        ("EOSR5", 0),
        ("R5", 1),
        ("sm-g991b", 1),
        ("SMG991B", 1),
        ("RF24-70mm", 1),
        ("apple or samsung", 3),
        ("pro", 0),
        ("11", 0),
        ("is", 0),
        ("usm lens", 0),
    ],
)
def test_a_camera_is_called_by_a_part_of_its_name(library: SearchIndex, text: str, cameras: int) -> None:
    assert len(library.evaluate(read(library, text).query)) == cameras


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Tony at 10", "person Tony Blair and taken [2010-05-06, 2011-05-06)"),
        ("Tony at 10 in Italy", "person Tony Blair and taken [2010-05-06, 2011-05-06) and place Italy"),
        ("Tony at 10, Downing", "person Tony Blair and taken [2010-05-06, 2011-05-06); unmatched: `Downing`"),
        ("Tony at 10 Downing", "person Tony Blair; unmatched: `10`, `Downing`"),
        ("Tony at 10 years Downing", "person Tony Blair and taken [2010-05-06, 2011-05-06); unmatched: `Downing`"),
        ("Tony at 40", "person Tony Blair; unmatched: `40`"),
        ("Tony at 40 years", "person Tony Blair and taken [2040-05-06, 2041-05-06)"),
    ],
)
def test_a_number_is_an_age_if_it_can_be_one(library: SearchIndex, text: str, question: str) -> None:
    assert shorthand(read(library, text), library.lexicon) == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("less than 1 people", "faces 0 to 0"),
        ("less than 0 people", "faces 0 to 0; unmatched: `less`, `than`"),
        ("iso < 0", "nothing; unmatched: `iso`, `0`"),
        ("less than ISO 0", "iso from 0 to 0; unmatched: `less`, `than`"),
        ("rating < 0", "rated  to -1"),
    ],
)
def test_only_ratings_are_below_zero(library: SearchIndex, text: str, question: str) -> None:
    assert shorthand(read(library, text), library.lexicon) == question


@pytest.mark.parametrize(
    "text",
    [
        "iso " + "9" * 400,
        "f/" + "1." * 20,
        "9" * 30 + "mm",
        "1/0 s",
        "1/" + "9" * 30,
        "within " + "9" * 40 + " km of Florence",
        "10 km " * 25,
        "near " * 50,
        "added " * 50,
        "added added last week week",
        "Tony at 999",
        "Tony at " + "9" * 50,
        "\N{BLACK STAR}" * 500,
        "> > > 3 stars <",
        "+" * 100,
        "canon-" * 40,
        "x-t-" * 25,
        "at least at least ISO",
        "rated rated 5 stars stars",
    ],
    ids=lambda text: text[:20],
)
def test_what_makes_little_sense_has_an_answer(library: SearchIndex, text: str) -> None:
    library.evaluate(read(library, text).query)
