"""Renditions that several services share, each of which is made by one of them.

Who makes a rendition from an original holds a claim, a file beside the place of the rendition, and renews it while the
work lasts. The others wait for the rendition. A claim that nobody renews belongs to a service that died, and is taken
away. No clocks of two machines are compared: a service measures by its own clock how long a claim stays as it is.

A claim only saves work. If two services should hold one at a time, both write the same picture (decision 0070).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from photos_graph.images.cache import file_name, is_file_name
from photos_graph.images.sealing import picture_in, sealed
from photos_graph.images.shared_place import PATIENCE_SECONDS, SharedPlace
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.images import ThumbnailFormat

Key = tuple[str, RenditionSize, ThumbnailFormat]  # the key of the photo, and what is made of it

T = TypeVar("T")

RENEW_SECONDS = 2.0  # between two signs of life of who makes a rendition
STALE_SECONDS = 6.0  # without one, after which a claim is taken away
POLL_SECONDS = 0.05  # the first pause of who waits, which grows
LONGEST_POLL_SECONDS = 0.5
CLAIM = ".claim"  # the end of the name of a claim, which begins like that of the rendition
OFFERS = 16  # renditions that are on their way to the place while others are made
TRIM_SECONDS = 6 * 3600.0


class SharedRenditions:
    """``clock`` measures seconds. Call ``close`` once."""

    def __init__(
        self, place: SharedPlace, max_bytes: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._place = place
        self._max_bytes = max_bytes
        self._clock = clock
        self._endings: set[asyncio.Task[Any]] = set()

    async def get(self, key: Key) -> bytes | None:
        """Returns the rendition, or None if there is none, or if it is damaged or still being written."""
        content = await self._place.read(_path(key))
        return None if content is None else picture_in(content)

    async def put(self, key: Key, data: bytes) -> None:
        await self._place.write(_path(key), sealed(data))

    async def offer(self, key: Key, data: bytes) -> None:
        """Puts the rendition there while the caller goes on. Waits only if many others are on their way."""
        if len(self._endings) >= OFFERS:
            await asyncio.wait(self._endings, return_when=asyncio.FIRST_COMPLETED)
        self._in_background(self.put(key, data))

    @asynccontextmanager
    async def making(self, key: Key) -> AsyncIterator[bytes | None]:
        """Yields the rendition if another service has made it, and waits for one that does. Yields None if the caller
        has to make it, which no other service does until the block ends."""
        claim = _path(key) + CLAIM
        while True:
            claimed = await self._claimed(claim)
            if claimed:
                break
            made = await self._awaited(key, claim) if claimed is False else None
            if made is not None or claimed is None:
                yield made
                return
        ended = asyncio.Event()
        renewing = asyncio.create_task(self._keep_renewing(claim, ended))
        try:
            yield await self.get(key)  # who held the claim before may have just put it there
        finally:
            ended.set()
            self._in_background(self._released(claim, renewing))

    async def keep_trimming(self) -> None:
        """Keeps the place within its limit. Returns only if it has none."""
        await self._place.look()
        while self._max_bytes is not None:
            await self._place.trim(self._max_bytes, _is_ours)
            await asyncio.sleep(TRIM_SECONDS)

    async def close(self) -> None:
        if self._endings:
            await asyncio.wait(self._endings, timeout=PATIENCE_SECONDS)

    async def _awaited(self, key: Key, claim: str) -> bytes | None:
        """Waits for the rendition that another service makes. Returns None once nobody holds the claim."""
        seen, since, pause = b"", self._clock(), POLL_SECONDS
        while True:
            if (made := await self.get(key)) is not None:
                return made
            mark = await self._place.read(claim)
            if mark is None:
                return None
            if mark != seen:
                seen, since = mark, self._clock()
            elif self._clock() - since > STALE_SECONDS:
                await self._place.remove(claim)
                return None
            await asyncio.sleep(pause)
            pause = min(1.5 * pause, LONGEST_POLL_SECONDS)

    async def _claimed(self, claim: str) -> bool | None:
        """Returns whether the claim is ours, or None if the place cannot be used. If the caller stops waiting, none is
        left behind."""
        creating = self._in_background(self._place.create(claim, _mark()))
        try:
            return await asyncio.shield(creating)
        except asyncio.CancelledError:
            self._in_background(self._released(claim, creating))
            raise

    async def _released(self, claim: str, writing: asyncio.Task[Any]) -> None:
        """Removes the claim once nothing writes it any more."""
        await asyncio.wait({writing})
        if writing.result() is not False:
            await self._place.remove(claim)

    async def _keep_renewing(self, claim: str, ended: asyncio.Event) -> None:
        while not ended.is_set():
            try:
                async with asyncio.timeout(RENEW_SECONDS):
                    await ended.wait()
            except TimeoutError:
                await self._place.write(claim, _mark())

    def _in_background(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)
        return task


def _mark() -> bytes:
    return secrets.token_hex(16).encode()


def _path(key: Key) -> str:
    name = file_name(*key)
    return f"{name[:2]}/{name}"


def _is_ours(name: str) -> bool:
    folder, _, file = name.partition("/")
    return file.startswith(folder) and len(folder) == 2 and is_file_name(file.removesuffix(CLAIM))
