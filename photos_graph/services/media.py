"""The pictures of photos: renditions, originals as they are on disk, and their moving parts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from photos_graph.errors import NotFound, PhotosGraphError, RootOffline
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.library import folders, photos
from photos_graph.graph.library.photos import PhotoSource
from photos_graph.images.cache import opened_rendition
from photos_graph.images.formats import BY_NAME
from photos_graph.images.renditions import ReadOriginal, Rendition, Renditions
from photos_graph.images.sizes import RenditionSize
from photos_graph.library.openers import Openers
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.model.library import RootState
from photos_graph.paths import display, mtime_ns
from photos_graph.services.read_ahead import ReadAhead
from photos_graph.services.scan.roots import refreshed

MIN_FACE_PIXELS = 112  # width of a face as the embedding model needs it
QUICKTIME, MP4 = "video/quicktime", "video/mp4"
CHANGED = "The file has changed or been removed since it was read. The next scan will notice it."
COPY_BYTES = 1024 * 1024  # copied at a time


@dataclass(frozen=True, slots=True)
class OpenOriginal:
    """An original, or its moving part, that is open for reading. The receiver must close ``descriptor``."""

    descriptor: int
    name: str
    size: int  # bytes
    mtime_ns: int
    media_type: str
    etag: str
    lasting: bool  # whether these are the bytes that the address names


@dataclass(frozen=True, slots=True)
class PictureFile:
    """Where a picture is, to be opened by ``Media.opened``: a rendition, or an original in its ``root``, of which
    ``as_read`` has the size (bytes) and the time of change (ns)."""

    path: bytes  # raw; that of an original is relative to its root
    root: bytes | None = None
    as_read: tuple[int, int] | None = None


class Media:
    """Opens renditions by the key of the photo (``photo_key``), and originals."""

    def __init__(self, graph: Graph, renditions: Renditions, openers: Openers) -> None:
        self._graph = graph
        self._renditions = renditions
        self._openers = openers
        self.ahead = ReadAhead(lambda photo_ids: photos.photo_keys(graph, photo_ids), self._prepare)

    def cached(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition | None:
        """Returns the rendition if it is in the cache."""
        return self._renditions.cached(photo_key, size, format)

    async def thumbnail(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition:
        """Returns a rendition. If it is in the cache, it is returned even while the original is offline.

        Raises NotFound if the photo or its file does not exist, or if the photo looks different now, RootOffline if its
        root is offline, Busy if the workers are, and the errors of decoding.
        """
        self.ahead.asked(photo_key.partition("-")[0], size, format)
        return await self._renditions.open(photo_key, size, format, lambda: self._as_read(photo_key))

    async def stand_in(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> Rendition | None:
        """Returns what the original has in place of a rendition that has to be made from it, or None. The rendition is
        made then."""
        self.ahead.asked(photo_key.partition("-")[0], size, format)
        return await self._renditions.stand_in(photo_key, size, format, lambda: self._as_read(photo_key))

    async def _prepare(self, photo_key: str, size: ThumbnailSize, format: ThumbnailFormat) -> None:
        await self._renditions.prepare(photo_key, size, format, lambda: self._as_read(photo_key))

    @asynccontextmanager
    async def opened(self, *pictures: PictureFile) -> AsyncIterator[list[int]]:
        """Opens pictures, and closes them at the end. Yields their descriptors.

        Raises Unreadable if a rendition was evicted from the cache; NotFound if an original has changed since it was
        read, RootOffline if its root is offline, and the other errors of ``open_inside``.
        """
        async with contextlib.AsyncExitStack() as closing:
            descriptors = []
            for picture in pictures:
                if picture.root is None:
                    descriptor = closing.enter_context(opened_rendition(Path(os.fsdecode(picture.path))))
                else:
                    descriptor = await self._openers.open(picture.root, picture.path)
                    closing.callback(os.close, descriptor)
                    if picture.as_read not in (None, _stamp(descriptor)):
                        raise NotFound(CHANGED)
                descriptors.append(descriptor)
            yield descriptors

    async def large(self, photo_key: str) -> PictureFile:
        """Returns the LARGE rendition, which is created if necessary, or the original if the cache has no room. Raises
        the errors of ``thumbnail``."""
        if (found := await self._renditions.large(photo_key)) is not None:
            return PictureFile(os.fsencode(found))
        size, format = ThumbnailSize.LARGE, ThumbnailFormat.JPEG
        made = await self._renditions.kept(photo_key, size, format, lambda: self._as_read(photo_key))
        return await self.original_file(photo_key) if made is None else PictureFile(os.fsencode(made))

    async def picture(self, photo_key: str, share: float) -> PictureFile:
        """Returns a picture with enough resolution for a face that takes ``share`` (0..1) of its width.

        This is the LARGE rendition or, if that is too coarse, the original. Raises the errors of ``thumbnail``.
        """
        if share * ThumbnailSize.LARGE.edge < MIN_FACE_PIXELS:
            with contextlib.suppress(NotFound, RootOffline):
                return await self.original_file(photo_key)
        return await self.large(photo_key)

    async def original_file(self, photo_key: str) -> PictureFile:
        """Returns an original that has not changed since it was read.

        Raises NotFound if there is none, RootOffline if its root is offline.
        """
        descriptor, found = await self._open(await self._alike(photo_key))
        os.close(descriptor)
        return PictureFile(found.raw, found.root_raw, (found.size, found.mtime_ns))

    async def keys(self, photo_ids: Sequence[str]) -> dict[str, str]:
        """Returns the keys of the renditions of those of the photos that exist, by their ids."""
        return await photos.photo_keys(self._graph, photo_ids)

    async def _as_read(self, photo_key: str) -> ReadOriginal:
        descriptor, found = await self._open(await self._alike(photo_key))
        return ReadOriginal(descriptor, found.size, found.mtime_ns)

    async def _alike(self, photo_key: str) -> list[PhotoSource]:
        """Returns the files of the photo that look as the key says."""
        photo_id, _, look = photo_key.partition("-")
        sources = await photos.sources(self._graph, photo_id)
        alike = [source for source in sources if (source.look or "") == look]
        if sources and not alike:
            raise NotFound("This photo looks different now. Query its address again through GraphQL.")
        return alike

    async def original(self, named: str) -> OpenOriginal:
        """Opens an original. ``named`` is the id of the photo, and the first digits of the content hash of the file
        that spoke for it when the address was made. Raises NotFound if there is none, and RootOffline if its root is
        offline."""
        photo_id, _, version = named.partition("-")
        sources = await photos.sources(self._graph, photo_id)
        meant = [source for source in sources if source.content_hash.startswith(version)]
        descriptor, found = await self._open([*meant, *(source for source in sources if source not in meant)])
        return OpenOriginal(
            lasting=bool(version) and found in meant,
            descriptor=descriptor,
            name=found.name,
            size=found.size,
            mtime_ns=found.mtime_ns,
            media_type=BY_NAME[found.format].media_type,
            etag=f'"{found.content_hash}"',
        )

    async def motion(self, photo_id: str) -> OpenOriginal:
        """Opens the moving part of a photo: the video beside its file, or a copy of the one in it.

        Raises NotFound if there is none, RootOffline if its root is offline.
        """
        sources = await photos.sources(self._graph, photo_id)
        for source in sources:
            if source.video is not None:
                with contextlib.suppress(NotFound):
                    return _video(await self._openers.open(source.root_raw, source.video), source.video)
        within = [source for source in sources if source.motion is not None]
        if sources and not within:
            raise NotFound("This photo has no moving part.")
        descriptor, found = await self._open(within)
        try:
            return await asyncio.to_thread(_video_within, descriptor, found)
        finally:
            os.close(descriptor)

    async def _open(self, sources: Sequence[PhotoSource]) -> tuple[int, PhotoSource]:
        """Opens the first of the files that exists and has not changed since it was read."""
        offline = False
        for source in sources:
            try:
                descriptor = await self._openers.open(source.root_raw, source.raw)
            except RootOffline:
                offline = True
                continue
            except PhotosGraphError:
                offline = offline or not source.online
                continue
            if _stamp(descriptor) == (source.size, source.mtime_ns):
                return descriptor, source
            os.close(descriptor)
        if offline or await self._is_any_root_offline(sources):
            raise RootOffline(
                "The root that contains this photo is offline. The photo is served again when the root is back."
            )
        if sources:
            raise NotFound(CHANGED)
        raise NotFound("There is no such photo.")

    async def _is_any_root_offline(self, sources: Sequence[PhotoSource]) -> bool:
        """Checks the roots themselves, because the poll notices an empty mount point only after a while."""
        paths = {source.root_raw for source in sources}
        roots = [root for root in await folders.roots(self._graph) if root.raw_path in paths]
        return any([(await refreshed(root)).state is RootState.OFFLINE for root in roots])


def _video(descriptor: int, path: bytes) -> OpenOriginal:
    name = display(path.rpartition(b"/")[2])
    found = os.fstat(descriptor)
    return OpenOriginal(
        descriptor=descriptor,
        name=name,
        size=found.st_size,
        mtime_ns=mtime_ns(found),
        media_type=QUICKTIME if name.lower().endswith(".mov") else MP4,
        etag=f'"{found.st_size:x}-{mtime_ns(found):x}"',
        lasting=False,
    )


def _video_within(descriptor: int, source: PhotoSource) -> OpenOriginal:
    """Copies the video in a file to a file without a name, from which ranges can be served."""
    start, length = source.motion or (0, 0)
    with tempfile.TemporaryFile() as copy:
        os.lseek(descriptor, start, os.SEEK_SET)
        with os.fdopen(os.dup(descriptor), "rb") as original:
            while length > 0 and (chunk := original.read(min(length, COPY_BYTES))):
                copy.write(chunk)
                length -= len(chunk)
        copy.flush()
        size = copy.tell()
        held = os.dup(copy.fileno())
    os.lseek(held, 0, os.SEEK_SET)
    name = f"{source.name.rpartition('.')[0]}.mp4"
    return OpenOriginal(held, name, size, source.mtime_ns, MP4, f'"{source.content_hash}-motion"', lasting=False)


def _stamp(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_size, mtime_ns(found)
