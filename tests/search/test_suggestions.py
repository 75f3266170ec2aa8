"""Suggestions: which names fit what was typed, which come first, and what they stand for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from photos_graph.errors import BadInput
from photos_graph.model.albums import Album
from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.search import Ref, SuggestionKind
from photos_graph.search.filter_names import query_of
from photos_graph.search.filters import PhotoFilter, TermFilter
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import EVERY_LANGUAGE, Customs
from photos_graph.search.language.parser import parse
from photos_graph.search.rows import LabelPostings, PlacedPhotos
from photos_graph.search.smart_albums import SmartAlbums
from photos_graph.search.suggestions.highlights import matched
from photos_graph.search.suggestions.sources import RowSource, Typed
from photos_graph.search.terms.dates import TakenIn
from photos_graph.services.browse.suggesting import Suggester, Suggestion
from tests.kit.oracles.naive_suggestions import Suggested, Thing, suggested
from tests.kit.search_index import FOLDERS, PLACES, index_of, photo

TAGS = ["Abruzzo", "Anna", "Beach", "Beach volleyball", "Sea beach", "Été", "New York", "Nature", "Lakes", "Trips 2019"]
PERSONS = ["Anna Rossi", "Annabel", "Maria Anna Bianchi", "Bob", "Peter"]
ROWS = (SuggestionKind.TAG, SuggestionKind.PERSON, SuggestionKind.FOLDER)


@dataclass
class Followed:
    """An index that follows no graph."""

    search: SearchIndex
    customs: Customs = EVERY_LANGUAGE


def library() -> SearchIndex:
    index = index_of([photo(number) for number in range(200)])
    index.apply_tags(Tag(f"t{number}", name, "t2" if number == 3 else None) for number, name in enumerate(TAGS))
    index.apply_persons(Person(f"p{number}", name, hidden=name == "Peter") for number, name in enumerate(PERSONS))
    postings = LabelPostings({}, {}, {}, {}, {}, {})
    for number in range(len(TAGS)):
        postings.tagged[f"t{number}"] = BitMap(range(0, 200, number + 2))
    for number in range(len(PERSONS)):
        postings.persons[f"p{number}"] = BitMap(range(number, 200, 3 * number + 4))
    index.apply_labels(postings, None)
    return index


def suggester(index: SearchIndex, customs: Customs = EVERY_LANGUAGE) -> Suggester:
    return Suggester(Followed(index, customs))  # type: ignore[arg-type]


LIBRARY = library()
SUGGESTER = suggester(LIBRARY)


def labels(found: Iterable[Suggestion]) -> list[str]:
    return [each.label for each in found]


THINGS = [
    *(Thing("TAG", f"t{number}", [name]) for number, name in enumerate(TAGS)),
    *(Thing("PERSON", f"p{number}", [name]) for number, name in enumerate(PERSONS) if name != "Peter"),
    *(Thing("FOLDER", row.id, [row.name]) for row in FOLDERS),
]
TEXTS = """a;an;ann;anna;Anna r;rossi a;beach;beach v;bech;baech;volleybal;volybal;sea;ete;ÉTÉ;e;new y;york new;natrue;
2;20;trip;trip 1;trips 2019;xyz;!;annabell"""
typed = st.sampled_from([text.strip() for text in TEXTS.split(";")]) | st.text("abehinortyv ", max_size=8)


@given(text=typed, first=st.integers(1, 12), favourites=st.booleans())
def test_suggestions_are_those_of_a_naive_ranking(text: str, first: int, favourites: bool) -> None:
    filter = PhotoFilter(favourite=True) if favourites else None
    found = LIBRARY.evaluate(query_of(filter, LIBRARY))

    def count(thing: Thing) -> int:
        sets = LIBRARY.sets
        if thing.kind == "FOLDER":
            return len(found & LIBRARY.folders.photos_below(thing.key))
        return len(found & (sets.tags.having if thing.kind == "TAG" else sets.persons.showing)(thing.key))

    expected: list[Suggested] = suggested(THINGS, text, count, first)
    given_ = SUGGESTER.suggest(text, ROWS, filter, first)
    assert [(each.kind, each.id, each.count) for each in given_] == [(e.kind, e.key, e.count) for e in expected]


def test_a_suggestion_finds_what_it_counts_by_its_filter_and_by_its_text() -> None:
    within = PhotoFilter(taken=TakenIn(after=datetime(2011, 1, 1)))
    for text in (
        "a",
        "b",
        "i",
        "p",
        "2010",
        "aug",
        "christmas",
        "ostern",
        "easter 2010",
        "estate",
        "nikon",
        "eos",
        "2",
    ):
        for each in SUGGESTER.suggest(text, None, within, 20):
            both = LIBRARY.evaluate(query_of(PhotoFilter(and_=(each.filter, within)), LIBRARY))
            assert len(both) == each.count > 0, each
            read = parse(each.text or "", LIBRARY.lexicon, datetime(2020, 1, 1).date(), EVERY_LANGUAGE)
            assert LIBRARY.evaluate(read.query) == LIBRARY.evaluate(query_of(each.filter, LIBRARY)), each


def test_dates_are_suggested_in_the_languages_that_are_on() -> None:
    dates = (SuggestionKind.DATE,)
    for text, label in (
        ("2010", "2010"),
        ("aug", "August"),
        ("august 2010", "August 2010"),
        ("agos", "agosto"),
        ("christmas", "Christmas"),
        ("weihn", "Weihnachten"),
        ("summer 2010", "summer 2010"),
        ("12 august 2010", "12 August 2010"),
        ("augst", "August"),
    ):
        assert label in labels(SUGGESTER.suggest(text, dates, first=30)), text
    german = Customs(tuple(each for each in EVERY_LANGUAGE.languages if each.code == "de"))
    assert labels(suggester(LIBRARY, german).suggest("agos", dates)) == []
    assert labels(suggester(LIBRARY, german).suggest("dez", dates))[0] == "Dezember"
    [year] = SUGGESTER.suggest("2010", dates, PhotoFilter(taken=TakenIn(year=2010)))[:1]
    assert year.filter == PhotoFilter(taken=TakenIn(year=2010))


def test_kinds_are_mixed_and_worse_fits_come_later() -> None:
    found = SUGGESTER.suggest("an", first=20)
    kinds = [each.kind for each in found[:6]]
    assert {SuggestionKind.TAG, SuggestionKind.PERSON} <= set(kinds)
    assert labels(found).index("Annabel") < labels(found).index("Maria Anna Bianchi")
    assert labels(SUGGESTER.suggest("anna"))[0] == "Anna"
    assert "Peter" not in labels(SUGGESTER.suggest("pet"))
    assert SUGGESTER.suggest("") == SUGGESTER.suggest("!?") == SUGGESTER.suggest("a", first=0) == []


def test_places_are_found_by_their_names_in_other_languages() -> None:
    assert labels(SUGGESTER.suggest("Italien", (SuggestionKind.PLACE,))) == ["Italy"]
    assert labels(SUGGESTER.suggest("l'aq")) == ["L'Aquila"]
    assert labels(SUGGESTER.suggest("laq", (SuggestionKind.PLACE,))) == []


def test_cameras_and_lenses_are_suggested() -> None:
    cameras = (SuggestionKind.CAMERA,)
    assert labels(SUGGESTER.suggest("nik", cameras)) == ["NIKON D750"]
    assert labels(SUGGESTER.suggest("50mm", cameras)) == ["EF 50mm"]
    assert SUGGESTER.suggest("eos 5", cameras)[0].filter == PhotoFilter(camera="Canon EOS 5D")


def test_suggestions_follow_names_labels_and_photos() -> None:
    index = library()
    asked = suggester(index)
    assert labels(asked.suggest("zan")) == []
    index.apply_tags([Tag("t1", "Zanzibar", None)])
    assert [(each.label, each.count) for each in asked.suggest("zan")] == [("Zanzibar", 67)]
    assert asked.suggest("dec 2023") == []
    index.apply_photos([replace(photo(number), taken=datetime(2023, 12, 24)) for number in range(3)])
    assert [(each.label, each.count) for each in asked.suggest("december 2023")] == [("December 2023", 3)]
    assert [(each.label, each.count) for each in asked.suggest("heiligabend 2023")] == [("Heiligabend 2023", 3)]
    index.apply_tags((), ["t1"])
    assert labels(asked.suggest("zan")) == []
    index.apply_persons([Person("p3", "Zoe")])
    index.apply_tags(Tag(f"many{number}", f"Many {number}", "t8") for number in range(600))
    assert labels(asked.suggest("many 59")) == []  # no photo has it
    assert labels(asked.suggest("zo")) == ["Zoe"]
    index.apply_persons([Person("p3", "Zoe", hidden=True)])
    index.apply_tags([Tag("many599", "Lagoons", None)])
    index.apply_labels(LabelPostings({"many599": BitMap([7])}, {}, {}, {}, {}, {}), BitMap([7]))
    assert (labels(asked.suggest("zo")), labels(asked.suggest("lagoon"))) == ([], ["Lagoons"])


def test_names_that_change_while_they_are_indexed_are_suggested_as_they_are_now() -> None:
    index, kinds = library(), (SuggestionKind.TAG,)
    source = RowSource(SuggestionKind.TAG, index.tags, index.sets.tags.having, str, lambda _: PhotoFilter())
    indexing = source.indexing()
    assert indexing is not None
    index.apply_tags([Tag("t1", "Zanzibar", None)], ["t2"])
    source.use(indexing())
    found = [
        [name.key for names in source.find(Typed.of(text), False).names.values() for name in names]
        for text in ("zan", "ann", "volley", "abr")
    ]
    assert (found, source.indexing()) == ([["t1"], [], ["t3"], ["t0"]], None)
    asked = suggester(index)
    asyncio.run(asked.prepare())
    assert labels(asked.suggest("zan", kinds)) == ["Zanzibar"]


def test_albums_are_suggested_smart_ones_too() -> None:
    index = library()
    SmartAlbums.attach(index, EVERY_LANGUAGE)
    index.apply_albums([Album("a1", "Summer album"), Album("a2", "Beach again", text="tag:Beach")])
    placed = PlacedPhotos(np.array([3, 4], np.uint32), np.array([0, 1]))
    index.apply_placed({"a1": placed}, None)
    beach = len(index.sets.tags.having("t2"))
    found = suggester(index).suggest("a", (SuggestionKind.ALBUM,))
    assert [(each.label, each.id, each.count) for each in found] == [
        ("Beach again", "a2", beach),
        ("Summer album", "a1", 2),
    ]
    assert [each.text for each in found] == ['album:"Beach again"', 'album:"Summer album"']
    assert found[0].filter == PhotoFilter(albums=TermFilter(all=(Ref(id="a2"),)))


def test_a_stack_counts_as_one() -> None:
    rows = [replace(photo(number), stack=("s", "BURST"), folders=("trip10",)) for number in range(3)]
    found = suggester(index_of(rows)).suggest("trip")
    assert [(each.label, each.count) for each in found] == [("Photos/Italy/Trip 10", 1)]


@pytest.mark.parametrize(
    ("label", "starts", "expected"),
    [
        ("Maria Anna", ["ann"], [(6, 9)]),
        ("Photos/Italy/Trip 10", ["tri", "1"], [(13, 16), (18, 19)]),
        ("L'Àquila", ["aq"], [(2, 4)]),
        ("E\u0301te\u0301 10", ["ete"], [(0, 5)]),
        ("Straße", ["strass"], [(0, 5)]),
        ("Anna", ["bob"], []),
    ],
)
def test_what_was_typed_is_marked(label: str, starts: list[str], expected: list[tuple[int, int]]) -> None:
    assert matched(label, starts) == expected


def test_the_parts_of_a_suggestion_are_its_label() -> None:
    [each] = SUGGESTER.suggest("trip 10", (SuggestionKind.FOLDER,))
    assert list(each.parts()) == [("Photos/Italy/", False), ("Trip", True), (" ", False), ("10", True)]
    [slip] = SUGGESTER.suggest("voleybal", (SuggestionKind.TAG,))
    assert [text for text, is_matched in slip.parts() if is_matched] == ["volleybal"]


@pytest.mark.parametrize("wrong", [{"first": -1}, {"first": 101}, {"text": "a" * 1001}])
def test_what_is_too_much_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        SUGGESTER.suggest(**{"text": "a", **wrong})


def test_names_are_ids_in_the_filters() -> None:
    assert SUGGESTER.suggest("lakes")[0].filter == PhotoFilter(tags=TermFilter(all=(Ref(id="t8"),)))
    assert {row.id for row in PLACES} >= {each.id for each in SUGGESTER.suggest("abr", (SuggestionKind.PLACE,))}
