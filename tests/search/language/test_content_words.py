"""Words that no label has are looked for in the pictures."""

from __future__ import annotations

import pytest

from photos_graph.model.faces import Person
from photos_graph.model.labels import Tag
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import EVERY_LANGUAGE, Customs
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.language.wording import explain
from photos_graph.search.query import Not, Or
from photos_graph.search.rows import PhotoRow
from photos_graph.search.terms.content import LooksLike
from photos_graph.search.terms.persons import WithPerson
from photos_graph.search.terms.places import AtPlace
from photos_graph.search.terms.tags import Tagged
from photos_graph.search.terms.words import Words
from tests.kit.content import content_file
from tests.kit.language.cases import ANNA, BEACH, MOUNTAINS, ROME, Case, both, case, either, year
from tests.kit.language.library import TODAY, index
from tests.kit.search_index import place

DOG, CHURCH = LooksLike("dog"), LooksLike("church")

CASES = [
    case("dog", DOG, "dog = LOOKS_LIKE dog"),
    case("photos of dogs", DOG, "dogs = LOOKS_LIKE dog"),
    case("golden retrievers in Rome", both(LooksLike("golden retriever"), ROME),
         "golden retrievers = LOOKS_LIKE golden retriever", "Rome = PLACE Rome"),
    case("Anna at church in 2019", both(ANNA, CHURCH, year(2019)),
         "Anna = PERSON Anna Rossi", "church = LOOKS_LIKE church", "2019 = DATE 2019"),
    case("churches without dogs", both(CHURCH, Not(DOG)), "churches = LOOKS_LIKE church", "dogs = not LOOKS_LIKE dog"),
    case("dogs or cats", either(DOG, LooksLike("cat")), "dogs = LOOKS_LIKE dog", "cats = LOOKS_LIKE cat"),
    case("beach", BEACH, "beach = TAG Beach"),
    case("montagne", MOUNTAINS, "montagne = TAG Montagne"),
    case("foto di cani", DOG, "cani = LOOKS_LIKE cane"),
    case("chiesa di Anna", both(CHURCH, ANNA), "chiesa = LOOKS_LIKE chiesa", "Anna = PERSON Anna Rossi"),
    case("Fotos mit Hunden", DOG, "Hunden = LOOKS_LIKE Hund"),
    case("photos avec des chiens", DOG, "chiens = LOOKS_LIKE chien"),
    case("fotos con perros", DOG, "perros = LOOKS_LIKE perro"),
    case("canyon dog", both(Words("canyon"), DOG), "canyon = TEXT canyon", "dog = LOOKS_LIKE dog"),
    case("volleyball dog", both(Tagged("volleyball"), DOG),
         "volleyball = TAG Beach volleyball", "dog = LOOKS_LIKE dog"),
    case("tree zzzzz", Or(()), unmatched=("tree", "zzzzz")),
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    made = index()
    made.sets.content.use(content_file(tmp_path_factory.mktemp("content") / "file", {}, {}))
    return made


@pytest.mark.parametrize("wanted", CASES, ids=lambda wanted: wanted.text)
def test_accepted(library: SearchIndex, wanted: Case) -> None:
    assert parse(wanted.text, library.lexicon, TODAY) == Parsed(wanted.query, wanted.terms, wanted.unmatched)


def test_a_label_of_that_name_wins(library: SearchIndex) -> None:
    library.apply_tags([Tag("dogs", "Dogs")])
    assert parse("dog", library.lexicon, TODAY).query == parse("tag:dogs", library.lexicon, TODAY).query != DOG
    library.apply_tags([], ["dogs"])
    assert parse("dog", library.lexicon, TODAY).query == DOG


def test_what_is_only_alike_to_the_name_of_a_place_is_rather_looked_for(library: SearchIndex) -> None:
    library.apply_places([place("NO", "Norway"), place("NO/Vestland/Bergen", "Bergen", "NO")])
    assert parse("Berge ohne Anna", library.lexicon, TODAY).query == both(LooksLike("mountain"), Not(ANNA))
    assert parse("Bergen", library.lexicon, TODAY).query == AtPlace("NO/Vestland/Bergen")
    library.apply_places([], ["NO/Vestland/Bergen", "NO"])


@pytest.mark.parametrize("word", ["monti", "contti"])
def test_an_ordinary_word_is_no_misspelling_of_a_name(library: SearchIndex, word: str) -> None:
    blind, is_ordinary = index(), word != "contti"
    for each in (library, blind):
        each.apply_persons([Person("conti", "Luca Conti")])
    assert parse(word, library.lexicon, TODAY).query == (LooksLike("mountain") if is_ordinary else WithPerson("conti"))
    assert parse(f"Luca {word}", library.lexicon, TODAY).query == WithPerson("conti")
    found = parse(word, blind.lexicon, TODAY)
    assert found.unmatched == ((word,) if is_ordinary else ())
    assert [(term.kind, term.alternatives) for term in found.terms] == [
        ("OTHER", ("Luca Conti",)) if is_ordinary else ("PERSON", ())
    ]
    library.apply_persons([], ["conti"])


def test_a_prefix_asks_for_the_guess(library: SearchIndex) -> None:
    assert parse("looks:beach", library.lexicon, TODAY).query == LooksLike("beach")
    assert parse("-looks:chien", library.lexicon, TODAY).query == Not(DOG)
    assert parse("looks:qwertz", library.lexicon, TODAY).unmatched == ("looks:qwertz",)


def test_it_is_said_by_its_name_or_by_the_prefix(library: SearchIndex) -> None:
    for concept, text in (("dog", "dog"), ("beach", "looks:beach"), ("golden retriever", "golden retriever")):
        found = explain(LooksLike(concept), library, TODAY, EVERY_LANGUAGE)
        assert (found.text, found.is_readable) == (text, True)


def test_files_of_that_name_are_found_too(library: SearchIndex) -> None:
    library.apply_photos([PhotoRow(99, "9" * 32, "dog.jpg", ("root",), texts=("dog.jpg",))])
    parsed = parse("dog", library.lexicon, TODAY)
    assert parsed.query == Or((DOG, Words("dog"))) and [term.kind for term in parsed.terms] == ["LOOKS_LIKE", "TEXT"]
    library.apply_photos([], [99])


def test_only_languages_that_are_on_count(library: SearchIndex) -> None:
    english = Customs(LANGUAGES[:1])
    assert parse("cani", library.lexicon, TODAY, english).unmatched == ("cani",)
    assert parse("dogs", library.lexicon, TODAY, english).query == DOG


def test_nothing_is_seen_before_pictures_were_looked_at() -> None:
    assert parse("dog", index().lexicon, TODAY) == Parsed(Or(()), (), ("dog",))
