"""The task of a child process that finds trips and events. ``trip_child`` implements it."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class GroupTripsOrder:
    """An order to find the trips and events among the photos in the file ``photos``, which has the arrays of
    ``trip_rules.DatedPhotos``."""

    photos: LocalPath


@dataclass(frozen=True, slots=True)
class GroupTripsAnswer:
    """The answer. The groups of the photos (n,) are emitted as four bytes each; those below ``trips`` are trips."""

    trips: int


GROUP_TRIPS = Task("photos_graph.services.trips.trip_child:group_trips", GroupTripsOrder, GroupTripsAnswer)
