"""Has the photos that are due in a stage described by a model: each once, whatever is stopped or fails meanwhile.

A query finds the photos that are due, so a job that was stopped or killed continues by running the query again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from photos_graph.errors import Busy, KilledWorker, NotFound, PhotosGraphError, RootOffline, Unreadable
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto, Stage
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning.vectors import Floats
from photos_graph.graph.library import failures
from photos_graph.graph.library.photos import current_keys
from photos_graph.jobs.concurrency import map_unordered
from photos_graph.jobs.progress import Progress
from photos_graph.model.jobs import Job
from photos_graph.services.learning.features_call import BATCH_SIZE, PictureFeatures
from photos_graph.services.media import Media, PictureFile

PARALLEL_REQUESTS = 4  # renditions that are requested at the same time


class Describer(Protocol):
    """A model that describes pictures by vectors. ``version`` names it in the graph."""

    @property
    def stage(self) -> Stage: ...
    @property
    def version(self) -> str: ...
    @property
    def message(self) -> str:
        """What happens, for the progress of the job."""

    @property
    def places(self) -> int:
        """How many calls of ``describe`` run at a time."""

    async def describe(self, files: Sequence[int]) -> PictureFeatures:
        """Describes up to BATCH_SIZE pictures, which are open for reading. Raises ModelUnavailable, KilledWorker,
        OverLimit and Busy."""

    async def put(self, tx: Transaction, photos: Sequence[DuePhoto], vectors: Floats) -> None:
        """Stores the vectors (n, dimensions) of n photos, which are no longer due."""


@dataclass(slots=True)
class DescribedCounts:
    """How many photos were described, could not be read, and need their original, which is offline."""

    described: int = 0
    failed: int = 0
    away: int = 0

    def sentence(self, done: str) -> str:
        """Returns the closing sentence. ``done`` says what became of the photos that were described."""
        more = f", {self.failed:,} could not be read" if self.failed else ""
        waiting = f", {self.away:,} wait for their folder to be online" if self.away else ""
        return f"{self.described:,} photos {done}{more}{waiting}."


@dataclass(slots=True)
class _Batch:
    """The results for a batch of photos. ``keys`` has those of their renditions, by photo id. ``away`` counts photos
    that need their original, which is offline. Photos that are in none of the other fields stay due."""

    keys: Mapping[str, str]
    photos: list[DuePhoto] = field(default_factory=list)
    vectors: list[Floats] = field(default_factory=list)
    failed: list[tuple[DuePhoto, str]] = field(default_factory=list)
    away: int = 0


@dataclass(frozen=True, slots=True)
class DuePhotos:
    """Describes what is due in the stage of a model."""

    graph: Graph
    media: Media
    model: Describer

    async def describe(self, job: Job, progress: Progress) -> DescribedCounts | None:
        """Returns None if nothing was due. Raises Cancelled and ModelUnavailable."""
        stage, message = self.model.stage, self.model.message
        await due.want(self.graph, stage, self.model.version)
        total = await due.count(self.graph, stage)
        done, counts = 0, DescribedCounts()
        await progress.step(0, total, message)
        async for pages in self._pages():
            async with aclosing(map_unordered(pages, self._looked_at, len(pages))) as batches:
                async for photos, batch in batches:
                    await self._write(batch, job.id)
                    done += len(photos)
                    counts.described += len(batch.photos)
                    counts.failed += len(batch.failed)
                    counts.away += batch.away
                    await progress.step(done, max(done, total), message)
        return counts if done else None

    async def _pages(self) -> AsyncIterator[list[list[DuePhoto]]]:
        """Yields as many pages of photos that are due as are looked at together."""
        pages: list[list[DuePhoto]] = []
        async for page in due.pages(self.graph, self.model.stage, BATCH_SIZE):
            pages.append(page)
            if len(pages) >= self.model.places:
                yield pages
                pages = []
        if pages:
            yield pages

    async def _looked_at(self, photos: Sequence[DuePhoto]) -> _Batch:
        keys = await self.media.keys([photo.id for photo in photos])
        batch = _Batch(keys)
        pictures: dict[DuePhoto, PictureFile] = {}
        known = [photo for photo in photos if photo.id in keys]
        async for photo, found in map_unordered(
            known, lambda photo: self._rendition(keys[photo.id]), PARALLEL_REQUESTS
        ):
            match found:
                case PictureFile():
                    pictures[photo] = found
                case RootOffline():
                    batch.away += 1
                case NotFound():  # the file was removed or changed, which the next scan handles
                    continue
                case _:
                    batch.failed.append((photo, found.public_message))
        async with AsyncExitStack() as closing:
            files: dict[DuePhoto, int] = {}
            for photo in [photo for photo in photos if photo in pictures]:
                with suppress(PhotosGraphError):  # it was removed or changed meanwhile, and stays due
                    [files[photo]] = await closing.enter_async_context(self.media.opened(pictures[photo]))
            await self._describe(list(files), files, batch)
        return batch

    async def _rendition(self, photo_key: str) -> PictureFile | PhotosGraphError:
        while True:
            try:
                return await self.media.large(photo_key)
            except Busy as busy:
                await asyncio.sleep(busy.retry_after)
            except (NotFound, RootOffline, Unreadable) as error:
                return error

    async def _describe(self, photos: Sequence[DuePhoto], files: dict[DuePhoto, int], batch: _Batch) -> None:
        """Describes the photos. A picture that kills the process is found by bisection."""
        if not photos:
            return
        try:
            found = await self.model.describe([files[photo] for photo in photos])
        except Busy as busy:
            await asyncio.sleep(busy.retry_after)
            return await self._describe(photos, files, batch)
        except (KilledWorker, Unreadable) as error:
            if len(photos) == 1:
                batch.failed.append((photos[0], error.public_message))
                return None
            half = len(photos) // 2
            await self._describe(photos[:half], files, batch)
            return await self._describe(photos[half:], files, batch)
        batch.photos += [photos[at] for at in found.seen]
        batch.vectors += list(found.vectors)
        batch.failed += [(photos[at], reason) for at, reason in found.failed.items()]

    async def _write(self, batch: _Batch, job_id: str) -> None:
        """Writes the results. A photo that was turned meanwhile stays due, because another picture was described."""
        stage = self.model.stage
        reasons = {photo.id: reason for photo, reason in batch.failed}
        noted = await failures.of_photos(self.graph, stage.name, reasons)

        async def work(tx: Transaction) -> None:
            now = await current_keys(tx, list(batch.keys))
            stays = {id_ for id_, key in batch.keys.items() if now.get(id_) == key}
            seen = [at for at, photo in enumerate(batch.photos) if photo.id in stays]
            vectors = np.array([batch.vectors[at] for at in seen], np.float32)
            await self.model.put(tx, [batch.photos[at] for at in seen], vectors)
            await due.failed(tx, stage, [photo.number for photo, _ in batch.failed if photo.id in stays])
            await failures.put_failures(tx, noted, job_id)

        await self.graph.transaction(work)
