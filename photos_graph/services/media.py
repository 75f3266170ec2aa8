"""Pictures on request: renditions, and originals as they lie on disk."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from photos_graph.errors import NotFound, PhotosGraphError, RootOffline
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders, photos
from photos_graph.graph.library.photos import PhotoSource
from photos_graph.images.formats import BY_NAME
from photos_graph.images.renditions import ReadOriginal, Rendition, Renditions
from photos_graph.images.sizes import RenditionSize
from photos_graph.model import RootState, ThumbnailFormat, ThumbnailSize
from photos_graph.paths import mtime_ns, open_inside
from photos_graph.services.scan.roots import refreshed

ENOUGH_PIXELS = 112  # as wide as a face is looked at
OPENERS = 4  # threads that open originals, for each root
OPEN_SECONDS = 30  # a disk that slept takes ten to turn
LARGE_FORMATS = (ThumbnailFormat.JPEG, ThumbnailFormat.WEBP)  # in which a scan keeps that rendition


@dataclass(frozen=True, slots=True)
class OpenOriginal:
    """``descriptor`` is open for reading and is the receiver's to close."""

    descriptor: int
    name: str
    size: int  # bytes
    mtime_ns: int
    media_type: str
    etag: str


class Media:
    def __init__(self, graph: Graph, renditions: Renditions, follow_symlinks: bool) -> None:
        self._graph = graph
        self._renditions = renditions
        self._follow_symlinks = follow_symlinks
        # Threads of their own: in a network folder that hangs they wait for ever, and must not be those of all others.
        self._openers: dict[bytes, ThreadPoolExecutor] = {}

    def close(self) -> None:
        for opener in self._openers.values():
            opener.shutdown(wait=False, cancel_futures=True)

    def cached(self, photo_id: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition | None:
        return self._renditions.cached(photo_id, size, format)

    async def thumbnail(self, photo_id: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition:
        """From the cache where it can be, also when the original is away.

        Raises NotFound, RootOffline, Busy, and what decoding raises.
        """

        return await self._renditions.open(photo_id, size, format, lambda: self._as_read(photo_id))

    async def large(self, photo_id: str) -> bytes:
        """The raw path of the LARGE rendition, made anew where it is no longer kept; of an original where there is no
        room for it. Raises what ``thumbnail`` raises."""
        for format in LARGE_FORMATS:
            found = self.cached(photo_id, ThumbnailSize.LARGE, format)
            if found is not None and found.path is not None:
                return os.fsencode(found.path)
        size, format = ThumbnailSize.LARGE, ThumbnailFormat.JPEG
        made = await self._renditions.kept(photo_id, size, format, lambda: self._as_read(photo_id))
        return await self.path(photo_id) if made is None else os.fsencode(made)

    async def picture(self, photo_id: str, share: float) -> bytes:
        """The raw path of a picture in which something that takes ``share`` (0..1) of it shows well: of the largest
        rendition, or of an original where that is too coarse. Raises what ``thumbnail`` raises."""
        if share * ThumbnailSize.LARGE.edge < ENOUGH_PIXELS:
            with contextlib.suppress(NotFound, RootOffline):
                return await self.path(photo_id)
        return await self.large(photo_id)

    async def path(self, photo_id: str) -> bytes:
        """The raw path of an original that is as it was read. Raises NotFound, RootOffline."""
        return (await self._as_read(photo_id)).path

    async def _as_read(self, photo_id: str) -> ReadOriginal:
        descriptor, found = await self._open(photo_id)
        os.close(descriptor)
        return ReadOriginal(found.root_raw + b"/" + found.raw, found.size, found.mtime_ns)

    async def original(self, photo_id: str) -> OpenOriginal:
        """Raises NotFound, RootOffline."""
        descriptor, found = await self._open(photo_id)
        return OpenOriginal(
            descriptor=descriptor,
            name=found.name,
            size=found.size,
            mtime_ns=found.mtime_ns,
            media_type=BY_NAME[found.format].media_type,
            etag=f'"{found.content_hash}"',
        )

    async def _open(self, photo_id: str) -> tuple[int, PhotoSource]:
        """The first file that is there and has not changed since it was read."""
        sources = await photos.sources(self._graph, photo_id)
        offline = False
        for source in sources:
            try:
                descriptor = await self._opened(source)
            except RootOffline:
                offline = True
                continue
            except PhotosGraphError:
                offline = offline or not source.online
                continue
            found = os.fstat(descriptor)
            if (found.st_size, mtime_ns(found)) == (source.size, source.mtime_ns):
                return descriptor, source
            os.close(descriptor)
        if offline or await self._any_root_is_away(sources):
            raise RootOffline(
                "The root that contains this photo is offline. The photo is served again when the root is back."
            )
        if sources:
            raise NotFound("The file has changed or been removed since it was read. The next scan will notice it.")
        raise NotFound("There is no such photo.")

    async def _opened(self, source: PhotoSource) -> int:
        """Raises what ``open_inside`` does, and RootOffline where that takes too long."""
        if source.root_raw not in self._openers:
            self._openers[source.root_raw] = ThreadPoolExecutor(OPENERS, "originals")
        opening = self._openers[source.root_raw].submit(
            open_inside, source.root_raw, source.raw, follow_symlinks=self._follow_symlinks
        )
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                return await asyncio.wrap_future(opening)
        except TimeoutError:
            opening.add_done_callback(_close)
            raise RootOffline("The root that contains this photo does not answer. Try again later.") from None
        except asyncio.CancelledError:
            opening.add_done_callback(_close)
            raise

    async def _any_root_is_away(self, sources: Sequence[PhotoSource]) -> bool:
        """Asked only when no file was there: polls see an empty mount point a while later."""
        wanted = {source.root_raw for source in sources}
        roots = [root for root in await folders.roots(self._graph) if root.raw_path in wanted]
        return any([(await refreshed(root)).state is RootState.OFFLINE for root in roots])


def _close(opening: Future[int]) -> None:
    """What was opened when nobody waited any longer."""
    if not opening.cancelled() and opening.exception() is None:
        os.close(opening.result())
