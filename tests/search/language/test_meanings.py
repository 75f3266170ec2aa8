"""What wins where a text can mean several things."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from pyroaring import BitMap

from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.search import MatchKind, SearchTerm
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.query import And, Not, Or, Query
from photos_graph.search.rows import FolderRow, LabelPostings, PhotoRow
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import OnlyPersons, WithPerson
from photos_graph.search.terms.places import AtPlace
from photos_graph.search.terms.properties import Favourite
from photos_graph.search.terms.tags import Excluded, Tagged
from photos_graph.search.terms.words import Words
from tests.kit.language.library import TODAY, index, index_of
from tests.kit.search_index import place


def query(library: SearchIndex, text: str, today: date = TODAY) -> Query:
    return parse(text, library.lexicon, today).query


def kinds(library: SearchIndex, text: str) -> list[tuple[MatchKind, str]]:
    return [(term.kind, term.label) for term in parse(text, library.lexicon, TODAY).terms]


def with_files(library: SearchIndex, *names: str) -> SearchIndex:
    library.apply_photos([PhotoRow(n, f"{n:032x}", name, ("f",), (name,)) for n, name in enumerate(names)])
    return library


def test_a_name_of_everything_means_any_and_not_what_is_excluded_from_the_tags() -> None:
    library = index_of(
        [Tag("t1", "Siena"), Tag("up", "Horses"), Tag("t2", "siena", "up")],
        [Person("p", "Siena")],
        [place("l", "Siena")],
        [FolderRow("f", "Siena", "r/Siena")],
    )
    others = And((Or((WithPerson("p"), AtPlace("l"))), Not(Excluded("t2")), Not(Excluded("t1"))))
    assert query(library, "siena") == Or((Tagged("t2"), Tagged("t1"), others))
    assert kinds(library, "siena") == [
        (MatchKind.TAG, "Horses/siena"),
        (MatchKind.TAG, "Siena"),
        (MatchKind.PERSON, "Siena"),
        (MatchKind.PLACE, "Siena"),
    ]


def test_what_is_excluded_from_the_tag_is_not_found_by_the_place() -> None:
    library = index_of([Tag("t", "Siena")], [], [place("l", "Siena")])
    library.apply_photos([PhotoRow(n, f"{n:032x}", "", ("f",), places=("l",) if n else ()) for n in range(4)])
    said = LabelPostings(tagged={"t": BitMap([0, 1])}, excluded={"t": BitMap([2])})
    library.apply_labels(said, None)
    assert list(library.evaluate(query(library, "Siena"))) == [0, 1, 3]


def test_a_date_that_is_a_name_means_either() -> None:
    library = index()
    by_date = And((TakenIn(month=4), Not(Excluded("april"))))
    assert query(library, "April") == Or((Tagged("april"), by_date))
    assert kinds(library, "April") == [(MatchKind.TAG, "April"), (MatchKind.DATE, "April")]
    assert query(library, "April 2019") == TakenIn(year=2019, month=4)
    assert query(library, "tag:April") == Tagged("april")


def test_a_longer_name_goes_before_a_date_and_a_longer_date_before_a_name() -> None:
    library = index_of([Tag("t", "Summer of love"), Tag("l", "Last")])
    assert query(library, "summer of love") == Tagged("t")
    assert query(library, "last summer") == TakenIn(datetime(2026, 6, 1), datetime(2026, 9, 1))


def test_an_exact_name_goes_before_a_stem_and_a_stem_before_a_slip() -> None:
    library = index_of([Tag("one", "Castle"), Tag("many", "Castles"), Tag("slip", "Cattle")])
    assert query(library, "castle") == Tagged("one")
    assert query(library, "castles") == Tagged("many")
    library.apply_tags([], ["one"])
    assert query(library, "castle") == Tagged("many")
    library.apply_tags([], ["many"])
    assert query(library, "cattel") == Tagged("slip")
    assert query(library, "castle") == Or(()), "it is a word, and no slip"


def test_a_whole_name_goes_before_a_word_of_one() -> None:
    library = index_of([Tag("t", "Anna's garden")], [Person("rossi", "Anna Rossi"), Person("bianchi", "Anna")])
    assert query(library, "Anna") == WithPerson("bianchi")
    assert query(library, "Anna Rossi") == WithPerson("rossi")
    assert query(library, "anna's garden") == Tagged("t")
    assert query(library, "garden") == Tagged("t")


def test_a_word_of_many_names_that_is_grammar_names_nothing() -> None:
    library = index_of([Tag("t", "Day of rest")], [], [place("l", "Reggio di Calabria")])
    for text in ("of", "di", "in"):
        assert parse(text, library.lexicon, TODAY).terms == ()
    assert query(library, "calabria") == AtPlace("l")


def test_a_name_of_grammar_words_is_found_in_quotes_by_its_prefix_or_as_a_phrase() -> None:
    library = index_of([Tag("only", "Only"), Tag("both", "Me and You")])
    library.apply_persons([Person("p", "Anna", is_me=True)])
    assert query(library, '"only"') == Tagged("only")
    assert query(library, "tag:only") == Tagged("only")
    assert query(library, "me and you") == Tagged("both")
    assert query(library, "only") == Tagged("only"), "in Italian this is no grammar"
    assert parse("only in", library.lexicon, TODAY).terms == parse("only", library.lexicon, TODAY).terms


@pytest.mark.parametrize(
    "name",
    ["2019 Siena", "Siena 2019", "2019-08 Siena", "20190814_Siena", "14 August 2019 - Siena", "In Siena"],
)
def test_a_folder_answers_to_its_name_without_dates_and_numbers(name: str) -> None:
    library = index_of(folders=[FolderRow("f", name, "r/f")])
    assert query(library, "Siena") == InFolder("f")
    assert query(library, f'"{name}"') == InFolder("f")
    assert query(library, f'in:"{name}"') == InFolder("f")


@pytest.mark.parametrize("name", ["Siena horses", "August in Siena", "Palio"])
def test_a_folder_answers_to_no_part_of_its_name(name: str) -> None:
    library = index_of(folders=[FolderRow("f", name, "r/f")])
    assert query(library, "Siena") != InFolder("f")


def test_a_folder_gives_way_to_names_and_dates() -> None:
    folders = [
        FolderRow("f", "Siena", "r/1"),
        FolderRow("g", "Anna in Siena", "r/2"),
        FolderRow("h", "Siena 2019", "r/3"),
    ]
    library = index_of([], [Person("anna", "Anna Rossi")], [place("l", "Siena")], folders)
    assert query(library, "siena") == AtPlace("l")
    assert query(library, "anna in siena") == And((WithPerson("anna"), AtPlace("l")))
    assert query(library, "siena 2019") == And((AtPlace("l"), TakenIn(year=2019)))
    assert query(library, 'in:"Anna in Siena"') == InFolder("g")
    library.apply_places([], ["l"])
    assert query(library, "siena") == Or((InFolder("f"), InFolder("h")))
    assert query(library, "anna in siena") == InFolder("g")


def test_a_name_of_very_many_is_a_word() -> None:
    library = index_of(folders=[FolderRow(f"f{n}", "Raw", f"r/{n}/Raw") for n in range(51)])
    assert query(library, "raw") == Words("raw")
    assert parse("in:raw", library.lexicon, TODAY).terms == (SearchTerm("in:raw", MatchKind.FOLDER, "raw"),)
    assert query(library, "in:raw") == Or(tuple(InFolder(f"f{n}") for n in sorted(range(51), key=str)))
    library.apply_folders([], ["f0"])
    assert query(library, "raw") == Or(tuple(InFolder(f"f{n}") for n in sorted(range(1, 51), key=str)))


def test_nobody_is_me_until_somebody_is_marked() -> None:
    library = index_of([], [Person("p", "Anna")])
    for text in ("me", "I", "myself", "io", "only me", "person:me"):
        assert parse(text, library.lexicon, TODAY) == Parsed(Or(()), (), (text.removeprefix("only "),))
    library.apply_persons([Person("p", "Anna", is_me=True), Person("q", "Bob", is_me=True)])
    assert query(library, "only me") == And((Or((WithPerson("p"), WithPerson("q"))), OnlyPersons(("p", "q"))))
    assert query(library, "person:me") == Or((WithPerson("p"), WithPerson("q")))
    library.apply_persons([Person("q", "Bob")], ["p"])
    assert parse("me", library.lexicon, TODAY).unmatched == ("me",)


def test_a_small_i_is_nobody() -> None:
    library = index_of([Tag("t", "Monti")], [Person("p", "Anna", is_me=True)])
    assert query(library, "i monti") == Tagged("t")
    assert query(library, "I") == WithPerson("p")


def test_english_is_taken_on_a_tie_and_the_other_where_it_leaves_less() -> None:
    library = index_of([Tag("sole", "Sole"), Tag("monti", "Montagne")], [Person("p", "Anna", is_me=True)])
    assert query(library, "sole in montagne") == And((Tagged("sole"), Tagged("monti")))
    assert query(library, "montagna") == Tagged("monti")
    assert query(library, "montagna o sole") == Or((Tagged("monti"), Tagged("sole")))
    assert query(with_files(library, "nonna.jpg"), "montagne non sole") == And((Tagged("monti"), Not(Tagged("sole"))))


def test_slips_are_allowed_in_ten_words_of_a_text() -> None:
    tags = [Tag(f"t{n}", f"{letter}olleyball") for n, letter in enumerate("abcdefghijkl")]
    text = " ".join(f"{tag.name[:-1]}k" for tag in tags)
    assert len(parse(text, index_of(tags).lexicon, TODAY).unmatched) == 2


@pytest.mark.parametrize(
    ("typed", "name", "fits"),
    [
        ("beahc", "Beach", True),  # two changed places
        ("beachh", "Beach", True),
        ("plxt", "Plot", False),  # 4 letters
        ("bxach", "Beach", True),
        ("bxxch", "Beach", False),  # two slips in 5 letters
        ("mxuntaxn", "Mountain", False),  # two in 8
        ("vxlleybxll", "Volleyball", True),
        ("vxlxeybxll", "Volleyball", False),
        ("spiaggya", "Spiaggia", True),
        ("12345", "12346", False),
        ("a12345", "a12346", False),
    ],
)
def test_slips(typed: str, name: str, fits: bool) -> None:
    library = index_of([Tag("t", name)])
    assert (query(library, typed) == Tagged("t")) is fits


def test_a_lexicon_follows_the_rows() -> None:
    library = index_of([Tag("t", "Siena")])
    library.apply_tags([Tag("t", "Pisa")])
    assert query(library, "siena") == Or(())
    assert query(library, "pisa") == Tagged("t")
    library.apply_tags([Tag("up", "Towns"), Tag("t", "Pisa", "up")])
    assert query(library, "Towns/Pisa") == Tagged("t")
    library.apply_tags([Tag("other", "pisa")])
    assert kinds(library, "pisa") == [(MatchKind.TAG, "Towns/Pisa"), (MatchKind.TAG, "pisa")]
    library.apply_tags([], ["t", "up", "other"])
    assert query(library, "pisa") == Or(())


def test_rows_that_come_and_go_leave_nothing_behind() -> None:
    full, emptied = index(), index()
    full.apply_tags([Tag("x", "Xylophone solos")])
    full.apply_tags([], ["x"])
    names = ("xylophone", "xylophon", "xylophone solos", "xylophnoe", "solo")
    assert [query(full, name) for name in names] == [query(emptied, name) for name in names]
    for row in list(full.tags):
        full.apply_tags([replace(row, name="Z")])
    full.apply_tags([], [row.id for row in full.tags])
    full.apply_persons([], [row.id for row in full.persons])
    full.apply_places([], [row.id for row in full.places])
    full.apply_folders([], [row.id for row in full.folders])
    full.apply_photos([], range(10))
    for text in ("landscapes", "lanscape", "z", "anna", "abruzzo", "giardino", "sunset", "photos/italy"):
        assert parse(text, full.lexicon, TODAY).terms == ()


@pytest.mark.parametrize("name", ["", "...", "\udcff", "🏖\udcff", "a" * 255, "in the of", "\0", "2019", "August 2019"])
def test_a_folder_may_have_any_name(name: str) -> None:
    library = index_of(folders=[FolderRow("f", name, "r/f"), FolderRow("g", "Siena", "r/g")])
    assert query(library, "siena") == InFolder("g")
    library.apply_folders([], ["f"])
    assert query(library, "siena") == InFolder("g")


@pytest.mark.parametrize(
    "person",
    [
        Person("p", "Anna", groups=("anna",)),
        Person("p", "Anna", groups=("Famille", "Famill\N{LATIN SMALL LETTER E WITH ACUTE}")),
        Person("p", "Anna", note="1990", birthday="1990-05-17"),
    ],
)
def test_a_person_may_have_one_name_twice(person: Person) -> None:
    library = index_of([Tag("t", "Anna"), Tag("u", "Famille")], [])
    names = ["anna", "famille", "anna 1990"]
    before = [query(library, name) for name in names]
    library.apply_persons([person])
    during = [query(library, name) for name in names]
    assert during != before
    library.apply_persons([replace(person, is_me=True)])
    assert [query(library, name) for name in names] == during
    assert all(len(set(each)) == len(each) for each in (parse(name, library.lexicon, TODAY).terms for name in names))
    library.apply_persons([], ["p"])
    assert [query(library, name) for name in names] == before


def test_winters_and_the_running_season() -> None:
    library = index_of()
    in_january = date(2027, 1, 10)
    assert parse("this winter", library.lexicon, in_january).terms[0].label == "1 December 2026 to 28 February 2027"
    assert parse("last winter", library.lexicon, in_january).terms[0].label == "1 December 2025 to 28 February 2026"
    assert parse("last December", library.lexicon, in_january).terms[0].label == "December 2026"
    assert parse("last month", library.lexicon, in_january).terms[0].label == "December 2026"
    assert parse("last week", library.lexicon, in_january).terms[0].label == "28 December 2026 to 3 January 2027"
    assert parse("since winter", library.lexicon, in_january).terms[0].label == "since 1 December 2026"
    leap = date(2028, 3, 1)
    assert parse("yesterday", library.lexicon, leap).terms[0].label == "29 February 2028"
    assert parse("last winter", library.lexicon, leap).terms[0].label == "1 December 2027 to 29 February 2028"


def alternatives(library: SearchIndex, text: str) -> list[tuple[str, ...]]:
    return [term.alternatives for term in parse(text, library.lexicon, TODAY).terms]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("New York", "New South Wales"),
        ("Tony Hawk", "Tony Blair"),
        ("gran canaria", "Gran Sasso"),
        ("Formula 1", "Formula Ford"),
        ("Mount Etna", "Mount Everest"),
        ("Lower Manhattan", "Lower Saxony"),
    ],
)
def test_a_part_of_a_name_beside_an_unknown_word_is_only_offered(text: str, name: str) -> None:
    for library in (
        index_of([Tag("t", name)]),
        index_of([], [Person("p", name)]),
        index_of([], [], [place("l", name)]),
    ):
        assert query(library, text) == Or(())
        assert alternatives(library, text) == [(name,)]
        assert parse(text, library.lexicon, TODAY).unmatched == tuple(text.split())
        assert query(library, text.split()[0]) == query(library, name) != Or(())


def test_the_names_most_like_the_text_are_offered_first() -> None:
    library = index_of(
        [], [], [place(name, f"New {name}") for name in ("South Wales", "Yorkton", "Delhi", "Hampshire")]
    )
    [offered] = alternatives(library, "New Yrok")
    assert offered[0] == "New Yorkton"
    assert set(offered) == {"New South Wales", "New Yorkton", "New Delhi", "New Hampshire"}


def test_a_whole_name_offers_the_longer_ones() -> None:
    library = index_of([Tag("t", "Anna's garden")], [Person("rossi", "Anna Rossi"), Person("bianchi", "Anna")])
    assert [sorted(each) for each in alternatives(library, "Anna")] == [["Anna Rossi", "Anna's garden"]]
    assert alternatives(library, "Anna Rossi") == [()]


@pytest.mark.parametrize(
    ("text", "name", "fits"),
    [
        ("Francisco", "France", False),  # the same stem in Italian
        ("Francisco", "Gran Sasso", False),
        ("large files", "Film", False),  # the stems "file" and "film" are too short for a slip
        ("families", "Family", True),
        ("running", "Run", True),
        ("lanscape", "Landscapes", True),
        ("compleano", "Compleanni", True),
    ],
)
def test_slips_count_in_the_stem_and_endings_are_short(text: str, name: str, fits: bool) -> None:
    assert (query(index_of([Tag("t", name)]), text) == Tagged("t")) is fits


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("USA", "US", "United States"),
        ("U.S.A.", "US", "United States"),
        ("America", "US", "United States"),
        ("Stati Uniti", "US", "United States"),
        ("UK", "GB", "United Kingdom"),
        ("Gran Bretagna", "GB", "United Kingdom"),
        ("Holland", "NL", "The Netherlands"),
        ("Netherlands", "NL", "The Netherlands"),
        ("olanda", "NL", "The Netherlands"),
        ("Germania", "DE", "Germany"),
        ("Federal Republic of Germany", "DE", "Germany"),
        ("Czech Republic", "CZ", "Czechia"),
        ("place:Vaticano", "VA", "Vatican"),
    ],
)
def test_a_country_is_found_by_its_other_names(text: str, code: str, name: str) -> None:
    library = index_of([], [], [place(code, name), place(f"{code}/Holland", "Region", code)])
    assert query(library, text) == AtPlace(code)
    assert kinds(library, text) == [(MatchKind.PLACE, name)]
    library.apply_places([], [f"{code}/Holland", code])
    assert query(library, text) == Or(())


def test_a_name_of_a_country_that_is_also_a_tag_means_either() -> None:
    library = index_of([Tag("t", "Germania")], [], [place("DE", "Germany")])
    assert kinds(library, "Germania") == [(MatchKind.TAG, "Germania"), (MatchKind.PLACE, "Germany")]
    assert query(library, "place:Germania") == AtPlace("DE")


def test_words_that_only_other_names_of_a_country_have_mean_nothing() -> None:
    library = index_of([], [], [place("GB", "Britain")])
    for text in ("kingdom", "great", "united", "us"):
        assert parse(text, library.lexicon, TODAY) == Parsed(Or(()), (), (text,))


@pytest.mark.parametrize("text", ["🏖", "🏖\N{VARIATION SELECTOR-16}", "Beach 🏖", "🏖 beach", "beach -zebra 🏖"])
def test_an_emoji_is_a_word_of_the_names_that_have_it(text: str) -> None:
    library = index_of([Tag("t", "Beach 🏖"), Tag("other", "Mountain ⛰\N{VARIATION SELECTOR-16}")])
    assert query(library, text) == Tagged("t")
    assert query(library, "⛰ mountain") == Tagged("other")
    library.apply_tags([Tag("only", "🏖")])
    assert query(library, "🏖") == Tagged("only")
    assert alternatives(library, "🏖") == [("Beach 🏖",)]


def test_words_for_a_property_that_are_also_a_name_mean_either() -> None:
    library = index_of([Tag("t", "Favourites"), Tag("n", "Nobody but us")])
    assert query(library, "favourites") == Or((Tagged("t"), And((Favourite(), Not(Excluded("t"))))))
    assert kinds(library, "favourites") == [(MatchKind.TAG, "Favourites"), (MatchKind.OTHER, "favourite")]
    assert query(library, "tag:favourites") == Tagged("t")
    assert query(library, "nobody but us") == Tagged("n")
