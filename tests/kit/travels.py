"""A made library of someone who lives somewhere, photographs there all year, travels, and celebrates at home."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from photos_graph.services.trips.trip_rules import NO_GROUP, DatedPhotos

HOUR, DAY = 3_600_000_000, 86_400_000_000
START = 16_071  # 1 January 2014, in days since 1970

HOME, MOVED_TO = (42.35, 13.40), (45.46, 9.19)  # L'Aquila, and Milan from the fourth year on
PLACES = (
    (42.19, 14.70), (41.90, 12.50), (48.86, 2.35), (51.51, -0.13), (40.71, -74.01), (35.68, 139.69), (-33.87, 151.21),
    (37.98, 23.73), (59.33, 18.07), (28.12, -15.44), (46.50, 11.35), (38.12, 13.36), (52.52, 13.41), (-13.16, -72.54),
    (-17.00, 179.90),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Travels:
    """Photos in the order of their times, and the true group of each (n,): NO_GROUP at home and for noise. The groups
    below ``trips`` are trips, and the others are events."""

    photos: DatedPhotos
    truth: npt.NDArray[np.int32]
    trips: int


class _Diary:
    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.rows: list[tuple[int, float, float, int]] = []

    def take(self, day: float, hours: float, count: int, at: tuple[float, float], spread_km: float, truth: int) -> None:
        """Takes photos from 9 o'clock on, about a place."""
        random, spread = self.random, spread_km / 111
        times = (day * DAY + (9 + random.uniform(0, hours, count)) * HOUR).astype(np.int64)
        latitude = at[0] + random.normal(0, spread, count)
        longitude = at[1] + random.normal(0, spread / np.cos(np.radians(at[0])), count)
        longitude = (longitude + 180) % 360 - 180
        self.rows += zip(times.tolist(), latitude.tolist(), longitude.tolist(), [truth] * count, strict=True)


def travels(seed: int = 0, years: int = 6, placed: float = 0.7, busy: int = 1) -> Travels:
    """Makes the library. Of the photos, ``placed`` have a position, and there are ``busy`` times as many."""
    diary, random = _Diary(seed), np.random.default_rng(seed + 1)
    journeys, truth = _journeys(random, years), 0
    away = set()
    for first, length, at, tour in journeys:
        for day in range(length):
            away.add(first + day)
            if day not in (0, length - 1) and random.random() < 0.15:
                continue  # it rained
            # A tour moves on by up to 150 km a day.
            here = (at[0] + (tour * day / 111 if tour else 0), at[1])
            diary.take(first + day, 11, busy * int(random.integers(4, 50)), here, 8, truth)
        truth += 1
    trips = truth
    for day in range(START, START + 365 * years):
        if day in away:
            continue
        home = HOME if day < START + 3 * 365 else MOVED_TO
        if random.random() < 0.35:
            diary.take(day, 12, busy * int(random.integers(1, 5)), home, 6, NO_GROUP)
        if day % 61 == 7 and not away & {day - 1, day + 1}:
            diary.take(day, 4, busy * int(random.integers(60, 150)), home, 0.2, truth)  # a birthday
            truth += 1
        elif random.random() < 0.01:
            diary.take(day, 1, 2, PLACES[int(random.integers(len(PLACES)))], 1, NO_GROUP)  # a stop, or a wrong position
    return _sorted(diary, random, placed, trips)


def _journeys(random: np.random.Generator, years: int) -> list[tuple[int, int, tuple[float, float], int]]:
    """Returns the first day, the days, the place, and how many kilometres a day it goes on to the north."""
    found = []
    day = START + 40
    while day < START + 365 * years - 30:
        length = int(random.choice([1, 2, 3, 4, 7, 10, 14, 21]))
        tour = int(random.choice([0, 0, 0, 60, 150]))
        found.append((day, length, PLACES[int(random.integers(len(PLACES)))], tour if length < 15 else 0))
        day += length + int(random.choice([5, 9, 20, 45, 60]))
    return found


def _sorted(diary: _Diary, random: np.random.Generator, placed: float, trips: int) -> Travels:
    rows = sorted(diary.rows)
    taken = np.array([row[0] for row in rows], np.int64)
    where = np.array([row[1:3] for row in rows], np.float64).reshape(-1, 2)
    where[random.random(len(rows)) >= placed] = np.nan
    truth = np.array([row[3] for row in rows], np.int32)
    return Travels(DatedPhotos(taken, where[:, 0].copy(), where[:, 1].copy()), truth, trips)


def agreement(truth: npt.NDArray[np.int32], found: npt.NDArray[np.int32]) -> tuple[float, float]:
    """Returns the precision and the recall of the pairs of photos that are in one group."""
    together = _pairs(np.unique(np.stack([truth, found])[:, (truth != NO_GROUP) & (found != NO_GROUP)], axis=1,
                                return_counts=True)[1])  # fmt: skip
    given = _pairs(np.unique(found[found != NO_GROUP], return_counts=True)[1])
    wanted = _pairs(np.unique(truth[truth != NO_GROUP], return_counts=True)[1])
    return together / max(given, 1), together / max(wanted, 1)


def _pairs(sizes: npt.NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
