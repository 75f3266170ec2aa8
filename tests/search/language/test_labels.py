"""Labels are in the language of the question, and in the owner's first language where a question shows none."""

from __future__ import annotations

from string import Formatter

import pytest

from photos_graph.search.label_words import TABLE
from photos_graph.search.language.customs import EVERY_LANGUAGE, Customs
from photos_graph.search.language.parser import parse
from photos_graph.search.language.wording import explain
from photos_graph.search.query import Not, Or, Query
from photos_graph.search.terms.content import LooksLike
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.persons import FacesIn
from photos_graph.search.terms.properties import Favourite, Rated
from photos_graph.settings import SearchSettings
from tests.kit.language.library import TODAY, index

LIBRARY = index()


def labels(text: str, customs: Customs = EVERY_LANGUAGE) -> list[str]:
    return [term.label for term in parse(text, LIBRARY.lexicon, TODAY, customs).terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since August, 5 stars", ["since 1 August 2026", "rating 5"]),
        ("dal 14 agosto 2019", ["dal 14 agosto 2019"]),
        ("lunedì mattina, almeno 3 persone", ["lunedì", "mattina", "3 o più persone"]),
        ("più di 2 persone a Pasqua", ["3 o più persone", "Pasqua"]),
        ("seit März 2019 ohne Personen", ["seit 1. März 2019", "Menschen"]),
        ("zwischen März und Mai 2019", ["1. März 2019 bis 31. Mai 2019"]),
        ("Ostern mit Bob", ["Ostern", "Bob"]),
        ("Hochformat in der Nähe von Rom", ["Hochformat", "in der Nähe von Rome"]),
        ("Bob mit 3 Jahren allein", ["Bob", "im Alter von 3", "sonst niemand"]),
        ("avant août 2019, favoris", ["avant 1 août 2019", "favoris"]),
        ("dimanche après-midi", ["dimanche", "après-midi"]),
        ("ajoutées récemment à moins de 5 km de Rome", ["ajoutées ces 30 derniers jours", "à moins de 5 km de Rome"]),
        ("miércoles por la noche", ["miércoles, noche"]),
        ("enero de 2019, 4 estrellas o más", ["enero de 2019", "valoración 4 o más"]),
        ("ayer por la noche", ["24 de noviembre de 2026, noche"]),
        ("questa sera", ["25 novembre 2026, sera"]),
        ("Bob unter 5 Jahren", ["Bob", "bis zum Alter von 4"]),
        ("Bob di più di 3 anni", ["Bob", "da 4 anni in su"]),
        ("Bob entre 3 et 5 ans", ["Bob", "de 3 à 5 ans"]),
        ("Bob de 3 a 5 años", ["Bob", "de 3 a 5 años"]),
        ("prima dell'11 agosto 2019", ["prima dell'11 agosto 2019"]),
        ("dopo il 7 agosto 2019", ["dall'8 agosto 2019"]),
        ("diafragma 2,8", ["diafragma 2.8"]),
    ],
)
def test_labels_are_in_the_language_of_the_question(text: str, expected: list[str]) -> None:
    assert labels(text) == expected


def test_the_first_language_of_the_owner_names_what_any_language_says() -> None:
    german = Customs.of(SearchSettings(languages=("de", "en")))
    assert labels("2019-08 rating:>=4", german) == ["August 2019", "Bewertung 4 oder mehr"]
    assert labels("since 2018", german) == ["since 2018"]


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("it", "senza marzo, voto 4 o più", ["non marzo", "voto 4 o più"]),
        ("de", "ohne März, bewertet mit 4 oder mehr", ["nicht März", "Bewertung 4 oder mehr"]),
        ("fr", "sans mars, notées 4 ou plus", ["pas mars", "note 4 ou plus"]),
        ("es", "sin marzo, valoradas con 4 o más", ["no marzo", "valoración 4 o más"]),
    ],
)
def test_a_filter_is_said_as_the_language_is_written(code: str, text: str, said: list[str]) -> None:
    customs = Customs.of(SearchSettings(languages=(code,)))
    query = parse(text, LIBRARY.lexicon, TODAY, customs).query
    found = explain(query, LIBRARY, TODAY, customs)
    assert (found.text, found.is_readable) == (text, True)
    words = [term.label for term in found.terms]
    assert [f"{said[0].split()[0]} {words[0]}", words[1]] == said


@pytest.mark.parametrize(
    ("query", "label"),
    [
        (Or((Favourite(), Not(Rated(5, 5)))), "Favoriten oder nicht Bewertung 5"),
        (FacesIn(None, 0), "niemand"),
        (LooksLike("dog"), "sieht aus wie Hund"),
        (TakenIn(day=3), "Tag 3 jedes Monats"),
    ],
)
def test_conditions_are_named_in_the_first_language(query: Query, label: str) -> None:
    found = explain(query, LIBRARY, TODAY, Customs.of(SearchSettings(languages=("de",))))
    assert [term.label for term in found.terms] == [label]


def test_each_label_has_the_same_braces_in_all_languages() -> None:
    for line in TABLE.read_text().splitlines():
        if not line.startswith("#"):
            said = line.split("\t")
            fields = [
                sorted(name or "" for _, name, _, _ in Formatter().parse(each) if name is not None) for each in said
            ]
            assert len(said) == 5 and all(each == fields[0] for each in fields), line
