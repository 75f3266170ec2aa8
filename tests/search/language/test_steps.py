"""How much a question costs in a large library: 20,000 folders, 300 tags, 200 persons, 500 places, 30,000 words."""

from __future__ import annotations

import random
from typing import Any

import pytest

from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.search.hierarchy import Hierarchy
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.lexicon_names import LexiconNames
from photos_graph.search.language.parser import parse
from photos_graph.search.rows import FolderRow, PhotoRow
from tests.kit.language.library import PERSONS, PLACES, TAGS, TODAY, index_of
from tests.kit.search_index import place
from tests.kit.steps import steps

SYLLABLES = [a + b for a in "bcdfglmnprstvz" for b in "aeiou"]


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    chance = random.Random(7)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 5))).capitalize() for _ in range(30_000)]

    def name(most: int) -> str:
        return " ".join(chance.choices(words, k=chance.randint(1, most)))

    made = index_of(
        [*TAGS, *(Tag(f"t{n}", name(2)) for n in range(300))],
        [*PERSONS, *(Person(f"p{n}", name(2)) for n in range(200))],
        [*PLACES, *(place(f"l{n}", name(2)) for n in range(500))],
        [
            FolderRow(f"f{n}", f"{chance.randint(1990, 2025)}-{n % 12 + 1:02} {name(3)}" if n % 4 else "Raw", f"r/{n}")
            for n in range(20_000)
        ],
    )
    made.apply_photos(
        PhotoRow(n, f"{n:032x}", f"{name(1)}_{n}.jpg", ("f1",), (f"{name(1)}_{n}.jpg",)) for n in range(16_000)
    )
    parse("a first one", made.lexicon, TODAY)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "landscapes in Abruzzo containing me",
        "landscapes in Abruzzo or Rome not in 2020",
        "only Anna and Bob last summer",
        "raw between 2018 and 2020 rating:>=4",
    ],
)
def test_a_usual_question_takes_far_fewer_steps_than_there_are_names(library: SearchIndex, text: str) -> None:
    assert steps(lambda: parse(text, library.lexicon, TODAY)) < 10_000


@pytest.mark.parametrize("vectors", [None, "vectors"])
def test_fifty_unknown_words_are_not_compared_with_every_name_in_python(
    library: SearchIndex, vectors: str | None
) -> None:
    library.sets.looks.use(vectors)
    chance = random.Random(8)
    text = " ".join("".join(chance.choices("qwxkyjhgtrsaeiou", k=200)) for _ in range(25))
    text += " " + " ".join("".join(chance.choices("qwxkyjhgtrsaeiou", k=9)) for _ in range(25))
    parsed = parse(text, library.lexicon, TODAY)
    assert (len(parsed.unmatched), len(parsed.terms)) == ((0, 1) if vectors else (50, 0))
    assert steps(lambda: parse(text, library.lexicon, TODAY)) < 200_000 * len(LANGUAGES)
    library.sets.looks.use(None)


@pytest.mark.parametrize("text", ["raw or not " * 49, "in:raw " * 50, "x/raw " * 25, '"raw" ' * 50, "(raw or " * 29])
def test_a_name_that_thousands_bear_may_be_repeated(library: SearchIndex, text: str) -> None:
    assert steps(lambda: parse(text, library.lexicon, TODAY)) < 400_000 * len(LANGUAGES)


def test_the_lexicon_is_made_in_steps_that_grow_with_the_names(library: SearchIndex) -> None:
    rows = [_copy(each) for each in (library.tags, library.persons, library.places, library.folders)]
    names = sum(1 for each in rows for _ in each)
    assert steps(lambda: LexiconNames(*rows, library.sets.file_words.has)) < 250 * len(LANGUAGES) * names


def _copy(rows: Hierarchy[Any]) -> Hierarchy[Any]:
    copied: Hierarchy[Any] = Hierarchy()
    copied.put(rows)
    return copied


def test_a_row_costs_no_more_in_a_large_library(library: SearchIndex) -> None:
    row = FolderRow("new", "2020 Something new", "r/new")
    assert steps(lambda: library.apply_folders([row])) < 1_000
    assert steps(lambda: parse("landscapes", library.lexicon, TODAY)) < 10_000, "the lexicon is not made again"
