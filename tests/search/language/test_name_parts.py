"""Names that are typed with slips, in other languages or by codes, and what stands beside a part of a name."""

from __future__ import annotations

from collections import Counter

import pytest

from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.model.search import MatchKind
from photos_graph.search.folding import name_words
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.country_names import PLACES
from photos_graph.search.language.parser import Parsed, parse
from tests.kit.content import content_file
from tests.kit.language.library import TODAY, index_of
from tests.kit.language.shorthand import shorthand
from tests.kit.search_index import place

CITIES = {
    "IT": ["Rome", "Florence", "Venice", "Naples"],
    "DE": ["Munich", "Cologne"],
    "FR": ["Paris", "Nice"],
    "ES": ["Seville", "Madrid"],
    "GB": ["London"],
    "AT": ["Vienna"],
    "US": ["New York City", "San Francisco"],
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    made = index_of(
        [
            Tag("birthday", "Birthday"),
            Tag("house", "New house"),
            Tag("children", "Children"),
            Tag("gran", "Gran Sasso"),
        ],
        [
            Person("tony", "Tony Blair"),
            Person("anna", "Anna Rossi"),
            Person("anna-2", "Anna Bianchi"),
            Person("rose", "Rose"),
            Person("martin", "Jean-Luc Martin"),
            Person("me", "Carlo Rossi", is_me=True),
        ],
        [
            *(place(code, name) for code, name in (("IT", "Italy"), ("NL", "Netherlands"), ("MX", "Mexico"))),
            *(place(code, code) for code in CITIES if code != "IT"),
            place("US/NY", "New York", "US"),
            place("AU/NSW", "New South Wales", "AU"),
            *(place(f"{code}/r/{name}", name, code) for code, names in CITIES.items() for name in names),
        ],
    )
    made.sets.content.use(content_file(tmp_path_factory.mktemp("content") / "file", {}, {}))
    return made


def read(library: SearchIndex, text: str) -> Parsed:
    return parse(text, library.lexicon, TODAY)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Anna Rosi", "person Anna Rossi"),
        ("Ana Rossi", "person Anna Rossi"),
        ("Anna Bianci", "person Anna Bianchi"),
        ("New Yrok", "place New York"),
        ("Toni Blair", "person Tony Blair"),
        ("San Fransisco", "place San Francisco"),
        ("Gran Saso", "tag Gran Sasso"),
        ("Anna Rose", "(person Anna Bianchi or person Anna Rossi) and person Rose"),
        ("beach in Rome, Anna Rosi", "looks like beach and place Rome and person Anna Rossi"),
    ],
)
def test_a_name_of_several_words_may_have_a_slip(library: SearchIndex, text: str, question: str) -> None:
    assert shorthand(read(library, text), library.lexicon) == question


@pytest.mark.parametrize(
    ("text", "question", "offered"),
    [
        ("Tony Hawk", "nothing; unmatched: `Tony`, `Hawk`", "Tony Blair"),
        ("tony hawk", "nothing; unmatched: `tony`, `hawk`", "Tony Blair"),
        ("San Marino", "nothing; unmatched: `San`, `Marino`", "San Francisco"),
        ("gran canaria", "nothing; unmatched: `gran`, `canaria`", "Gran Sasso"),
        ("New Mexico", "place Mexico; unmatched: `New`", "New York"),
        ("Anna Schmidt", "nothing; unmatched: `Anna`, `Schmidt`", "Anna Rossi"),
    ],
)
def test_a_part_of_a_name_decides_nothing_beside_another_word(
    library: SearchIndex, text: str, question: str, offered: str
) -> None:
    parsed = read(library, text)
    assert shorthand(parsed, library.lexicon) == question
    assert offered in {name for term in parsed.terms for name in term.alternatives}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("anna dog", "(person Anna Bianchi or person Anna Rossi) and looks like dog"),
        ("Anna with hawks", "(person Anna Bianchi or person Anna Rossi) and looks like hawk"),
        ("birthday party", "tag Birthday; unmatched: `party`"),
        ("bianco", "nothing; unmatched: `bianco`"),
        ("madre", "nothing; unmatched: `madre`"),
        ("child", "tag Children"),
        ("Annas", "person Anna Bianchi or person Anna Rossi"),
    ],
)
def test_other_words_are_no_forms_of_names(library: SearchIndex, text: str, question: str) -> None:
    assert shorthand(read(library, text), library.lexicon) == question


