"""Serves renditions on request, either from the cache, or streamed while they are made and cached afterwards."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from photos_graph.errors import NotFound, PhotosGraphError, RootOffline, Unreadable
from photos_graph.images.cache import LARGE_FORMATS, Cached, RenditionCache, opened_rendition
from photos_graph.images.encoding import MEDIA_TYPES
from photos_graph.images.flight import Flight
from photos_graph.images.shared_renditions import Key, SharedRenditions
from photos_graph.images.sizes import FaceCut, RenditionSize
from photos_graph.images.tasks import CUT_FACE, RENDER, RENDER_PREVIEW, FaceCutOrder, RenditionOrder
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.settings import ImageSettings
from photos_graph.workers.port import Pool
from photos_graph.workers.task import Task
from photos_graph.workers.turns import Priority

log = logging.getLogger(__name__)

Order = TypeVar("Order")
Answer = TypeVar("Answer")

MIN_SHRINK = 2  # a rendition that is made from another one is at most half its size; otherwise it looks soft
MOST_PREVIEWS = 1000  # that are kept in memory, of about 10 kB each
_LARGE = ThumbnailSize.LARGE
_SOURCE_FORMATS = (ThumbnailFormat.WEBP, ThumbnailFormat.JPEG, ThumbnailFormat.AVIF)  # WebP keeps alpha


@dataclass(frozen=True, slots=True)
class ReadOriginal:
    """An original as it was read, and the ``descriptor`` by which it is open; the receiver must close it. By the time a
    worker is free, its path may belong to another file."""

    descriptor: int
    size: int  # bytes
    mtime_ns: int


Source = Callable[[], Awaitable[ReadOriginal]]


@dataclass(slots=True)
class Rendition:
    """A picture to be served. If it is complete on disk, ``path`` is set. Otherwise ``chunks`` yields its bytes once.

    A caller that no longer wants it must call ``aclose``, so that work for which no client waits is stopped. The call
    has no effect after the last chunk, or for a file. ``lasting`` is False if a better rendition could be made once the
    original is online again.
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
    """Makes renditions. All clients that want the same rendition share one run, and each photo has one run at a
    time. What is not in the cache is taken from other services if they share theirs."""

    def __init__(
        self, cache: RenditionCache, pool: Pool, settings: ImageSettings, shared: SharedRenditions | None = None
    ) -> None:
        self._cache = cache
        self._pool = pool
        self._settings = settings
        self._shared = shared
        self._flights: dict[Key, Flight] = {}
        self._looking: dict[Key, asyncio.Task[bytes]] = {}  # for previews
        self._previews: dict[Key, bytes] = {}  # that were found, until the renditions are made
        self._later = asyncio.Semaphore(max(1, pool.places - 1))  # so that a worker is there for who comes meanwhile
        self._photos: dict[str, _Held] = {}
        self._idle = asyncio.Event()  # set while no rendition is under way
        self._idle.set()

    async def open(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat, source: Source) -> Rendition:
        """Returns the rendition as soon as there is a file or the first bytes.

        ``source`` opens an original with this content, and is called only if no larger rendition is cached. Raises
        the errors of ``source``, and Busy, Unavailable, Unsupported, OverLimit, KilledWorker and Unreadable. An error
        after the first bytes is raised by ``chunks``.
        """
        key = (photo_key, size, format)
        if cached := self.cached(*key):
            return cached
        flight = self._flights.get(key)
        if flight is not None and flight.priority is Priority.LATER and not flight.began:
            flight.give_up()  # somebody waits now
        if flight is None or flight.abandoned:
            flight = self._begin(key, source, Priority.INTERACTIVE)
        leave = flight.join()
        try:
            await flight.first()
        except BaseException:
            leave()
            raise
        chunks = flight.follow(leave)
        return Rendition(MEDIA_TYPES[format], chunks=chunks, lasting=flight.lasting, _leave=leave)

    async def stand_in(
        self, photo_key: str, size: RenditionSize, format: ThumbnailFormat, source: Source
    ) -> Rendition | None:
        """Returns the preview in the original, while the rendition would have to be made from that, and begins to make
        the rendition for the next request. Returns None if the rendition is there or under way, can be made from a
        larger one, or if the original cannot be opened or has no preview."""
        key = (photo_key, size, format)
        flight = self._flights.get(key)
        if flight is not None and not flight.abandoned and (kept := self._previews.get(key)):
            return Rendition(MEDIA_TYPES[format], chunks=_once(kept), lasting=False)
        if isinstance(size, FaceCut) or self._is_near(key):
            return None
        if (looking := self._looking.get(key)) is None:
            looking = self._looking[key] = asyncio.create_task(self._preview(key, source))
            looking.add_done_callback(lambda _: self._looking.pop(key))
        data = await asyncio.shield(looking)  # since other requests may wait for it
        if not data:
            return None
        if key not in self._flights and not self._is_near(key):
            self._begin(key, source, Priority.LATER).join()
            if len(self._previews) < MOST_PREVIEWS:
                self._previews[key] = data
        return Rendition(MEDIA_TYPES[format], chunks=_once(data), lasting=False)

    async def prepare(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat, source: Source) -> None:
        """Makes the rendition, for which nobody has asked, as soon as no other is under way, unless it is there or can
        be made from a larger one. Returns when this has ended, even if it failed."""
        await self._idle.wait()
        key = (photo_key, size, format)
        if key in self._flights or self._is_near(key):
            return
        flight = self._begin(key, source, Priority.LATER)
        flight.join()
        if flight.task is not None:
            await asyncio.wait([flight.task])

    async def _preview(self, key: Key, source: Source) -> bytes:
        """Returns what the original has in place of the rendition, or nothing, also if another service has made the
        rendition."""
        if await self._copied(key) is not None or await self._larger_copied(key) is not None:
            return b""
        try:
            original = await source()
        except PhotosGraphError:
            return b""
        try:
            order = self._order(original.descriptor, key[1], key[2], (original.size, original.mtime_ns))
            _, emitted = await self._pool.call(RENDER_PREVIEW, order, Priority.AT_ONCE)
            return b"".join(emitted)
        except PhotosGraphError:
            return b""
        finally:
            os.close(original.descriptor)

    def _is_near(self, key: Key) -> bool:
        photo_key, size, format = key
        under_way = self._flights.get(key)
        return (
            self._cache.get(photo_key, size, format) is not None
            or (under_way is not None and (under_way.began or under_way.priority is not Priority.LATER))
            or any(self._cache.get(photo_key, *larger) for larger in _sources_of(size))
        )

    def _begin(self, key: Key, source: Source, priority: Priority) -> Flight:
        flight = self._flights[key] = Flight(priority)
        self._idle.clear()
        flight.task = asyncio.create_task(self._fly(key, flight, source))
        return flight

    def cached(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition | None:
        """Returns the rendition if it is cached, else None. This takes one ``stat``. The file may turn out to be
        damaged when it is read (``sealing.read_picture``), and is then made again at the next call of ``open``."""
        found = self._cache.get(photo_key, size, format)
        return None if found is None else Rendition(MEDIA_TYPES[format], path=found.path)

    async def kept(self, photo_key: str, size: ThumbnailSize, format: ThumbnailFormat, source: Source) -> Path | None:
        """Returns the path of the complete file, or None if the cache does not accept it. Raises the errors of ``open``
        and of ``chunks``."""
        rendition = await self.open(photo_key, size, format, source)
        try:
            if rendition.chunks is not None:
                async for _ in rendition.chunks:
                    pass
        finally:
            await rendition.aclose()
        async with self._photo(photo_key):  # until it is written
            found = await asyncio.to_thread(self._cache.whole, photo_key, size, format)
        return None if found is None else found.path

    async def keep(self, photo_key: str, size: ThumbnailSize, format: ThumbnailFormat, data: bytes) -> None:
        """Keeps a rendition that somebody else has made, and offers it to other services."""
        await self._keep((photo_key, size, format), data)
        if self._shared is not None:
            await self._shared.offer((photo_key, size, format), data)

    async def large(self, photo_key: str) -> Path | None:
        """Returns the path of the LARGE rendition in a format in which scans make it, which is not damaged, or None if
        neither the cache nor another service has it."""
        found = await asyncio.to_thread(self._large, photo_key)
        if found is None and self._shared is not None:
            await self._copy_large(photo_key)
            found = await asyncio.to_thread(self._large, photo_key)
        return found

    async def close(self) -> None:
        """Stops all work."""
        tasks = [*self._looking.values(), *(flight.task for flight in self._flights.values() if flight.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fly(self, key: Key, flight: Flight, source: Source) -> None:
        try:
            async with self._room_for(flight), self._photo(key[0]), AsyncExitStack() as claim:
                kept = await self._make(key, flight, source, claim)
                flight.end()
                if kept:
                    await self._keep(key, flight.data())
                    if self._shared is not None:
                        await self._shared.put(key, flight.data())
        except BaseException as error:
            flight.end(error)
            if not isinstance(error, Exception):
                raise
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
                self._previews.pop(key, None)
            if not self._flights:
                self._idle.set()

    async def _make(self, key: Key, flight: Flight, source: Source, claim: AsyncExitStack) -> bool:
        """Makes the rendition, or takes that of another service. Returns whether it is to be kept. No other service
        makes it from the original until ``claim`` is closed."""
        photo_key, size, format = key
        larger = await asyncio.to_thread(self._larger, photo_key, size)
        if larger is None:
            if (copied := await self._copied(key)) is not None:
                flight.add(copied)
                return False
            larger = await self._larger_copied(key)
        if larger is not None:
            try:
                with opened_rendition(larger.path) as file:
                    if await self._render(file, size, format, flight, full_size_from=_LARGE.edge):
                        return True
            except Unreadable:
                # The larger rendition has been evicted or is damaged. The original is used unless bytes have been sent.
                if flight.started:
                    raise
                larger = None
        if self._shared is not None and (made := await claim.enter_async_context(self._shared.making(key))) is not None:
            await self._keep(key, made)
            flight.add(made)
            return False
        try:
            original = await source()
        except (RootOffline, NotFound):
            if larger is None:
                raise
            # The original is offline, so the face is cut from the rendition, and is not cached.
            flight.lasting = False
            with opened_rendition(larger.path) as file:
                await self._render(file, size, format, flight)
            return False
        try:
            as_read = (original.size, original.mtime_ns)
            return await self._render(original.descriptor, size, format, flight, as_read=as_read)
        finally:
            os.close(original.descriptor)

    async def _render(
        self,
        file: int,
        size: RenditionSize,
        format: ThumbnailFormat,
        flight: Flight,
        full_size_from: int | None = None,
        as_read: tuple[int, int] | None = None,
    ) -> bool:
        """Makes the rendition. Returns False if it made nothing, because the picture may be a reduced copy, with an
        edge of at least ``full_size_from``, and the original may show the face better."""
        order, priority = self._order(file, size, format, as_read), flight.priority
        if as_read is None and size.edge <= ThumbnailSize.SMALL.edge and priority is Priority.INTERACTIVE:
            priority = Priority.AT_ONCE  # a small one of a rendition takes a tenth of the time
        if isinstance(size, FaceCut):
            cut = FaceCutOrder(order, size.box, full_size_from)
            return not (await self._call(CUT_FACE, cut, flight, priority)).coarse
        await self._call(RENDER, order, flight, priority)
        return True

    def _order(
        self, file: int, size: RenditionSize, format: ThumbnailFormat, as_read: tuple[int, int] | None
    ) -> RenditionOrder:
        images = self._settings
        return RenditionOrder(file, size.edge, format, images.quality, images.max_pixels, images.max_bytes, as_read)

    async def _call(self, task: Task[Order, Answer], order: Order, flight: Flight, priority: Priority) -> Answer:
        async with self._pool.stream(task, order, priority) as chunks:
            flight.began = True
            async for chunk in chunks:
                flight.add(chunk)
        return chunks.answer

    async def _keep(self, key: Key, data: bytes) -> None:
        try:
            await asyncio.to_thread(self._cache.put, *key, data)
        except OSError as error:  # without the cache, the service is only slower
            log.warning("A thumbnail could not be stored: %s.", error.strerror)

    async def _copied(self, key: Key) -> bytes | None:
        """Returns the rendition as another service made it, and keeps it in the cache, or returns None."""
        copied = None if self._shared is None else await self._shared.get(key)
        if copied is not None:
            await self._keep(key, copied)
        return copied

    async def _larger_copied(self, key: Key) -> Cached | None:
        """Copies a rendition from which this one can be made into the cache, if another service has it."""
        photo_key, size, _ = key
        if self._shared is None or not _sources_of(size):
            return None
        await self._copy_large(photo_key)
        return await asyncio.to_thread(self._larger, photo_key, size)

    async def _copy_large(self, photo_key: str) -> None:
        await asyncio.gather(*(self._copied((photo_key, _LARGE, format)) for format in LARGE_FORMATS))

    def _large(self, photo_key: str) -> Path | None:
        for format in LARGE_FORMATS:
            if cached := self._cache.whole(photo_key, _LARGE, format):
                return cached.path
        return None

    def _larger(self, photo_key: str, size: RenditionSize) -> Cached | None:
        """Returns a cached rendition from which this one can be made. A face is made only from the largest
        rendition."""
        for larger in _sources_of(size):
            if cached := self._cache.whole(photo_key, *larger):
                return cached
        return None

    def _room_for(self, flight: Flight) -> AbstractAsyncContextManager[None]:
        return self._later if flight.priority is Priority.LATER else nullcontext()

    @asynccontextmanager
    async def _photo(self, photo_key: str) -> AsyncIterator[None]:
        """Holds the photo while one of its renditions is made, so that the next one can be made from it."""
        held = self._photos.setdefault(photo_key, _Held())
        held.users += 1
        try:
            async with held.lock:
                yield
        finally:
            held.users -= 1
            if not held.users:
                del self._photos[photo_key]


def _sources_of(size: RenditionSize) -> list[tuple[ThumbnailSize, ThumbnailFormat]]:
    """Returns the renditions from which this one can be made."""
    sizes = (_LARGE,) if isinstance(size, FaceCut) else (_LARGE, ThumbnailSize.MEDIUM)
    larger = [other for other in sizes if other.edge >= MIN_SHRINK * size.edge]
    return [(other, format) for other in larger for format in _SOURCE_FORMATS]


async def _once(data: bytes) -> AsyncGenerator[bytes]:
    yield data


@dataclass(slots=True)
class _Held:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
