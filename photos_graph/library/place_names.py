"""Finds places by their names, for photos that say in words where they were taken. A name that could mean several
places means none of them."""

from __future__ import annotations

import gettext
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from photos_graph.search.folding import name_words
from photos_graph.search.iso_countries import iso_names

# Names of countries that are none of ISO's.
_OTHER_NAMES = {
    "UK": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "Great Britain": "GB",
    "Holland": "NL",
    "U.S.A.": "US",
    "U.S.": "US",
    "America": "US",
}


class City(NamedTuple):
    """An inhabited place."""

    country: str  # ISO 3166 code
    region: str | None
    county: str | None
    name: str


class NamedPlace(NamedTuple):
    """A place that has been found: a city by its number, or else a region or a country."""

    country: str
    region: str | None = None
    city: int | None = None


class PlaceNames:
    """Finds places by their names. ``cities`` are all cities by number, ``countries`` the English names of countries by
    code, and ``aliases`` further names of cities.

    It holds hashes of the names, because the names of 155,000 cities in all languages would take 100 MB.
    """

    def __init__(self, cities: Sequence[City], countries: dict[str, str], aliases: HashedNames) -> None:
        self._cities = cities
        self._countries = _country_names(countries)
        hashes = np.fromiter((name_hash(city.name) for city in cities), np.int64, len(cities))
        self._names = HashedNames(hashes, np.arange(len(cities)))
        self._aliases = aliases
        self._regions: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for city in cities:
            if city.region:
                self._regions[_key(city.region)].add((city.country, city.region))

    def find(self, city: str | None, region: str | None, country: str | None) -> NamedPlace | None:
        """Returns the smallest place that these names mean, or None if they mean none, or contradict each other."""
        code = self._countries.get(_key(country)) if country else None
        if country and code is None:
            return None
        of_region = self._region(region, code) if region else None
        if city and (found := self._city(city, region, of_region, code)) is not None:
            return NamedPlace(self._cities[found].country, self._cities[found].region, found)
        return of_region or (NamedPlace(code) if code else None)

    def _region(self, name: str, country: str | None) -> NamedPlace | None:
        known = self._regions.get(_key(name)) or self._regions.get(_key(_subdivision(country, name)), set())
        found = [each for each in known if country in (None, each[0])]
        return NamedPlace(*found[0]) if len(found) == 1 else None

    def _city(self, name: str, region: str | None, of_region: NamedPlace | None, country: str | None) -> int | None:
        for names in (self._names, self._aliases):
            found = [number for number in names.numbers(name) if country in (None, self._cities[number].country)]
            if found:
                break
        if region:
            near = [number for number in found if self._is_in(self._cities[number], region, of_region)]
            if near or of_region:  # a city that is in another region than the one that is named is another city
                found = near
        return found[0] if len(found) == 1 else None

    def _is_in(self, city: City, region: str, of_region: NamedPlace | None) -> bool:
        if of_region and (city.country, city.region) == of_region[:2]:
            return True
        names = _key(region)
        return names in (_key(city.region or ""), _key(city.county or ""))


class HashedNames:
    """The numbers of cities by name, of which it keeps only a hash: ``hashes[i]`` is one of a name of the city
    ``numbers[i]``."""

    def __init__(self, hashes: NDArray[np.int64], numbers: NDArray[np.integer]) -> None:
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._numbers = numbers[order].astype(np.int32)

    def numbers(self, name: str) -> Collection[int]:
        wanted = name_hash(name)
        first, end = np.searchsorted(self._hashes, wanted), np.searchsorted(self._hashes, wanted, "right")
        return sorted({int(number) for number in self._numbers[first:end]})


def name_hash(name: str) -> int:
    """Returns the hash of a name, without regard to case and accents, in 64 bits. It differs between processes."""
    return hash(_key(name))


def _key(name: str) -> str:
    return " ".join(name_words(name))


def _subdivision(country: str | None, name: str) -> str:
    """Returns the name of a part of a country that is given by its code, such as "CA" for California."""
    import pycountry

    code = f"{country}-{name.strip().upper()}"
    found: Any = pycountry.subdivisions.get(code=code) if country else None  # type: ignore[no-untyped-call]
    return str(found.name) if found else ""


def _country_names(countries: dict[str, str]) -> dict[str, str]:
    """Returns the codes of countries by their names in all languages that ISO's list is translated into, and by their
    codes of two and three letters. A name that means several countries is left out."""
    import pycountry

    found: dict[str, set[str]] = defaultdict(set)
    for code, name in (*countries.items(), *((code, name) for name, code in _OTHER_NAMES.items())):
        found[_key(name)].add(code)
    translations = list(_translations(Path(pycountry.LOCALES_DIR)))
    for country in pycountry.countries:
        for name in (*iso_names(country, translations), country.alpha_2, country.alpha_3):
            found[_key(name)].add(country.alpha_2)
    return {name: next(iter(codes)) for name, codes in found.items() if name and len(codes) == 1}


def _translations(folder: Path) -> Iterator[gettext.GNUTranslations]:
    for path in sorted(folder.glob("*/LC_MESSAGES/iso3166-1.mo")):
        with path.open("rb") as file:
            yield gettext.GNUTranslations(file)
