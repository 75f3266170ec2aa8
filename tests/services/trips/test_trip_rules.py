"""Which photos belong together, judged by made libraries whose trips are known."""

from __future__ import annotations

import numpy as np
import pytest

from photos_graph.services.trips.home_rules import away, points
from photos_graph.services.trips.trip_rules import DAY, NO_GROUP, DatedPhotos, group
from tests.kit.travels import HOME, MOVED_TO, START, agreement, travels


@pytest.mark.parametrize("seed", range(3))
def test_trips_and_events_are_found_among_noise(seed: int) -> None:
    made = travels(seed)
    found = group(made.photos)
    precision, recall = agreement(made.truth, found.groups)
    assert (precision > 0.99, recall > 0.96) == (True, True), (precision, recall)
    assert abs(found.trips - made.trips) <= 3
    trips = found.groups[(made.truth >= 0) & (made.truth < made.trips)]
    assert (trips[trips != NO_GROUP] < found.trips).mean() > 0.99


def test_few_positions_suffice_and_without_any_the_days_of_a_journey_are_one_event() -> None:
    few = travels(1, placed=0.1)
    precision, recall = agreement(few.truth, group(few.photos).groups)
    assert (precision > 0.97, recall > 0.85) == (True, True), (precision, recall)
    none = travels(1, placed=0)
    found = group(none.photos)
    precision, recall = agreement(none.truth, found.groups)
    assert (found.trips, precision > 0.93, recall > 0.5) == (0, True, True), (precision, recall)


def test_a_home_is_where_photos_are_taken_all_year_and_moves_with_the_person() -> None:
    days = np.concatenate([START + np.arange(0, 1500, 9), START + 100 + np.arange(14).repeat(40)])
    home = [HOME if day < START + 3 * 365 else MOVED_TO for day in days[:167]]
    places = np.array([*home, *[(48.86, 2.35)] * 560])
    is_away = away(days.astype(np.int64), points(places[:, 0], places[:, 1]))
    assert not is_away[:167].any()
    assert is_away[167:].all(), "many photos in two weeks are no home"


def test_a_journey_across_the_antimeridian_is_one_trip() -> None:
    taken = START * DAY + np.arange(12) * DAY // 4
    longitude = np.where(np.arange(12) % 2, 179.95, -179.95)
    assert set(group(DatedPhotos(taken, np.full(12, -17.0), longitude)).groups) == {0}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_photos_are_no_trip(count: int) -> None:
    taken = START * DAY + np.arange(count, dtype=np.int64)
    found = group(DatedPhotos(taken, np.full(count, 42.0), np.full(count, 13.0)))
    assert (found.trips, set(found.groups)) == (0, {NO_GROUP} if count else set())
