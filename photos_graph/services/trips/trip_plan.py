"""Works out which trips stay, change, come and go after photos were grouped again. These functions are pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from pyroaring import BitMap

from photos_graph.model.trips import Trip

SAME = 0.5  # of the photos of the smaller one of two trips are in the other one, if they are the same trip


@dataclass(frozen=True, slots=True)
class TripChanges:
    """The trips that are new or differ from those before, and the ids of those that are gone."""

    put: tuple[Trip, ...]
    gone: tuple[str, ...]


def changes(before: Mapping[str, Trip], found: Iterable[Trip], visible: BitMap) -> TripChanges:
    """Returns what changes the trips ``before`` into those that were ``found``, whose ids do not count.

    A found trip continues the earlier one with which it has the most photos in common, and keeps its id, and its name
    if a person chose it. An earlier trip to which a person gave a name stays as it is if nothing continues it, unless
    none of its photos is visible any more.
    """
    new = list(found)
    continued = _continued(before, new)
    now: dict[str, Trip] = {}
    for place, trip in enumerate(new):
        old = before.get(continued.get(place, ""))
        kept = replace(trip, id=uuid4().hex if old is None else old.id)
        if old is not None:
            kept = replace(kept, given_name=old.given_name)
        now[kept.id] = kept
    taken: BitMap = BitMap().union(*(trip.photos for trip in now.values()))
    for old in before.values():
        if old.id not in now and old.given_name is not None and (left := (old.photos & visible) - taken):
            now[old.id] = replace(old, photos=left)
    put = tuple(trip for id_, trip in now.items() if before.get(id_) != trip)
    return TripChanges(put, tuple(id_ for id_ in before if id_ not in now))


def _continued(before: Mapping[str, Trip], found: Sequence[Trip]) -> dict[int, str]:
    """Returns the ids of the earlier trips that found trips continue, by the places of these. Each continues one."""
    earlier = {number: old.id for old in before.values() for number in old.photos}
    pairs: list[tuple[int, int, str]] = []
    for place, trip in enumerate(found):
        common: dict[str, int] = {}
        for number in trip.photos:
            if (id_ := earlier.get(number)) is not None:
                common[id_] = common.get(id_, 0) + 1
        for id_, count in common.items():
            if count >= SAME * min(len(trip.photos), len(before[id_].photos)):
                pairs.append((-count, place, id_))
    continued: dict[int, str] = {}
    used: set[str] = set()
    for _, place, id_ in sorted(pairs):
        if place not in continued and id_ not in used:
            continued[place] = id_
            used.add(id_)
    return continued
