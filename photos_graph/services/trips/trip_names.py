"""Names of trips and events by their places and dates, such as "Abruzzo, August 2019". These functions are pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from photos_graph.model.library import Place, PlaceKind
from photos_graph.model.trips import TripKind

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # whatever the language of the machine is
MOST_OF = 0.6  # of the photos with a place are at the place that names a trip
ONE_OF = 0.1  # of them are at each place of a trip
MOST_PLACES = 10


@dataclass(frozen=True, slots=True)
class NamedTrip:
    """What a trip is called, and the places that it has."""

    kind: TripKind
    where: str
    start: date
    end: date
    place_ids: tuple[str, ...] = ()
    name: str = ""


def located(counts: Counter[Place], total: int) -> tuple[str, tuple[str, ...]]:
    """Returns the name of where a trip went, which is empty if no place is known, and the ids of its places.

    ``counts`` has the photos of each city, region and country, of the ``total`` photos that have any. A city or a
    region with most of them gives the name, and otherwise a country, or the two countries with the most.
    """
    by_kind = {kind: _most([each for each in counts if each.kind is kind], counts) for kind in PlaceKind}
    shown = by_kind[PlaceKind.CITY] or by_kind[PlaceKind.REGION] or by_kind[PlaceKind.COUNTRY]
    ids = tuple(place.id for place in shown if counts[place] >= ONE_OF * total)[:MOST_PLACES]
    for kind in (PlaceKind.CITY, PlaceKind.REGION, PlaceKind.COUNTRY):
        if by_kind[kind] and counts[by_kind[kind][0]] >= MOST_OF * total:
            return by_kind[kind][0].name, ids
    return " and ".join(place.name for place in by_kind[PlaceKind.COUNTRY][:2]), ids


def _most(places: Iterable[Place], counts: Counter[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (-counts[place], place.name, place.id))


def named(trips: Sequence[NamedTrip]) -> list[NamedTrip]:
    """Gives names to the trips and events. Those that would have the same name also get their days."""
    short = [replace(trip, name=_name(trip, _span(trip))) for trip in trips]
    times = Counter(trip.name for trip in short)
    return [replace(trip, name=_name(trip, _days(trip))) if times[trip.name] > 1 else trip for trip in short]


def _name(trip: NamedTrip, when: str) -> str:
    where = trip.where or ("Trip" if trip.kind is TripKind.TRIP else "")
    return f"{where}, {when}" if where else when


def _span(trip: NamedTrip) -> str:
    start, end = trip.start, trip.end
    if trip.kind is TripKind.EVENT:
        return _days(trip)
    first, last = _MONTHS[start.month - 1], _MONTHS[end.month - 1]
    months = (end.year - start.year) * 12 + end.month - start.month
    if months == 0:
        return f"{first} {start.year}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{first}{year} {'and' if months == 1 else 'to'} {last} {end.year}"


def _days(trip: NamedTrip) -> str:
    start, end = trip.start, trip.end
    last = f"{end.day} {_MONTHS[end.month - 1]} {end.year}"
    if start == end:
        return last
    month = "" if (start.year, start.month) == (end.year, end.month) else f" {_MONTHS[start.month - 1]}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day}{month}{year} to {last}"
