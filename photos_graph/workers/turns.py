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
    """Lets at most ``places`` callers run, and one more that is soon done, so that it never waits for long work alone.
    The others wait by priority, and then in order of arrival."""

    def __init__(self, places: int, queue: int) -> None:
        self._running = 0
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
        if self._has_place(priority):
            self._running += 1
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
        self._running -= 1
        while self._waiting:
            priority, _, place = self._waiting[0]
            if not place.done():
                if not self._has_place(Priority(priority)):
                    return
                self._running += 1
                place.set_result(None)
            heapq.heappop(self._waiting)

    def _has_place(self, priority: Priority) -> bool:
        return self._running < self._places + (priority is Priority.AT_ONCE)
