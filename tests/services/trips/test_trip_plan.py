"""Trips stay the same ones when they are found again."""

from __future__ import annotations

from datetime import date

from pyroaring import BitMap

from photos_graph.model.trips import Trip, TripKind
from photos_graph.services.trips.trip_plan import changes


def trip(photos: range, id_: str = "", given: str | None = None) -> Trip:
    return Trip(id_, TripKind.TRIP, "Rome", date(2019, 8, 1), date(2019, 8, 3), BitMap(photos), (), given)


def days(photos: BitMap) -> tuple[date, date]:
    """Ten photos are of one day in August."""
    return date(2019, 8, 1 + photos.min() // 10), date(2019, 8, 1 + photos.max() // 10)


def test_a_trip_that_grows_keeps_its_id_and_the_name_that_a_person_gave() -> None:
    before = {"a": trip(range(10), "a", "Ours"), "b": trip(range(20, 30), "b")}
    found = changes(before, [trip(range(14)), trip(range(20, 30))], days)
    assert found.put == (trip(range(14), "a", "Ours"),)
    assert found.gone == ()


def test_of_the_parts_of_a_trip_the_larger_one_continues_it() -> None:
    found = changes({"a": trip(range(10), "a")}, [trip(range(3)), trip(range(3, 10))], days)
    ids = {len(each.photos): each.id for each in found.put}
    assert ids[7] == "a" and ids[3] not in ("", "a")


def test_trips_that_become_one_leave_one_id() -> None:
    before = {"a": trip(range(10), "a"), "b": trip(range(10, 14), "b")}
    found = changes(before, [trip(range(14))], days)
    assert ([each.id for each in found.put], found.gone) == (["a"], ("b",))


def test_the_name_that_a_person_gave_to_the_smaller_of_two_trips_stays_when_they_become_one() -> None:
    before = {"a": trip(range(10), "a"), "b": trip(range(10, 14), "b", "Ours")}
    found = changes(before, [trip(range(14))], days)
    assert (found.put, found.gone) == ((trip(range(14), "b", "Ours"),), ("a",))


def test_two_trips_with_names_stay_two() -> None:
    before = {"a": trip(range(20), "a", "Hers"), "b": trip(range(20, 30), "b", "Ours")}
    found = changes(before, [trip(range(31))], days)
    now = {each.id: each for each in found.put}
    assert (set(now), found.gone) == ({"a"}, ()), "the other one is as it was"
    assert now["a"].photos == BitMap([*range(20), 30]) and now["a"].given_name == "Hers"
    assert (now["a"].start, now["a"].end) == (date(2019, 8, 1), date(2019, 8, 4))
    assert changes({**before, **now}, [trip(range(31))], days).put == (), "and so they stay"


def test_a_trip_with_a_name_stays_with_the_photos_that_no_other_has_also_while_none_is_visible() -> None:
    before = {"a": trip(range(10), "a", "Ours"), "b": trip(range(20, 30), "b")}
    found = changes(before, [], days)
    assert (found.put, found.gone) == ((), ("b",))
