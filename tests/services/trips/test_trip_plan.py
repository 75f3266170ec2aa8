"""Trips stay the same ones when they are found again."""

from __future__ import annotations

from datetime import date

from pyroaring import BitMap

from photos_graph.model.trips import Trip, TripKind
from photos_graph.services.trips.trip_plan import changes

EVERY = BitMap(range(1000))


def trip(photos: range, id_: str = "", given: str | None = None) -> Trip:
    return Trip(id_, TripKind.TRIP, "Rome", date(2019, 8, 1), date(2019, 8, 3), BitMap(photos), (), given)


def test_a_trip_that_grows_keeps_its_id_and_the_name_that_a_person_gave() -> None:
    before = {"a": trip(range(10), "a", "Ours"), "b": trip(range(20, 30), "b")}
    found = changes(before, [trip(range(14)), trip(range(20, 30))], EVERY)
    assert found.put == (trip(range(14), "a", "Ours"),)
    assert found.gone == ()


def test_of_the_parts_of_a_trip_the_larger_one_continues_it() -> None:
    found = changes({"a": trip(range(10), "a")}, [trip(range(3)), trip(range(3, 10))], EVERY)
    ids = {len(each.photos): each.id for each in found.put}
    assert ids[7] == "a" and ids[3] not in ("", "a")


def test_trips_that_become_one_leave_one_id() -> None:
    before = {"a": trip(range(10), "a"), "b": trip(range(10, 14), "b")}
    found = changes(before, [trip(range(14))], EVERY)
    assert ([each.id for each in found.put], found.gone) == (["a"], ("b",))


def test_a_trip_with_a_name_stays_with_the_photos_that_no_other_has_until_none_is_visible() -> None:
    before = {"a": trip(range(10), "a", "Ours"), "b": trip(range(20, 30), "b")}
    found = changes(before, [], EVERY)
    assert (found.put, found.gone) == ((), ("b",))
    assert changes(before, [], BitMap(range(20, 30))).gone == ("a", "b")
    assert changes(before, [], BitMap(range(4))).put == (trip(range(4), "a", "Ours"),)
