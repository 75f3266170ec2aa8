"""Renditions over a folder of one original."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from photos_graph.images.cache import RenditionCache
from photos_graph.images.renditions import ReadOriginal, Rendition, Renditions
from photos_graph.images.sealing import read_picture
from photos_graph.images.shared_renditions import SharedRenditions
from photos_graph.images.sizes import RenditionSize
from photos_graph.images.tasks import IMAGE_TASKS
from photos_graph.model.images import ThumbnailFormat
from photos_graph.settings import ImageSettings
from photos_graph.workers.pool import WorkerPool
from tests.kit.pictures import encoded, scene
from tests.kit.waiting import until

MIB = 1024 * 1024


PHOTO = "0123456789abcdef0123456789abcdef"


class Rig:
    """Renditions over a folder, and how often an original was asked for."""

    def __init__(
        self, folder: Path, pool: WorkerPool, settings: ImageSettings, shared: SharedRenditions | None = None
    ) -> None:
        self.original = folder / "original"
        self.cache = RenditionCache(folder / "cache", 100 * MIB)
        self.pool = pool
        self.renditions = Renditions(self.cache, pool, settings, shared)
        self.asked = 0

    async def source(self) -> ReadOriginal:
        self.asked += 1
        descriptor = os.open(self.original, os.O_RDONLY | os.O_NONBLOCK)
        found = os.fstat(descriptor)
        return ReadOriginal(descriptor, found.st_size, found.st_mtime_ns)

    async def open(self, size: RenditionSize, format: ThumbnailFormat = ThumbnailFormat.JPEG) -> Rendition:
        return await self.renditions.open(PHOTO, size, format, self.source)

    async def read(self, size: RenditionSize, format: ThumbnailFormat = ThumbnailFormat.JPEG) -> bytes:
        rendition = await self.open(size, format)
        if rendition.path is not None:
            return read_picture(rendition.path)
        assert rendition.chunks is not None
        return b"".join([chunk async for chunk in rendition.chunks])

    async def stand_in(self, size: RenditionSize, format: ThumbnailFormat = ThumbnailFormat.JPEG) -> bytes | None:
        rendition = await self.renditions.stand_in(PHOTO, size, format, self.source)
        if rendition is None or rendition.chunks is None:
            return None
        return b"".join([chunk async for chunk in rendition.chunks])

    async def kept(self, size: RenditionSize, format: ThumbnailFormat = ThumbnailFormat.JPEG) -> Path:
        await until(lambda: self.cache.get(PHOTO, size, format))
        cached = self.cache.get(PHOTO, size, format)
        assert cached
        return cached.path


@asynccontextmanager
async def rig(
    folder: Path, size: int = 1, queue: int = 10, shared: SharedRenditions | None = None, **settings: int
) -> AsyncIterator[Rig]:
    pool = WorkerPool(IMAGE_TASKS, size, 1024 * MIB, timeout_seconds=30, queue=queue)
    made = Rig(folder, pool, ImageSettings(**settings), shared)  # type: ignore[arg-type]
    made.original.write_bytes(encoded(scene(2400, 1600), "JPEG"))
    try:
        yield made
    finally:
        await made.renditions.close()
        if shared is not None:
            await shared.close()
        await pool.close()
