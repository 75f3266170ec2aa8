"""Who works next: a bounded semaphore with priorities."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum

from photos_graph.errors import Busy

MAX_RETRY_SECONDS = 30


class Priority(IntEnum):
    AT_ONCE = 0  # a person waits for it, and it is soon done
    INTERACTIVE = 1  # a person waits for it
    BACKGROUND = 2  # a scan
    LATER = 3  # it may be asked for


class Turns:
    """Lets at most ``places`` callers run. The others wait by priority, and then in order of arrival."""

    def __init__(self, places: int, queue: int) -> None:
        self._free = places
        self._places = places
        self._queue = queue
        self._order = itertools.count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._turn_seconds = 0.2  # moving average

    def waiting(self, priority: Priority) -> int:
        return sum(1 for waits_at, _, place in self._waiting if waits_at == priority and not place.done())

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncIterator[None]:
        await self._enter(priority)
        started = time.monotonic()
        try:
            yield
        finally:
            self._turn_seconds += 0.1 * (time.monotonic() - started - self._turn_seconds)
            self._leave()

    async def _enter(self, priority: Priority) -> None:
        if self._free:
            self._free -= 1
            return
        waiting = self.waiting(priority)
        if waiting >= self._queue:
            seconds = math.ceil(waiting * self._turn_seconds / self._places)
            raise Busy(
                "Too many pictures are requested at once. Try again in a moment.",
                retry_after=min(max(seconds, 1), MAX_RETRY_SECONDS),
            )
        place = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # the turn came in the same instant
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            _, _, place = heapq.heappop(self._waiting)
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
