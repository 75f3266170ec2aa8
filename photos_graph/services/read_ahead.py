"""Makes the pictures of the next page of a list while somebody looks at this one.

If renditions have to be made from originals, on a drive that may be slow, a person who scrolls would wait at each page.
So as soon as a picture of a page is asked for that is not in the cache, those of the next page are made as well, one at
a time, while no other rendition is under way. Only the page that was looked at last is followed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from photos_graph.errors import PhotosGraphError
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize

PAGES = 8  # whose photos are remembered until one of their pictures is asked for


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    ids: frozenset[str]
    following: Callable[[], Sequence[str]]


class ReadAhead:
    def __init__(
        self,
        keys: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
        prepare: Callable[[str, ThumbnailSize, ThumbnailFormat], Awaitable[None]],
    ) -> None:
        """``keys`` returns the keys of the renditions of photos, and ``prepare`` makes one, unless it is there."""
        self._keys = keys
        self._prepare = prepare
        self._pages: deque[_Page] = deque(maxlen=PAGES)
        self._task: asyncio.Task[None] | None = None

    def shown(self, photo_ids: Sequence[str], following: Callable[[], Sequence[str]]) -> None:
        """Remembers a page that a client got. ``following`` returns the photos of the next page."""
        self._pages.append(_Page(frozenset(photo_ids), following))

    def asked(self, photo_id: str, size: RenditionSize, format: ThumbnailFormat) -> None:
        """A picture was asked for that is not in the cache. The first one of a page begins the pictures of the next."""
        with_it = [page for page in self._pages if photo_id in page.ids]
        if not with_it or not isinstance(size, ThumbnailSize):
            return
        for page in with_it:
            self._pages.remove(page)
        self._stop()
        self._task = asyncio.create_task(self._make(with_it[-1], size, format))

    async def close(self) -> None:
        self._stop()
        if self._task is not None:
            await asyncio.wait([self._task])

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _make(self, page: _Page, size: ThumbnailSize, format: ThumbnailFormat) -> None:
        with contextlib.suppress(PhotosGraphError):  # who asks for the page, or for a picture in it, is told
            photo_ids = page.following()
            keys = await self._keys(photo_ids)
            for photo_id in photo_ids:
                if photo_id in keys:
                    await self._prepare(keys[photo_id], size, format)
