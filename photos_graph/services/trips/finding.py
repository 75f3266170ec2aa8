"""The job that finds trips and events among all photos, in a process of its own, and writes what changed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from photos_graph.graph import trips
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.model.jobs import Job
from photos_graph.model.library import Place
from photos_graph.model.trips import Trip, TripKind
from photos_graph.search.arrays import Numbers, bitmap
from photos_graph.search.index import SearchIndex
from photos_graph.services.trips import trip_plan
from photos_graph.services.trips.trip_arrays import TripPhotos, day_of, trip_photos
from photos_graph.services.trips.trip_names import NamedTrip, located, named
from photos_graph.services.trips.trip_rules import LEAST_OF_TRIP, TripGroups
from photos_graph.services.trips.trip_tasks import GROUP_TRIPS, GroupTripsOrder
from photos_graph.settings import Settings
from photos_graph.shown import counted
from photos_graph.workers.pool import WorkerPool

MAX_SECONDS = 3600.0
MESSAGE = "Looking for trips"
BLOCK = 100  # trips whose places are looked up before others have a turn


def trip_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which starts with the first job and ends after a period without work."""
    learn = settings.learn
    folders = [settings.learn_dir]
    return WorkerPool((GROUP_TRIPS,), 1, learn.memory_bytes, MAX_SECONDS, 1, learn.idle_seconds, folders)


@dataclass(frozen=True, slots=True)
class TripJob:
    """Finds all trips and events again. Those that are found again keep their ids. ``pool``: see ``trip_pool``."""

    graph: Graph
    index: Index
    pool: WorkerPool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str:
        """Returns the closing message. Raises Cancelled, and ModelUnavailable if hdbscan is not installed."""
        await progress.step(0, None, MESSAGE)
        every = await trip_photos(self.index.search)
        made_of = await asyncio.to_thread(every.digest)
        photos = every.without(await trips.timed_by_files(self.graph))
        found = await self._found(photos, progress)
        made = await self._made(photos, found, progress)

        async def write(tx: Transaction) -> None:
            await trips.lock(tx)
            before = await trips.every(tx)
            changes = await asyncio.to_thread(trip_plan.changes, before, made, photos.days)
            await trips.change(tx, changes.put, changes.gone, made_of)

        await self.graph.transaction(write)
        journeys = sum(trip.kind is TripKind.TRIP for trip in made)
        return f"{counted(journeys, 'trip')} and {counted(len(made) - journeys, 'event')}."

    async def _found(self, photos: TripPhotos, progress: Progress) -> TripGroups:
        if len(photos.numbers) < LEAST_OF_TRIP:
            return TripGroups(np.full(len(photos.numbers), -1, np.int32), 0)
        with scratch(self.settings.learn_dir, "trips") as folder:
            given, dated = folder / "photos.safetensors", photos.dated
            arrays = {"taken": dated.taken, "latitude": dated.latitude, "longitude": dated.longitude}
            await asyncio.to_thread(save_file, arrays, given)
            call = self.pool.call(GROUP_TRIPS, GroupTripsOrder(given))
            answer, chunks = await with_progress(call, progress, MESSAGE)
        return TripGroups(np.frombuffer(b"".join(chunks), np.int32), answer.trips)

    async def _made(self, photos: TripPhotos, found: TripGroups, progress: Progress) -> list[Trip]:
        """Returns the trips that were found, with their names and places, and without ids."""
        members = _members(found.groups)
        described = []
        for number, rows in enumerate(members):
            if number % BLOCK == 0:
                await progress.step(number, len(members), "Naming trips")
            kind = TripKind.TRIP if number < found.trips else TripKind.EVENT
            taken = photos.dated.taken[rows]
            where, place_ids = located(*places_of(self.index.search, photos.numbers[rows]))
            described.append(NamedTrip(kind, where, day_of(taken[0]), day_of(taken[-1]), place_ids))
        return [
            Trip("", each.kind, each.name, each.start, each.end, bitmap(photos.numbers[rows]), each.place_ids)
            for each, rows in zip(named(described), members, strict=True)
        ]


def _members(groups: npt.NDArray[np.int32]) -> Sequence[npt.NDArray[np.intp]]:
    """Returns the rows of each group, in their order."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(int(groups.max(initial=-1)) + 2))
    return np.split(order, starts)[1:-1]


def places_of(search: SearchIndex, numbers: Numbers) -> tuple[Counter[Place], int]:
    """Returns how many of the photos are at each place or within it, and how many are at any."""
    sets = search.sets
    codes, sizes = np.unique(sets.table.places[numbers], return_counts=True)
    counts: Counter[Place] = Counter()
    total = 0
    for code, size in zip(codes.tolist(), sizes.tolist(), strict=True):
        ids = set(sets.table.place_sets.values[code])
        total += size if ids else 0
        for place in _with_ancestors(search, ids):
            counts[place] += size
    return counts, total


def _with_ancestors(search: SearchIndex, ids: set[str]) -> set[Place]:
    found = set()
    while ids:
        rows = {place for id_ in ids if (place := search.places.get(id_)) is not None}
        found |= rows
        ids = {place.parent_id for place in rows if place.parent_id is not None}
    return found
