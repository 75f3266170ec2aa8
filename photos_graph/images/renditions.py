"""Renditions on request: from the cache, or streamed while they are made and kept afterwards."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photos_graph.errors import NotFound, RootOffline, Unreadable
from photos_graph.images.cache import Cached, RenditionCache
from photos_graph.images.encoding import MEDIA_TYPES
from photos_graph.images.flight import Flight
from photos_graph.images.sizes import FaceCut, RenditionSize
from photos_graph.model import ThumbnailFormat, ThumbnailSize
from photos_graph.settings import ImageSettings
from photos_graph.workers.pool import Priority, WorkerPool

log = logging.getLogger(__name__)

TASK, FACE_TASK = "rendition", "face"  # of tasks.TASKS
LEAST_SHRINK = 2  # a rendition made from another one is at most half its size, or its softness would show
_LARGE = ThumbnailSize.LARGE
_SOURCE_FORMATS = (ThumbnailFormat.WEBP, ThumbnailFormat.JPEG, ThumbnailFormat.AVIF)  # WebP has kept the alpha


@dataclass(frozen=True, slots=True)
class AsRead:
    """An original when it was read. By the time that a worker is free there may be another one at its ``path``."""

    path: bytes  # raw
    size: int  # bytes
    mtime_ns: int


Source = Callable[[], Awaitable[AsRead]]


@dataclass(slots=True)
class Rendition:
    """A picture to be served: ``path`` is set if it lies finished on disk; otherwise ``chunks`` gives it, once.

    ``aclose`` tells that the caller no longer wants it; work that nobody waits for is given up. It is harmless after
    the last chunk and for a file. ``lasting`` is false while the original that would give a better one is away.
    """

    media_type: str
    path: Path | None = None
    chunks: AsyncGenerator[bytes] | None = None
    lasting: bool = True
    _leave: Callable[[], None] = field(default=lambda: None, repr=False)

    async def aclose(self) -> None:
        if self.chunks is not None:
            await self.chunks.aclose()
        self._leave()


class Renditions:
    """One decode per rendition, whoever asks, and one at a time per photo."""

    def __init__(self, cache: RenditionCache, pool: WorkerPool, settings: ImageSettings) -> None:
        self._cache = cache
        self._pool = pool
        self._settings = settings
        self._flights: dict[_Key, Flight] = {}
        self._photos: dict[str, _Held] = {}

    async def open(self, photo_id: str, size: RenditionSize, format: ThumbnailFormat, source: Source) -> Rendition:
        """Comes back when there is a file or the first bytes.

        ``source`` gives an original with this content; it is called only when no larger rendition
        is cached. Raises what it raises, and Busy, Unavailable, Unsupported, OverLimit, KilledWorker, Unreadable.
        What goes wrong after the first bytes is raised by ``chunks``.
        """
        key = (photo_id, size, format)
        if cached := self.cached(*key):
            return cached
        flight = self._flights.get(key)
        if flight is None or flight.abandoned:
            flight = self._flights[key] = Flight()
            flight.task = asyncio.create_task(self._fly(key, flight, source))
        leave = flight.join()
        try:
            await flight.first()
        except BaseException:
            leave()
            raise
        chunks = flight.follow(leave)
        return Rendition(MEDIA_TYPES[format], chunks=chunks, lasting=flight.lasting, _leave=leave)

    def cached(self, photo_id: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition | None:
        """What is there already; costs a look at the disk."""
        found = self._cache.get(photo_id, size, format)
        return None if found is None else Rendition(MEDIA_TYPES[format], path=found.path)

    async def kept(self, photo_id: str, size: ThumbnailSize, format: ThumbnailFormat, source: Source) -> Path | None:
        """The finished file; None where the cache does not take it. Raises what ``open`` and ``chunks`` do."""
        rendition = await self.open(photo_id, size, format, source)
        try:
            if rendition.chunks is not None:
                async for _ in rendition.chunks:
                    pass
        finally:
            await rendition.aclose()
        async with self._photo(photo_id):  # until it was written
            found = self._cache.get(photo_id, size, format)
        return None if found is None else found.path

    async def close(self) -> None:
        """Gives up what is being made."""
        tasks = [flight.task for flight in self._flights.values() if flight.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fly(self, key: _Key, flight: Flight, source: Source) -> None:
        try:
            async with self._photo(key[0]):
                kept = await self._make(key, flight, source)
                flight.end()
                if kept:
                    await self._keep(key, flight.data())
        except BaseException as error:
            flight.end(error)
            if not isinstance(error, Exception):
                raise
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    async def _make(self, key: _Key, flight: Flight, source: Source) -> bool:
        """Whether it is worth keeping."""
        photo_id, size, format = key
        larger = self._larger(photo_id, size)
        if larger is not None:
            try:
                if await self._render(os.fsencode(larger.path), size, format, flight, full_size_from=_LARGE.edge):
                    return True
            except Unreadable:
                # Thrown out in between, or damaged: the original still has it, unless bytes have left already.
                if flight.started:
                    raise
                larger = None
        try:
            original = await source()
        except (RootOffline, NotFound):
            if larger is None:
                raise
            # A small face as good as it can be had for now.
            flight.lasting = False
            await self._render(os.fsencode(larger.path), size, format, flight)
            return False
        as_read = (original.size, original.mtime_ns)
        return await self._render(original.path, size, format, flight, as_read=as_read)

    async def _render(
        self,
        path: bytes,
        size: RenditionSize,
        format: ThumbnailFormat,
        flight: Flight,
        full_size_from: int | None = None,
        as_read: tuple[int, int] | None = None,
    ) -> bool:
        """False where nothing was made of it: a face that a picture larger than ``full_size_from`` may show better."""
        argument: dict[str, Any] = {
            "path": base64.b64encode(path).decode(),
            "edge": size.edge,
            "format": format,
            "quality": self._settings.quality,
            "max_pixels": self._settings.max_pixels,
            "max_bytes": self._settings.max_bytes,
            "as_read": as_read,
        }
        task = TASK
        if isinstance(size, FaceCut):
            task, box = FACE_TASK, size.box
            argument |= {"box": [box.x, box.y, box.width, box.height], "full_size_from": full_size_from}
        async with self._pool.stream(task, argument, Priority.INTERACTIVE) as chunks:
            async for chunk in chunks:
                flight.add(chunk)
        return not chunks.result.get("coarse", False)

    async def _keep(self, key: _Key, data: bytes) -> None:
        try:
            await asyncio.to_thread(self._cache.put, *key, data)
        except OSError as error:  # a full disk makes it slower, not wrong
            log.warning("a rendition cannot be cached: %s", error.strerror)

    def _larger(self, photo_id: str, size: RenditionSize) -> Cached | None:
        """One to make it from; a face from the largest alone."""
        for other in (_LARGE,) if isinstance(size, FaceCut) else (_LARGE, ThumbnailSize.MEDIUM):
            if other.edge >= LEAST_SHRINK * size.edge:
                for format in _SOURCE_FORMATS:
                    if cached := self._cache.get(photo_id, other, format):
                        return cached
        return None

    @asynccontextmanager
    async def _photo(self, photo_id: str) -> AsyncIterator[None]:
        """Held while one of its renditions is made, so that the next can be made from that."""
        held = self._photos.setdefault(photo_id, _Held())
        held.users += 1
        try:
            async with held.lock:
                yield
        finally:
            held.users -= 1
            if not held.users:
                del self._photos[photo_id]


_Key = tuple[str, RenditionSize, ThumbnailFormat]


@dataclass(slots=True)
class _Held:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