@pytest.mark.parametrize(
    ("texts", "city"),
    [
        ("Roma|Rom", "Rome"),
        ("Firenze|Florenz|Florencia|Florence", "Florence"),
        ("Venezia|Venedig|Venise|Venecia", "Venice"),
        ("Napoli|Neapel|Nápoles", "Naples"),
        ("München|Monaco di Baviera|Múnich|Muenchen", "Munich"),
        ("Köln|Colonia|Koeln", "Cologne"),
        ("Parigi|París", "Paris"),
        ("Nizza|Niza", "Nice"),
        ("Sevilla|Siviglia|Séville", "Seville"),
        ("Londra|Londres", "London"),
        ("Wien|Vienne|Viena", "Vienna"),
    ],
)
def test_a_city_is_found_by_its_names_in_the_languages(library: SearchIndex, texts: str, city: str) -> None:
    assert {shorthand(read(library, text), library.lexicon) for text in texts.split("|")} == {f"place {city}"}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("NL", "place Netherlands"),
        ("nl 2019", "place Netherlands and taken 2019"),
        ("NLD", "place Netherlands"),
        ("IT", "place Italy"),
        ("ITA", "place Italy"),
        ("Anna in IT", "(person Anna Bianchi or person Anna Rossi) and place Italy"),
        ("photos of it", "everything"),
        ("PHOTOS IN ROME", "place Rome"),
        ("4th", "nothing; unmatched: `4th`"),
        ("ME", "person Carlo Rossi"),
        ("place:New York City", "place New York City"),
        ("place:San Francisco 2019", "place San Francisco and taken 2019"),
        ("person:Anna Rossi dog", "person Anna Rossi and looks like dog"),
        ("tag:New Rome", "tag New house and place Rome"),
        ("near me", "nothing; unmatched: `near me`"),
        ("Roma vicino a me", "place Rome; unmatched: `vicino a me`"),
    ],
)
def test_codes_and_prefixes(library: SearchIndex, text: str, question: str) -> None:
    assert shorthand(read(library, text), library.lexicon) == question


def test_a_country_that_is_removed_has_no_code(library: SearchIndex) -> None:
    made = index_of(places=[place("NL", "Netherlands")])
    assert read(made, "NL").terms
    made.apply_places([], ["NL"])
    assert not read(made, "NL").terms


def test_each_name_of_a_place_stands_in_one_line_of_its_country() -> None:
    lines = [line.split("\t") for line in PLACES.read_text().splitlines() if not line.startswith("#")]
    names = [(code, *name) for code, line in lines for name in {tuple(name_words(each)) for each in line.split("/")}]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [code for code, _ in lines] == sorted(code for code, _ in lines)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Italian dog", "place Italy and looks like dog"),
        ("dog, Mexican", "looks like dog and place Mexico"),
        ("Italian greyhound", "looks like Italian greyhound"),
        ("Dutch qwerty", "nothing; unmatched: `Dutch`, `qwerty`"),
    ],
)
def test_what_is_of_a_country_is_found_there(library: SearchIndex, text: str, question: str) -> None:
    assert shorthand(read(library, text), library.lexicon) == question


@pytest.mark.parametrize(
    ("text", "offered"),
    [("Julia 2019", "julio"), ("Marche 2019", "march"), ("Merano 2019", "verano"), ("Domenico", "domenica")],
)
def test_a_word_that_may_be_a_name_is_no_date_but_offers_it(text: str, offered: str) -> None:
    parsed = read(index_of(), text)
    name = text.partition(" ")[0]
    assert parsed.unmatched == (name,)
    assert [(each.text, each.alternatives) for each in parsed.terms if each.alternatives] == [(name, (offered,))]


def test_a_part_of_a_name_is_offered_as_that_and_not_as_a_date() -> None:
    library = index_of(persons=[Person("lotte", "Lotte Meyer"), Person("augst", "Augst Meyer")])
    for text in ("Lotte 3", "Augst 3"):
        parsed = read(library, text)
        assert " ".join(parsed.unmatched) == text
        assert [each.kind for each in parsed.terms] == [MatchKind.OTHER]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("outside with Anna", "tag Outside and person Anna"),
        ("outside Rome", "not place Rome"),
        ("Anna with Salvo", "person Anna and person Salvo"),
        ("Nur with Anna", "person Nur and person Anna"),
        ("things to do in Rome", "place Rome; unmatched: `things`, `do`"),
        ("DO or Rome", "place Dominican Republic or place Rome"),
    ],
)
def test_a_name_that_is_grammar_elsewhere_is_a_name(text: str, question: str) -> None:
    library = index_of(
        [Tag("outside", "Outside")],
        [Person(name.lower(), name) for name in ("Anna", "Salvo", "Nur")],
        [place("DO", "Dominican Republic"), place("IT", "Italy"), place("IT/Rome", "Rome", "IT")],
    )
    assert shorthand(read(library, text), library.lexicon) == question
