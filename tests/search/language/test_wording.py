"""What is said of a filter reads back to the same filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from photos_graph.model.faces import Person
from photos_graph.model.labels import Certainty, Tag
from photos_graph.model.library import Exposure
from photos_graph.model.search import MatchKind, PhotoShape, Ref
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
from photos_graph.search.language.customs import EVERY_LANGUAGE, Customs
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.parser import parse
from photos_graph.search.language.wording import Explained, explain
from photos_graph.search.query import Query
from photos_graph.search.rows import LabelPostings
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.places import InBox, Near
from tests.kit.language.library import FOLDERS, PERSONS, PLACES, TAGS, TODAY, index, photos


def library() -> SearchIndex:
    """The library of the texts, with names that are hard to say, and five photos that differ in everything."""
    made = index()
    made.apply_tags([Tag("acdc", "AC/DC", "nature"), Tag("or", "me or not"), Tag("2019", "2019")])
    made.apply_persons([Person("anna-2", "Anna Rossi", birthday="1990-05-17"), Person("x", "X: Y-Z (jr.)")])
    made.apply_photos(
        replace(
            row,
            places=(PLACES[row.number].id,),
            folders=(FOLDERS[row.number].id,),
            taken=datetime(2015 + row.number, row.number + 6, 14, row.number),
            rating=row.number,
            favourite=row.number == 2,
            camera=("Canon|EOS 5D|EF 50mm", None, "FUJIFILM|X-T3|", "Apple|iPhone 11|", None)[row.number],
            latitude=42.0 + row.number / 100,
            longitude=13.4,
            exposure=Exposure(100 * row.number or None, 2.8, 1 / 125, 50),
        )
        for row in photos()
    )
    made.apply_labels(
        LabelPostings(
            tagged={tag.id: BitMap([place % 5, place % 3]) for place, tag in enumerate(TAGS)},
            persons={person.id: BitMap([place]) for place, person in enumerate(PERSONS)},
            faces={1: BitMap([0, 1]), 3: BitMap([2])},
        ),
        None,
    )
    return made


LIBRARY = library()


def query_of(filter: PhotoFilter) -> Query:
    return to_query(filter, IndexNames(LIBRARY))


def said(filter: PhotoFilter, customs: Customs = EVERY_LANGUAGE) -> Explained:
    return explain(query_of(filter), LIBRARY, TODAY, customs)


def named(*names: str) -> tuple[Ref, ...]:
    return tuple(Ref(name=name) for name in names)


def ids(*of: str) -> tuple[Ref, ...]:
    return tuple(Ref(id=each) for each in of)


@pytest.mark.parametrize(
    ("filter", "text", "labels"),
    [
        (PhotoFilter(), "", []),
        (PhotoFilter(tags=TermFilter(all=named("Landscapes"))), "Landscapes", ["Landscapes"]),
        (PhotoFilter(tags=TermFilter(all=named("Abruzzo"))), "tag:Places/Abruzzo", ["Abruzzo"]),
        (
            PhotoFilter(places=TermFilter(any=named("Abruzzo", "Rome"))),
            "place:Italy/Abruzzo or Rome",
            ["Abruzzo or Rome"],
        ),
        (
            PhotoFilter(tags=TermFilter(all=named("Beach"), none=named("Landscapes"))),
            "Beach, without Landscapes",
            ["Beach", "not Landscapes"],
        ),
        (
            PhotoFilter(persons=TermFilter(all=named("Bob"), only=True), rating=IntRange(min=4)),
            "only Bob, rated 4 or more",
            ["Bob, nobody else", "rating 4 or more"],
        ),
        (PhotoFilter(taken=TakenIn(year=2019, month=8)), "08/2019", ["August 2019"]),
        (PhotoFilter(taken=TakenIn(month=8)), "August", ["August"]),
        (PhotoFilter(taken=TakenIn(month=12, day=25)), "25/12", ["25 December"]),
        (PhotoFilter(taken=TakenIn(after=datetime(2019, 8, 1))), "since 01/08/2019", ["since 1 August 2019"]),
        (
            PhotoFilter(taken=TakenIn(before=datetime(2019, 8, 1, 9))),
            "taken:<2019-08-01T09:00:00",
            ["before 1 August 2019 09:00"],
        ),
        (
            PhotoFilter(taken=TakenIn(datetime(1, 1, 1), datetime(1, 1, 1))),
            "(taken:>=0001-01-01T00:00:00 taken:<0001-01-01T00:00:00)",
            ["since 1 January 1, before 1 January 1"],
        ),
        (PhotoFilter(taken=TakenIn(day=14)), "taken:*-*-14", ["day 14 of any month"]),
        (
            PhotoFilter(taken=TakenIn(datetime(2019, 8, 1), datetime(2019, 8, 3))),
            "01/08/2019 - 02/08/2019",
            ["1 August 2019 to 2 August 2019"],
        ),
        (PhotoFilter(near=Near(42.35, 13.4, 10)), "near:42.35,13.4,10", ["within 10 km of 42.3500, 13.4000"]),
        (PhotoFilter(box=InBox(43, 42, 14, 13)), "box:43,42,14,13", ["latitude 42 to 43, longitude 13 to 14"]),
        (PhotoFilter(favourite=True, untagged=True), "favourites, untagged", ["favourite", "untagged"]),
        (PhotoFilter(favourite=False), "without favourites", ["not favourite"]),
        (PhotoFilter(face_count=IntRange(min=2)), "2 or more people", ["2 or more people"]),
        (PhotoFilter(face_count=IntRange(max=0)), "nobody", ["nobody"]),
        (PhotoFilter(face_count=IntRange(2, 4)), "faces:2..4", ["2 to 4 people"]),
        (PhotoFilter(camera="X-T3"), "camera:X-T3", ["camera X-T3"]),
        (PhotoFilter(exposure=ExposureFilter(iso=IntRange(100, 400))), "iso:100..400", ["ISO 100 to 400"]),
        (
            PhotoFilter(exposure=ExposureFilter(seconds=FloatRange(max=0.5))),
            "shutter:<=0.5",
            ["exposure time up to 0.5 s"],
        ),
        (PhotoFilter(text="abr sun"), 'text:"abr sun"', ["abr sun"]),
        (PhotoFilter(looks_like="cane"), "looks:dog", ["looks like dog"]),
        (PhotoFilter(folder=FolderFilter(id="garden")), "in:Photos/Giardino", ["Photos/Giardino"]),
        (
            PhotoFilter(or_=(PhotoFilter(favourite=True), PhotoFilter(text="a", rating=IntRange(min=3)))),
            "favourites or (rated 3 or more text:a)",
            ["favourite or (rating 3 or more, a)"],
        ),
    ],
)
def test_a_filter_is_said(filter: PhotoFilter, text: str, labels: list[str]) -> None:
    found = said(filter)
    assert (found.text, found.is_readable) == (text, True)
    assert [f"not {term.label}" if term.negated else term.label for term in found.terms] == labels


def test_words_are_those_of_the_first_language() -> None:
    italian = Customs(tuple(language for language in LANGUAGES if language.code == "it"))
    filter = PhotoFilter(
        tags=TermFilter(none=named("Beach")), favourite=True, rating=IntRange(min=4), taken=TakenIn(month=8)
    )
    assert said(filter, italian).text == "senza Beach, agosto, voto 4 o più, preferiti"
    assert said(filter, italian).is_readable


@pytest.mark.parametrize(
    ("filter", "text"),
    [
        (PhotoFilter(tags=TermFilter(all=named("Beach")), certainty=Certainty.CONFIRMED), "Beach (confirmed)"),
        (PhotoFilter(tags=TermFilter(all=named("unheard-of"))), "nothing"),
        (PhotoFilter(folder=FolderFilter(id="root", recursive=False)), "Photos without its subfolders"),
        (PhotoFilter(rating=IntRange(min=6)), "rating:>=6"),
    ],
)
def test_what_cannot_be_said_is_told(filter: PhotoFilter, text: str) -> None:
    found = said(filter)
    assert (found.text, found.is_readable) == (text, False)


def test_terms_have_their_kinds_and_queries() -> None:
    found = said(PhotoFilter(tags=TermFilter(none=named("Beach")), taken=TakenIn(year=2019)))
    assert [(term.kind, term.negated) for term in found.terms] == [(MatchKind.TAG, True), (MatchKind.DATE, False)]
    assert [len(LIBRARY.evaluate(query)) for query in found.queries] == [2, 1]


def ranges(low: int, high: int) -> st.SearchStrategy[IntRange]:
    """Not the range without ends, which is no condition."""
    bounds = st.tuples(st.none() | st.integers(low, high), st.none() | st.integers(low, high))
    return bounds.filter(lambda each: each != (None, None)).map(
        lambda each: IntRange(*(sorted(each) if None not in each else each))  # type: ignore[type-var]
    )


def floats() -> st.SearchStrategy[FloatRange]:
    bounds = st.lists(st.floats(0, 1e6), min_size=2, max_size=2).map(sorted)
    return bounds.map(lambda each: FloatRange(*each)) | st.floats(0, 1e6).map(lambda each: FloatRange(min=each))


def terms(of: list[str]) -> st.SearchStrategy[TermFilter]:
    some = st.lists(st.sampled_from(of), min_size=1, max_size=3, unique=True).map(lambda each: ids(*each))
    return st.builds(TermFilter, some, st.none() | some, st.none() | some, st.booleans()) | st.builds(
        TermFilter, st.none(), some, st.none() | some, st.booleans()
    )


MOMENTS = st.none() | st.datetimes(datetime(1000, 1, 1), datetime(2100, 1, 1)) | st.just(datetime(2019, 8, 1))
INSTANTS = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
SAYABLE: dict[str, st.SearchStrategy[object]] = {
    "tags": terms([tag.id for tag in LIBRARY.tags]),
    "persons": terms(["carlo", "anna-2", "bob", "maria", "x"]),
    "places": terms([place.id for place in PLACES]),
    "folder": st.builds(FolderFilter, st.sampled_from([folder.id for folder in FOLDERS])),
    "taken": st.builds(
        TakenIn,
        MOMENTS,
        MOMENTS,
        st.none() | st.integers(1000, 2100),
        st.none() | st.integers(1, 12),
        st.none() | st.integers(1, 31),
    ).filter(lambda term: term != TakenIn()),
    "near": st.builds(Near, st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 20_000)),
    "box": st.builds(InBox, st.floats(0, 90), st.floats(-90, 0), st.floats(-180, 180), st.floats(-180, 180)),
    "rating": ranges(-1, 5),
    "favourite": st.booleans(),
    "face_count": ranges(0, 12),
    "untagged": st.booleans(),
    **dict.fromkeys(("in_no_album", "unnamed_faces", "raw", "screenshot", "edited", "duplicates"), st.booleans()),
    "shape": st.sampled_from(PhotoShape),
    "added": st.builds(AddedIn, INSTANTS, INSTANTS).filter(lambda term: term != AddedIn()),
    "camera": st.sampled_from(["X100", "EOS 5D", "iPhone 11", "50mm (II)", "a|b", "-"]),
    "exposure": st.builds(ExposureFilter, ranges(0, 100_000), floats(), st.none() | floats(), st.none() | floats()),
    "looks_like": st.sampled_from(["dog", "golden retriever", "mucca", "Sheep"]),
    "text": st.sampled_from(["abr sun", "sunset", "not", "été", "(2019)", "a, b", "🏖", "me or you"]),
}


@st.composite
def filters(draw: st.DrawFn, depth: int = 2) -> PhotoFilter:
    names = draw(st.lists(st.sampled_from(sorted(SAYABLE)), min_size=1, max_size=2, unique=True))
    fields = {name: draw(SAYABLE[name]) for name in names}
    if depth:
        inner = filters(depth - 1)
        match draw(st.sampled_from([None, None, "and_", "or_", "not_"])):
            case "not_":
                fields["not_"] = draw(inner)
            case str(joint):
                fields[joint] = tuple(draw(st.lists(inner, min_size=1, max_size=2)))
    return PhotoFilter(**fields)


def test_every_field_of_a_filter_is_among_them() -> None:
    fields = set(PhotoFilter.__dataclass_fields__)
    assert fields - set(SAYABLE) == {"and_", "or_", "not_", "certainty", "albums", "excluded_tags"}


@given(filters(), st.sampled_from([language.code for language in LANGUAGES]))
def test_what_is_said_reads_back_to_the_same_filter(filter: PhotoFilter, code: str) -> None:
    customs = Customs(tuple(each for each in LANGUAGES if each.code == code))
    query = query_of(filter)
    found = explain(query, LIBRARY, date(2026, 11, 25), customs)
    assert found.is_readable, found
    parsed = parse(found.text, LIBRARY.lexicon, TODAY, customs)
    assert (parsed.unmatched, LIBRARY.evaluate(parsed.query)) == ((), LIBRARY.evaluate(query))
