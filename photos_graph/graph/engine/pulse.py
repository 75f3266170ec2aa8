"""Whether the engine answers. It is asked twice a second, on a connection of its own.

A lost connection alone says nothing: the engine may have closed it long ago. And an engine that hangs loses none. So
calls that wait for the engine are told when it stops answering.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from photos_graph.errors import EngineUnavailable

INTERVAL_SECONDS = 0.5  # between two questions
SLICE_SECONDS = 0.5
CLOSE_SECONDS = 1.0
AWAY = "The graph engine does not answer at the moment. Try again later."


class Pulse:
    """``ask`` returns if the engine answers, and raises any error otherwise. An engine that takes longer than
    ``silence`` seconds does not answer. Call ``start`` and ``close`` once."""

    def __init__(self, ask: Callable[[], Awaitable[None]], silence: float) -> None:
        self.answers = True
        self._ask = ask
        self._slices = max(round(silence / SLICE_SECONDS), 1)
        self._limits: dict[asyncio.Timeout, float] = {}
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="pulse of the graph engine")

    async def close(self) -> None:
        """Waits a moment for the question that is under way, because a connection that is cancelled while it opens
        stays open in the driver."""
        if self._task is not None:
            self._closing.set()
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def limit(self, patience: float) -> AsyncIterator[None]:
        """Ends the block if the engine has not answered for ``patience`` seconds, or before it starts if these are none
        and the engine does not answer now. Raises EngineUnavailable then."""
        if not (self.answers or patience):
            raise EngineUnavailable(AWAY)
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._limits[limit] = patience
                self._set(limit)
                try:
                    yield
                finally:
                    del self._limits[limit]
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise EngineUnavailable(AWAY) from error

    async def _watch(self) -> None:
        while not self._closing.is_set():
            answers = await self._asked()
            if answers is not self.answers:
                self.answers = answers
                for limit in self._limits:
                    self._set(limit)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_SECONDS):
                    await self._closing.wait()

    def _set(self, limit: asyncio.Timeout) -> None:
        if not limit.expired():
            limit.reschedule(None if self.answers else asyncio.get_running_loop().time() + self._limits[limit])

    async def _asked(self) -> bool:
        """Returns whether the engine answers. The time counts in slices, so that the engine is not mistaken for silent
        when this process itself was busy for seconds."""
        asking = asyncio.ensure_future(self._ask())
        try:
            for _ in range(self._slices):
                await asyncio.wait({asking}, timeout=SLICE_SECONDS)
                if asking.done():
                    return asking.exception() is None
            return False
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
