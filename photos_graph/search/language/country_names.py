"""The names of countries, regions and cities in the languages in which a text is read."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from photos_graph.search.folding import fold, name_words
from photos_graph.search.iso_countries import iso_names
from photos_graph.search.language.languages import LANGUAGES

PLACES = Path(__file__).with_name("place_names.tsv")


@cache
def country_names(code: str) -> frozenset[tuple[str, ...]]:
    """Returns the names of a country by its code of two letters, such as "NL", each as its folded words: those that ISO
    3166 gives in each language, and those that the tables of the languages add, such as "Holland"."""
    import pycountry

    country = _country(code)
    translations = (
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language.code], fallback=True)
        for language in LANGUAGES
    )
    names = {name for language in LANGUAGES for name in language.countries.get(code, ())}
    names |= iso_names(country, translations)
    return frozenset(tuple(name_words(name)) for name in names if name_words(name))


def country_codes(code: str) -> tuple[str, ...]:
    """Returns the folded codes of a country with two and three letters, given the one with two."""
    country = _country(code)
    return (fold(code), fold(country.alpha_3)) if country is not None else (fold(code),)


def place_names(code: str, name: str) -> tuple[tuple[str, ...], ...]:
    """Returns what a region or city is called in the languages, given the code of its country and its name, each as its
    folded words. It is empty for the names of which there are no others."""
    return _of_country().get(code, {}).get(tuple(name_words(name)), ())


@cache
def _of_country() -> Mapping[str, Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]]:
    found: dict[str, dict[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {}
    for line in PLACES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, names = line.split("\t")
            words = tuple(dict.fromkeys(tuple(name_words(each)) for each in names.split("/")))
            known = found.setdefault(code, {})
            known |= {each: (*known.get(each, ()), *words) for each in words}
    return found


def _country(code: str) -> Any:
    import pycountry

    return pycountry.countries.get(alpha_2=code) if len(code) == 2 else None
