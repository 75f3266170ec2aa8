"""The names of countries in the languages in which a text is read."""

from __future__ import annotations

import gettext
from functools import cache

from photos_graph.search.folding import name_words
from photos_graph.search.iso_countries import iso_names
from photos_graph.search.language.languages import LANGUAGES


@cache
def country_names(code: str) -> frozenset[tuple[str, ...]]:
    """Returns the names of a country by its code of two letters, such as "NL", each as its folded words: those that ISO
    3166 gives in each language, and those that the tables of the languages add, such as "Holland"."""
    import pycountry

    country = pycountry.countries.get(alpha_2=code) if len(code) == 2 else None
    translations = (
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language.code], fallback=True)
        for language in LANGUAGES
    )
    names = {name for language in LANGUAGES for name in language.countries.get(code, ())}
    names |= iso_names(country, translations)
    return frozenset(tuple(name_words(name)) for name in names if name_words(name))
