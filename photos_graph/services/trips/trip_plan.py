"""Works out which trips stay, change, come and go after photos were grouped again. These functions are pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

import numpy as np
from pyroaring import BitMap

from photos_graph.model.trips import Trip
from photos_graph.search.arrays import numbers_of

SAME = 0.5  # of the photos of the smaller one of two trips are in the other one, if they are the same trip
NO_TRIP = -1

Days = Callable[[BitMap], tuple[date, date]]


@dataclass(frozen=True, slots=True)
class TripChanges:
    """The trips that are new or differ from those before, and the ids of those that are gone."""

    put: tuple[Trip, ...]
    gone: tuple[str, ...]


def changes(before: Mapping[str, Trip], found: Iterable[Trip], days: Days) -> TripChanges:
    """Returns what changes the trips ``before`` into those that were ``found``, whose ids do not count. ``days`` gives
    the days of the first and the last of some photos of found trips.

    A found trip continues the earlier one with which it has the most photos in common, and keeps its id, and its name
    if a person chose it. Earlier trips to which a person gave a name are preferred. If a found trip is the same as
    several of these, they all stay: it continues one, and the others keep their photos. An earlier trip with a given
    name also stays as it is if nothing continues it, also while none of its photos is visible, for they may come back.
    """
    new = list(found)
    continued, apart = _continued(before, new)
    now: dict[str, Trip] = {}
    for place, trip in enumerate(new):
        kept = _without(trip, [before[id_].photos for id_ in apart.get(place, ())], days)
        old = before.get(continued.get(place, ""))
        id_, given_name = (uuid4().hex, None) if old is None else (old.id, old.given_name)
        now[id_] = replace(kept, id=id_, given_name=given_name)
    taken: BitMap = BitMap().union(*(trip.photos for trip in now.values()))
    for old in before.values():
        if old.id not in now and old.given_name is not None and (left := old.photos - taken):
            now[old.id] = replace(old, photos=left)
    put = tuple(trip for id_, trip in now.items() if before.get(id_) != trip)
    return TripChanges(put, tuple(id_ for id_ in before if id_ not in now))


def _without(trip: Trip, others: Sequence[BitMap], days: Days) -> Trip:
    """Returns the trip without the photos of others."""
    photos = trip.photos.difference(*others)
    if photos == trip.photos:
        return trip
    start, end = days(photos)
    return replace(trip, photos=photos, start=start, end=end)


def _continued(before: Mapping[str, Trip], found: Sequence[Trip]) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Returns the ids of the earlier trips that found trips continue, by the places of these; each continues one.
    Also returns the earlier trips with given names that none continues although they are the same."""
    pairs = sorted(
        (before[id_].given_name is None, -count, place, id_)
        for place, id_, count in _in_common(list(before.values()), found)
        if count >= SAME * min(len(found[place].photos), len(before[id_].photos))
    )
    continued: dict[int, str] = {}
    used: set[str] = set()
    for _, _, place, id_ in pairs:
        if place not in continued and id_ not in used:
            continued[place] = id_
            used.add(id_)
    apart: dict[int, list[str]] = {}
    for is_unnamed, _, place, id_ in pairs:
        if not is_unnamed and id_ not in used:
            apart.setdefault(place, []).append(id_)
    return continued, apart


def _in_common(earlier: Sequence[Trip], found: Sequence[Trip]) -> Iterable[tuple[int, str, int]]:
    """Yields the place of each found trip and the id of each earlier one with which it has photos in common, and how
    many. A photo is in one earlier trip, so each photo is looked at once."""
    last = max((trip.photos.max() for trip in (*earlier, *found) if trip.photos), default=NO_TRIP)
    trip_of = np.full(last + 1, NO_TRIP, np.int32)
    for row, trip in enumerate(earlier):
        trip_of[numbers_of(trip.photos)] = row
    for place, trip in enumerate(found):
        rows, counts = np.unique(trip_of[numbers_of(trip.photos)], return_counts=True)
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True):
            if row != NO_TRIP:
                yield place, earlier[row].id, count
