"""What trips are called."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from photos_graph.model.library import Place, PlaceKind
from photos_graph.model.trips import TripKind
from photos_graph.services.trips.trip_names import NamedTrip, located, named
from tests.kit.planted import ABRUZZO, ITALY, LAQUILA

ROME = Place("IT/Lazio/Rome", "Rome", PlaceKind.CITY, "IT/Lazio")
VASTO = Place("IT/Abruzzo/Vasto", "Vasto", PlaceKind.CITY, "IT/Abruzzo")
FRANCE = Place("FR", "France", PlaceKind.COUNTRY)


@pytest.mark.parametrize(
    ("counts", "total", "where", "places"),
    [
        ({ITALY: 9, ABRUZZO: 9, LAQUILA: 8, ROME: 1}, 10, "L'Aquila", (LAQUILA.id, ROME.id)),
        ({ITALY: 10, ABRUZZO: 9, LAQUILA: 4, VASTO: 5, ROME: 1}, 11, "Abruzzo", (VASTO.id, LAQUILA.id)),
        ({ITALY: 5, FRANCE: 4, ROME: 5}, 9, "Italy and France", (ROME.id,)),
        ({}, 0, "", ()),
    ],
)
def test_the_place_with_most_photos_gives_the_name(
    counts: dict[Place, int], total: int, where: str, places: tuple[str, ...]
) -> None:
    assert located(Counter(counts), total) == (where, places)


@pytest.mark.parametrize(
    ("kind", "where", "start", "end", "name"),
    [
        ("TRIP", "Abruzzo", (2019, 8, 3), (2019, 8, 9), "Abruzzo, August 2019"),
        ("TRIP", "Rome", (2019, 8, 30), (2019, 9, 2), "Rome, August and September 2019"),
        ("TRIP", "Rome", (2019, 6, 30), (2019, 9, 2), "Rome, June to September 2019"),
        ("TRIP", "", (2018, 12, 30), (2019, 1, 2), "Trip, December 2018 and January 2019"),
        ("EVENT", "L'Aquila", (2019, 8, 14), (2019, 8, 14), "L'Aquila, 14 August 2019"),
        ("EVENT", "", (2019, 8, 14), (2019, 8, 16), "14 to 16 August 2019"),
        ("EVENT", "", (2018, 12, 31), (2019, 1, 1), "31 December 2018 to 1 January 2019"),
    ],
)
def test_a_name_has_the_place_and_the_dates(
    kind: str, where: str, start: tuple[int, int, int], end: tuple[int, int, int], name: str
) -> None:
    assert named([NamedTrip(TripKind(kind), where, date(*start), date(*end))])[0].name == name


def test_trips_of_one_name_are_told_apart_by_their_days() -> None:
    trips = [NamedTrip(TripKind.TRIP, "Rome", date(2019, 8, day), date(2019, 8, day + 2)) for day in (1, 20)]
    assert [trip.name for trip in named(trips)] == ["Rome, 1 to 3 August 2019", "Rome, 20 to 22 August 2019"]
