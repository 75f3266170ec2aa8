"""Each term is counted alone, and a text that finds nothing tells which of its conditions is to blame."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.language.relaxation import relaxed
from photos_graph.search.language.text_reading import Condition
from photos_graph.search.query import And, Everything
from photos_graph.search.rows import LabelPostings
from photos_graph.search.terms.properties import Rated
from tests.kit.language.library import TODAY, index, photos


@pytest.fixture(scope="module")
def library() -> SearchIndex:
    """Photos 0 and 1 are landscapes, 1 and 2 are from Rome, 2 shows Anna, and all but 4 are from 2019."""
    made = index()
    rows = photos()
    made.apply_photos(
        replace(row, places=("IT/Lazio/Rome",) if row.number in (1, 2) else (), taken=taken(row.number)) for row in rows
    )
    made.apply_labels(LabelPostings(tagged={"landscapes": BitMap([0, 1])}, persons={"anna": BitMap([2])}), None)
    return made


def taken(number: int) -> datetime | None:
    return None if number == 4 else datetime(2019, 8, 14)


def counts(library: SearchIndex, text: str, today: date = TODAY) -> dict[str, int]:
    parsed = parse(text, library.lexicon, today)
    assert len(parsed.terms) == len(parsed.term_queries)
    pairs = zip(parsed.terms, parsed.term_queries, strict=True)
    return {term.label: len(library.evaluate(query)) for term, query in pairs}


def without(library: SearchIndex, text: str) -> list[tuple[str, int]]:
    """The words that are left out, and how many photos the others find."""
    parsed = parse(text, library.lexicon, TODAY)
    assert not library.evaluate(parsed.query)
    return [
        (" ".join(dict.fromkeys(parsed.terms[place].text for place in each.terms)), len(library.evaluate(each.query)))
        for each in relaxed(library, parsed)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("landscapes in Rome", {"Landscapes": 2, "Rome": 2}),
        ("not in Rome", {"Rome": 2}),
        ("2019 without Anna", {"2019": 4, "Anna Rossi": 1}),
        ("Abruzzo or Rome", {"Abruzzo": 0, "Rome": 2}),
        ("only Anna", {"nobody else": 5, "Anna Rossi": 1}),
        ("volleyball zebra", {"volleyball zebra": 0}),
        ("untagged sunset", {"untagged": 3, "sunset": 1}),
    ],
)
def test_each_term_is_counted_alone(library: SearchIndex, text: str, found: dict[str, int]) -> None:
    assert counts(library, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("landscapes with Anna", [("Anna", 2), ("landscapes", 1)]),
        ("Bob in 2019", [("Bob", 4)]),
        ("Rome with Bob in 2018", [("Bob 2018", 2)]),
        ("landscapes in Abruzzo", [("Abruzzo", 2)]),
        ("landscapes not in Italy with Anna", [("Anna", 1)]),
        ("Rome not in 2019", [("2019", 2), ("Rome", 1)]),
        ("Rome and (Bob or 2018) zebra", [("Bob 2018", 2)]),
        ("without Anna and landscapes Bob", [("Bob", 2)]),
        ("Bob", []),
        ("Bob in 2018", []),
        ("zebra", []),
    ],
)
def test_nothing_found_says_why(library: SearchIndex, text: str, found: list[tuple[str, int]]) -> None:
    assert without(library, text) == found


CONDITIONS = st.lists(st.sets(st.integers(0, 4)), min_size=2, max_size=5)


@given(CONDITIONS)
def test_the_rest_finds_something_and_no_smaller_part_is_to_blame(found: list[set[int]]) -> None:
    made = index()
    made.apply_photos(replace(row, rating=row.number) for row in photos())
    queries = [Rated(min(each, default=9), max(each, default=9)) for each in found]
    parsed = Parsed(
        And(tuple(queries)), (), (), (), tuple(Condition(q, range(n, n + 1)) for n, q in enumerate(queries))
    )
    if made.evaluate(parsed.query):
        return
    alone = {
        place
        for place in range(len(queries))
        if made.evaluate(And((Everything(), *queries[:place], *queries[place + 1 :])))
    }
    answers = relaxed(made, parsed)
    assert all(made.evaluate(each.query) for each in answers)
    if alone:
        assert {each.terms for each in answers} == {(place,) for place in alone}
    else:
        assert len(answers) <= 1
        assert bool(answers) is any(made.evaluate(query) for query in queries)


def test_pairs_around_an_or_are_one_condition(library: SearchIndex) -> None:
    parsed = parse("Rome 2019 or L'Aquila 2020 with Anna", library.lexicon, TODAY)
    assert [condition.terms for condition in parsed.conditions] == [range(4), range(4, 5)]
    assert without(library, "Rome 2018 or L'Aquila 2020 with Anna") == [("Rome 2018 L'Aquila 2020", 1)]
