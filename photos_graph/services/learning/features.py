"""Describes the photos that are due. The backbone examines a rendition of each photo once, and the result is stored.

A query finds the photos that are due, so a job that was stopped or killed continues by running the query again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from photos_graph.errors import Busy, KilledWorker, NotFound, PhotosGraphError, RootOffline, Unreadable
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning import features
from photos_graph.graph.learning.features import Floats
from photos_graph.graph.library import failures
from photos_graph.jobs.concurrency import map_unordered
from photos_graph.jobs.progress import Progress
from photos_graph.model.jobs import Job
from photos_graph.services.learning.features_call import BATCH_SIZE, describe
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool

PROGRESS = "Analysing photos"
PARALLEL_REQUESTS = 4  # renditions that are requested at the same time


@dataclass(slots=True)
class _FeatureBatch:
    """The results for a batch of photos. ``away`` counts photos that need their original, which is offline. Photos that
    are in none of the fields stay due."""

    photos: list[DuePhoto] = field(default_factory=list)
    vectors: list[Floats] = field(default_factory=list)
    failed: list[tuple[DuePhoto, str]] = field(default_factory=list)
    away: int = 0


@dataclass(frozen=True, slots=True)
class FeatureStage:
    """The stage that describes photos. ``pool`` runs the backbone."""

    graph: Graph
    media: Media
    pool: WorkerPool
    settings: Settings

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Returns the closing sentence. Raises Cancelled and ModelUnavailable."""
        await due.want(self.graph, due.FEATURES, self.settings.learn.backbone)
        total = await due.count(self.graph, due.FEATURES)
        done, described, failed, away = 0, 0, 0, 0
        await progress.step(0, total, PROGRESS)
        async for photos in due.pages(self.graph, due.FEATURES, BATCH_SIZE):
            batch = await self._looked_at(photos)
            await self._write(batch, job.id)
            done += len(photos)
            described, failed, away = described + len(batch.photos), failed + len(batch.failed), away + batch.away
            await progress.step(done, max(done, total), PROGRESS)
        if not done:
            return None
        more = f", {failed:,} could not be read" if failed else ""
        waiting = f", {away:,} wait for their folder to be online" if away else ""
        return f"{described:,} photos described{more}{waiting}."

    async def _looked_at(self, photos: Sequence[DuePhoto]) -> _FeatureBatch:
        batch = _FeatureBatch()
        paths: dict[DuePhoto, bytes] = {}
        async for photo, found in map_unordered(photos, self._rendition, PARALLEL_REQUESTS):
            match found:
                case bytes():
                    paths[photo] = found
                case RootOffline():
                    batch.away += 1
                case NotFound():  # the file was removed or changed, which the next scan handles
                    continue
                case _:
                    batch.failed.append((photo, found.public_message))
        await self._describe([photo for photo in photos if photo in paths], paths, batch)
        return batch

    async def _rendition(self, photo: DuePhoto) -> bytes | PhotosGraphError:
        while True:
            try:
                return await self.media.large(photo.id)
            except Busy as busy:
                await asyncio.sleep(busy.retry_after)
            except (NotFound, RootOffline, Unreadable) as error:
                return error

    async def _describe(self, photos: Sequence[DuePhoto], paths: dict[DuePhoto, bytes], batch: _FeatureBatch) -> None:
        """Describes the photos. A picture that kills the process is found by bisection."""
        if not photos:
            return
        try:
            found = await describe(self.pool, [paths[photo] for photo in photos], self.settings)
        except Busy as busy:
            await asyncio.sleep(busy.retry_after)
            return await self._describe(photos, paths, batch)
        except (KilledWorker, Unreadable) as error:
            if len(photos) == 1:
                batch.failed.append((photos[0], error.public_message))
                return None
            half = len(photos) // 2
            await self._describe(photos[:half], paths, batch)
            return await self._describe(photos[half:], paths, batch)
        batch.photos += [photos[at] for at in found.seen]
        batch.vectors += list(found.vectors)
        for at, reason in found.failed.items():
            if await asyncio.to_thread(os.path.exists, paths[photos[at]]):  # unless it was evicted from the cache
                batch.failed.append((photos[at], reason))

    async def _write(self, batch: _FeatureBatch, job_id: str) -> None:
        reasons = {photo.id: reason for photo, reason in batch.failed}
        noted = await failures.of_photos(self.graph, due.FEATURES.name, reasons)

        async def work(tx: Transaction) -> None:
            vectors = np.array(batch.vectors, np.float32)
            await features.put(tx, self.settings.learn.backbone, batch.photos, vectors)
            await due.failed(tx, due.FEATURES, [photo.number for photo, _ in batch.failed])
            await failures.put_failures(tx, noted, job_id)

        await self.graph.transaction(work)
