"""A query becomes a filter that finds the same photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from photos_graph.model.labels import Certainty
from photos_graph.model.search import Ref
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import (
    ExposureFilter,
    FloatRange,
    FolderFilter,
    IntRange,
    PhotoFilter,
    TermFilter,
    to_query,
)
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import EVERY_LANGUAGE
from photos_graph.search.language.parser import parse
from photos_graph.search.language.wording import explain
from photos_graph.search.query import Query, terms_of
from photos_graph.search.query_filters import has_filter, to_filter
from photos_graph.search.rows import LabelPostings
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.times import TakenAt, TakenBetween, TakenDuring, TakenOn
from tests.kit.language.library import PERSONS, TAGS, TODAY
from tests.search.language.test_accepted import CASES
from tests.search.language.test_wording import SAYABLE, filters, ids, library, terms

LISTED = sorted((Path(__file__).parent / "accepted").glob("*.tsv"))
TEXTS = [
    *(case.text for case in CASES),
    *(line.split("\t")[0] for path in LISTED for line in path.read_text().splitlines()[::5]),
]
RECURRING = (TakenAt, TakenBetween, TakenDuring, TakenOn)


def excluding() -> SearchIndex:
    """The library of the texts with guesses of models, and with tags that people took from photos."""
    made = library()
    made.apply_labels(
        LabelPostings(
            tagged={tag.id: BitMap([place % 5, place % 3]) for place, tag in enumerate(TAGS)},
            excluded={tag.id: BitMap({(place + 1) % 5} - {place % 3}) for place, tag in enumerate(TAGS)},
            predicted={tag.id: BitMap({(place + 3) % 5}) for place, tag in enumerate(TAGS) if place % 2},
            persons={person.id: BitMap([place]) for place, person in enumerate(PERSONS)},
            persons_predicted={person.id: BitMap([(place + 1) % 5]) for place, person in enumerate(PERSONS)},
            faces={1: BitMap([0, 1]), 3: BitMap([2])},
        ),
        None,
    )
    return made


LIBRARY = excluding()
NAMES = IndexNames(LIBRARY)


def query_of(filter: PhotoFilter) -> Query:
    return to_query(filter, NAMES)


def back(query: Query) -> PhotoFilter | None:
    return to_filter(query, NAMES.looks)


@st.composite
def any_filters(draw: st.DrawFn) -> PhotoFilter:
    """Filters with all fields, some parts of which count only what is confirmed."""
    sure = st.sampled_from(Certainty)
    inside = PhotoFilter(
        tags=draw(st.none() | SAYABLE["tags"]),
        persons=draw(st.none() | SAYABLE["persons"]),
        albums=draw(st.none() | terms(["a", "b"])),
        excluded_tags=draw(st.none() | st.lists(st.sampled_from([tag.id for tag in TAGS])).map(lambda of: ids(*of))),
        untagged=draw(st.none() | st.booleans()),
        text=draw(st.none() | SAYABLE["text"]),
        certainty=draw(sure),
    )
    parts = draw(st.lists(filters() | st.just(inside), min_size=1, max_size=3))
    return draw(
        st.sampled_from(
            [
                inside,
                replace(parts[0], certainty=draw(sure)),
                PhotoFilter(and_=tuple(parts)),
                PhotoFilter(or_=tuple(parts)),
                PhotoFilter(not_=PhotoFilter(or_=tuple(parts), certainty=draw(sure))),
            ]
        )
    )


@given(any_filters())
def test_a_filter_and_what_its_query_becomes_find_the_same(filter: PhotoFilter) -> None:
    query = query_of(filter)
    found = back(query)
    assert found is not None and has_filter(query, NAMES.looks)
    assert LIBRARY.evaluate(query_of(found)) == LIBRARY.evaluate(query), found


def test_a_text_and_its_filter_find_the_same() -> None:
    without = 0
    for text in TEXTS:
        parsed = parse(text, LIBRARY.lexicon, TODAY)
        found, recurring = back(parsed.query), [isinstance(term, RECURRING) for term in terms_of(parsed.query)]
        assert (found is None) is any(recurring), text
        assert any(not has_filter(query, NAMES.looks) for query in parsed.term_queries) is any(recurring), text
        if found is None:
            without += 1
        else:
            assert LIBRARY.evaluate(query_of(found)) == LIBRARY.evaluate(parsed.query), text
    assert without < len(TEXTS) / 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("photos", PhotoFilter()),
        ("zebra", PhotoFilter(or_=())),
        (
            "landscapes with only Bob, not in Rome, without Montagne, rated 4 or more",
            PhotoFilter(
                tags=TermFilter(all=ids("landscapes"), none=ids("mountains")),
                persons=TermFilter(all=ids("bob"), only=True),
                places=TermFilter(none=ids("IT/Lazio/Rome")),
                rating=IntRange(4, None),
            ),
        ),
        (
            "Abruzzo 2018",
            PhotoFilter(
                or_=(
                    PhotoFilter(tags=TermFilter(any=ids("abruzzo"))),
                    PhotoFilter(
                        places=TermFilter(all=ids("IT/Abruzzo")), not_=PhotoFilter(excluded_tags=ids("abruzzo"))
                    ),
                ),
                taken=TakenIn(year=2018),
            ),
        ),
        (
            "iso:>=400 aperture:2.8 -favourites",
            PhotoFilter(exposure=ExposureFilter(IntRange(400, None), FloatRange(2.8, 2.8)), favourite=False),
        ),
        (
            "in:Giardino text:a text:b",
            PhotoFilter(
                and_=(PhotoFilter(folder=FolderFilter(id="garden"), text="a"), PhotoFilter(text="b")),
            ),
        ),
        ("Bob in the morning", None),
    ],
)
def test_a_filter_has_as_few_parts_as_possible(text: str, expected: PhotoFilter | None) -> None:
    assert back(parse(text, LIBRARY.lexicon, TODAY).query) == expected


def test_a_filter_with_an_excluded_tag_is_put_into_words() -> None:
    filter = back(parse("Abruzzo, Bob", LIBRARY.lexicon, TODAY).query)
    assert filter is not None
    said = explain(query_of(filter), LIBRARY, TODAY, EVERY_LANGUAGE)
    assert (said.text, said.is_readable) == ("Abruzzo, Bob", True)
    alone = explain(query_of(PhotoFilter(excluded_tags=ids("abruzzo"))), LIBRARY, TODAY, EVERY_LANGUAGE)
    assert (alone.is_readable, [term.label for term in alone.terms]) == (False, ["excluded: Abruzzo"])


def test_other_names_beside_an_only_stay_apart() -> None:
    """An "only" of Places allows Places alone, and one of Places and Abruzzo would allow less or more."""
    only = PhotoFilter(tags=TermFilter(all=ids("abruzzo"), only=True))
    both = PhotoFilter(and_=(only, PhotoFilter(tags=TermFilter(all=(Ref(id="places"),)))))
    found = back(query_of(both))
    assert found is not None and found.and_ is not None
    assert LIBRARY.evaluate(query_of(found)) == LIBRARY.evaluate(query_of(both))
