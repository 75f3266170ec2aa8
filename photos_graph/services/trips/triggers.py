"""Decides when trips are looked for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec

from photos_graph.events import PhotosArrived
from photos_graph.graph import trips
from photos_graph.graph.engine.connection import Graph
from photos_graph.index import Index
from photos_graph.jobs.queue import Jobs
from photos_graph.model.jobs import Job, JobKind
from photos_graph.services.trips.trip_arrays import trip_photos
from photos_graph.services.trips.trip_rules import LEAST_OF_EVENT


@dataclass(frozen=True, slots=True)
class TripTriggers:
    graph: Graph
    index: Index
    jobs: Jobs

    async def photos_arrived(self, _: PhotosArrived) -> None:
        """Queues the job if times or positions of photos have changed since the last one, unless hdbscan is not
        installed. A small library has no trips until somebody asks for them."""
        photos = await trip_photos(self.index.search)
        before = await trips.made_of(self.graph)
        if (before is None and len(photos.numbers) < LEAST_OF_EVENT) or find_spec("hdbscan") is None:
            return
        if before != await asyncio.to_thread(photos.digest):
            await self.find()

    async def find(self) -> Job:
        return await self.jobs.queue(JobKind.TRIPS)
