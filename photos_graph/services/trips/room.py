"""Builds the services of trips, and registers their job."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.events import PhotosArrived
from photos_graph.model.jobs import JobKind
from photos_graph.services.labels.album_editing import AlbumEditing
from photos_graph.services.labels.tagging import Tagging
from photos_graph.services.trips.finding import TripJob, trip_pool
from photos_graph.services.trips.triggers import TripTriggers
from photos_graph.services.trips.trips import Trips


@dataclass(frozen=True, slots=True)
class TripRoom:
    trips: Trips
    triggers: TripTriggers


def open_trips(core: Core, tagging: Tagging, albums: AlbumEditing) -> TripRoom:
    triggers = TripTriggers(core.graph, core.index, core.jobs)
    core.events.subscribe(PhotosArrived, triggers.photos_arrived)
    pool = core.closed_at_end(trip_pool(core.settings))
    core.handlers[JobKind.TRIPS] = TripJob(core.graph, core.index, pool, core.settings).run
    return TripRoom(Trips(core.graph, core.index, core.writer, tagging, albums), triggers)
