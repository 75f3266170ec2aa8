"""Describes the photos that are due by an image-text model, and writes the file that texts are compared with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.errors import ModelUnavailable
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.learning import pictured
from photos_graph.graph.learning.vectors import Floats
from photos_graph.index import Index
from photos_graph.jobs.concurrency import with_progress
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.scratch import scratch
from photos_graph.learn import image_text
from photos_graph.learn.picture_vectors import Collected, opened
from photos_graph.model.jobs import Job
from photos_graph.services.learning.described import DuePhotos
from photos_graph.services.learning.features_call import BATCH_SIZE, PictureFeatures
from photos_graph.services.learning.picturing_tasks import PICTURE, PictureOrder
from photos_graph.services.media import Media
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import Pool

MAX_WAITING = 64  # calls in the queue
FETCH = "Fetch it: photos-graph models --fetch"
MESSAGE = "Preparing the search in pictures"


def picturing_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which starts with the first picture and ends after a period without one."""
    learn = settings.learn
    folders = settings.readable_by_models
    return WorkerPool(
        (PICTURE,), 1, learn.memory_bytes, learn.timeout_seconds, MAX_WAITING, learn.idle_seconds, folders
    )


@dataclass(frozen=True, slots=True)
class ImageTextDescriber:
    """Describes pictures by the model in ``folder``, whose fingerprint is ``version``."""

    pool: Pool
    settings: Settings
    folder: Path
    version: str

    stage = due.PICTURED
    message = "Looking at photos for the search in pictures"

    @property
    def places(self) -> int:
        return self.pool.places

    async def describe(self, files: Sequence[int]) -> PictureFeatures:
        if len(files) > BATCH_SIZE:
            raise ValueError(f"{len(files)} pictures in one call, at most {BATCH_SIZE}")
        images = self.settings.images
        order = PictureOrder(
            tuple(files), self.folder, self.version, self.settings.learn.threads, images.max_bytes, images.max_pixels
        )
        answer, chunks = await self.pool.call(PICTURE, order)
        vectors = np.frombuffer(b"".join(chunks), np.float32).reshape(len(answer.seen), answer.dimensions)
        return PictureFeatures(answer.seen, vectors, answer.failed)

    async def put(self, tx: Transaction, photos: Sequence[DuePhoto], vectors: Floats) -> None:
        await pictured.put(tx, self.version, photos, vectors)


async def wanted_model(settings: Settings) -> tuple[Path, str] | None:
    """Returns the folder and the fingerprint of the image-text model, or None if there shall be none. Raises
    ModelUnavailable if it is not complete."""
    if settings.text_model is None or settings.vectors_file is None:
        return None
    try:
        return settings.text_model, await asyncio.to_thread(image_text.fingerprint, settings.text_model)
    except ModelUnavailable as error:
        raise ModelUnavailable(f"{error.public_message} {FETCH}") from None


@dataclass(frozen=True, slots=True)
class PictureStage:
    """The stage that lets texts be looked for in the pictures. ``pool`` is the result of ``picturing_pool``, and
    ``warm`` has the model of texts loaded before somebody asks."""

    graph: Graph
    index: Index
    media: Media
    pool: Pool
    settings: Settings
    warm: Callable[[], Coroutine[Any, Any, None]]

    async def run(self, job: Job, progress: Progress) -> str | None:
        """Returns the closing sentence. A model that is missing or broken is only reported, since everything else works
        without it. Raises Cancelled."""
        try:
            model = await wanted_model(self.settings)
            if model is None:
                return None
            photos = DuePhotos(self.graph, self.media, ImageTextDescriber(self.pool, self.settings, *model))
            counts = await photos.describe(job, progress)
        except ModelUnavailable as error:
            return f"Pictures cannot be searched. {error.public_message}"
        await with_progress(self._bring_up_to_date(model[1]), progress, MESSAGE)
        return None if counts is None else counts.sentence("made searchable by what they show")

    async def _bring_up_to_date(self, model: str) -> None:
        path = self.settings.vectors_file
        if path is None:
            return
        photos = await pictured.photos(self.graph, model)
        before = await asyncio.to_thread(opened, path, model)
        known = before.rows_of(photos.numbers, photos.ids, photos.times) if before is not None else None
        if known is None:
            known = np.full(len(photos.numbers), -1, np.int64)
        elif (known >= 0).all():
            return  # the file may have more photos, which are gone
        with scratch(path.parent, "vectors") as folder:
            vectors = Collected(folder / "vectors", len(photos.numbers))
            if before is not None:
                await asyncio.to_thread(vectors.take_over, before, known)
            places = {photos.ids[place].tobytes().hex(): place for place in np.flatnonzero(known < 0).tolist()}
            async for some in pictured.vectors(self.graph, list(places), model):
                await asyncio.to_thread(vectors.put, [places[id_] for id_ in some], list(some.values()))
            await asyncio.to_thread(vectors.write, path, model, photos.numbers, photos.ids, photos.times)
        await self.index.see_content()
        await self.warm()
