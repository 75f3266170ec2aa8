"""Words that nothing else knows are left to an image-text model, if there is one."""

from __future__ import annotations

import pytest

from photos_graph.model.search import MatchKind
from photos_graph.search.filter_names import IndexNames
from photos_graph.search.filters import PhotoFilter, to_query
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import EVERY_LANGUAGE
from photos_graph.search.language.parser import Parsed, parse
from photos_graph.search.language.wording import explain
from photos_graph.search.query import Not, Or
from photos_graph.search.terms.content import LooksLike, LooksLikeText
from photos_graph.search.terms.tags import Tagged
from photos_graph.search.terms.words import Words
from tests.kit.content import content_file
from tests.kit.language.cases import BOB, ROME, Case, both, case, either, year
from tests.kit.language.library import TODAY, index

DOG, PICNIC, SMILING, SUNSET = LooksLike("dog"), *map(LooksLikeText, ("picnic", "smiling", "sunset"))

CASES = [
    case("picnic", PICNIC, "picnic = LOOKS_LIKE picnic"),
    case("photos of a Picnic", PICNIC, "Picnic = LOOKS_LIKE picnic"),
    case("sunrise picnic in Rome", both(LooksLikeText("sunrise picnic"), ROME),
         "sunrise picnic = LOOKS_LIKE sunrise picnic", "Rome = PLACE Rome"),
    case("Bob smiling, without dogs in 2019", both(BOB, SMILING, Not(DOG), year(2019)),
         "Bob = PERSON Bob", "smiling = LOOKS_LIKE smiling", "dogs = not LOOKS_LIKE dog", "2019 = DATE 2019"),
    case("picnic or dogs", either(PICNIC, DOG), "picnic = LOOKS_LIKE picnic", "dogs = LOOKS_LIKE dog"),
    case("-picnic", Not(PICNIC), "picnic = not LOOKS_LIKE picnic"),
    case("Fotos mit Hunden", DOG, "Hunden = LOOKS_LIKE Hund"),
    case("foto di Bob sorridente", both(BOB, LooksLikeText("sorridente")),
         "Bob = PERSON Bob", "sorridente = LOOKS_LIKE sorridente"),
    case("sunset", either(SUNSET, Words("sunset")), "sunset = LOOKS_LIKE sunset", "sunset = TEXT sunset"),
    case("IMG_1234", Words("IMG_1234"), "IMG_1234 = TEXT IMG_1234"),
    case("nonse", Words("nonse"), "nonse = TEXT nonse"),
    case("landscpaes", Tagged("landscapes"), "landscpaes = TAG Landscapes"),
    case("picnic 77", PICNIC, "picnic = LOOKS_LIKE picnic", unmatched=("77",)),
    case("zq Bob", BOB, "Bob = PERSON Bob", unmatched=("zq",)),
    case('looks:"Red Balloon"', LooksLikeText("red balloon"), 'looks:"Red Balloon" = LOOKS_LIKE Red Balloon'),
    case("looks:chien", DOG, "looks:chien = LOOKS_LIKE chien"),
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    made = index()
    made.sets.content.use(content_file(tmp_path_factory.mktemp("content") / "file", {}, {}))
    made.sets.looks.use("vectors")
    return made


@pytest.mark.parametrize("wanted", CASES, ids=lambda wanted: wanted.text)
def test_accepted(library: SearchIndex, wanted: Case) -> None:
    assert parse(wanted.text, library.lexicon, TODAY) == Parsed(wanted.query, wanted.terms, wanted.unmatched)


@pytest.mark.parametrize("text", ["chietino york", "sunrise chietino"])
def test_a_part_of_a_name_beside_such_a_word_decides_nothing(library: SearchIndex, text: str) -> None:
    parsed = parse(text, library.lexicon, TODAY)
    assert "chietino" in parsed.unmatched
    assert [term.alternatives for term in parsed.terms if term.kind is MatchKind.OTHER] == [("San Vito Chietino",)]


def test_a_model_that_does_not_answer_is_as_none(library: SearchIndex) -> None:
    for text in ("picnic", 'looks:"red balloon"', "dogs", "sunset", "Bob smiling"):
        without = parse(text, library.lexicon, TODAY, sees_all=False)
        library.sets.looks.use(None)
        assert without == parse(text, library.lexicon, TODAY), text
        library.sets.looks.use("vectors")
    assert parse("picnic", library.lexicon, TODAY, sees_all=False).unmatched == ("picnic",)


def test_it_is_said_by_its_words_or_by_the_prefix(library: SearchIndex) -> None:
    for text, said in (("picnic", "picnic"), ("sunset", "looks:sunset"), ("anna", "looks:anna")):
        found = explain(LooksLikeText(text), library, TODAY, EVERY_LANGUAGE)
        assert (found.text, found.is_readable) == (said, True)
        assert [term.label for term in found.terms] == [f"looks like {text}"]
    assert not explain(LooksLikeText('a "quoted" text'), library, TODAY, EVERY_LANGUAGE).is_readable


def test_filters_and_prefixes_mean_the_classes_if_these_know_the_word(library: SearchIndex) -> None:
    def meant(looks: str) -> object:
        return to_query(PhotoFilter(looks_like=looks), IndexNames(library))

    assert meant("Hunde") == Or((DOG,)) and meant("A  dog on a Bike") == Or((LooksLikeText("a dog on a bike"),))
    library.sets.content.use(None)
    assert meant("dog") == Or((LooksLikeText("dog"),)), "without classes, the image-text model knows it"
    assert parse("dogs", library.lexicon, TODAY).query == LooksLikeText("dogs")
    library.sets.looks.use(None)
    assert meant("dog") == Or((DOG,)) and meant("a dog on a bike") == Or(())
