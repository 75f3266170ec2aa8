"""The words for continents and for what is of a country."""

from __future__ import annotations

import pycountry
import pytest
from babel import Locale

from photos_graph.search.folding import name_words
from photos_graph.search.language.continents import continent, countries_in
from photos_graph.search.language.country_adjectives import ADJECTIVES, country_adjectives
from photos_graph.search.language.languages import LANGUAGES

# The codes of GeoNames, by those of the CLDR. Americas, and both Northern America and North America, are left out.
CONTINENTS = {"150": "EU", "142": "AS", "002": "AF", "009": "OC", "005": "SA"}


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("territory", CONTINENTS)
def test_continents_have_their_names_of_the_cldr(language: str, territory: str) -> None:
    words = name_words(Locale(language).territories[territory])
    if (language, territory) != ("es", "005"):  # "Sudamérica", as in Italian
        assert continent(words, 0) == (len(words), CONTINENTS[territory])
    assert continent(["sudamerica"], 0) == (1, "SA")


def test_each_country_is_in_one_continent() -> None:
    found = [code for each in ("AF", "AS", "EU", "NA", "OC", "SA", "AN") for code in countries_in(each)]
    assert len(found) == len(set(found))
    assert {country.alpha_2.lower() for country in pycountry.countries} <= set(found)
    assert {"it", "de", "va"} <= set(countries_in("EU")) and "mx" in countries_in("NA")


def test_words_for_what_is_of_a_country_have_the_forms_of_each_language() -> None:
    assert {"italian", "italiane", "italienischer", "italiennes", "italianas"} <= set(country_adjectives("IT"))
    assert {"tedesche", "deutschen", "allemande", "alemanes", "alemana"} <= set(country_adjectives("DE"))
    assert {"greche", "grecque", "griega"} <= set(country_adjectives("GR"))
    assert country_adjectives("XX") == ()


def test_each_word_is_of_one_country() -> None:
    codes = [line.split("\t")[0] for line in ADJECTIVES.read_text().splitlines() if not line.startswith("#")]
    words = [word for code in codes for word in country_adjectives(code)]
    assert len(words) == len(set(words)), sorted(word for word in set(words) if words.count(word) > 1)
    assert all(pycountry.countries.get(alpha_2=code) for code in codes)
