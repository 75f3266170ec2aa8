"""Work for which several clients wait. Each of them may disconnect before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from photos_graph.errors import Unavailable
from photos_graph.workers.turns import Priority


class Flight:
    """A rendition that is being made, and the clients that wait for it. A client that joins late gets all bytes from
    the first."""

    def __init__(self, priority: Priority = Priority.INTERACTIVE) -> None:
        self.priority = priority
        self.began = False  # whether a worker has taken it
        self.task: asyncio.Task[None] | None = None
        self.abandoned = False
        self.lasting = True  # must be set before the first bytes
        self._chunks: list[bytes] = []
        self._waiting = 0
        self._ended = False
        self._error: BaseException | None = None
        self._news = asyncio.Event()

    @property
    def started(self) -> bool:
        return bool(self._chunks)

    def data(self) -> bytes:
        return b"".join(self._chunks)

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._notify()

    def end(self, error: BaseException | None = None) -> None:
        self._ended, self._error = True, error
        self._notify()

    def _notify(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def join(self) -> Callable[[], None]:
        """Adds a client. Returns the function that removes it again. When the last client leaves, the work stops."""
        self._waiting += 1
        left = False

        def leave() -> None:
            nonlocal left
            if left:
                return
            left = True
            self._waiting -= 1
            if not self._waiting and not self._ended and self.task:
                self.give_up()

        return leave

    def give_up(self) -> None:
        """Stops the work, so that those who wait have to ask again."""
        self.abandoned = True
        if self.task:
            self.task.cancel()

    async def first(self) -> None:
        """Waits for the first bytes. Raises the error if the work failed before them."""
        while not self._chunks and not self._ended:
            await self._news.wait()
        if self._error is not None and not self._chunks:
            raise self._raised()

    async def follow(self, leave: Callable[[], None]) -> AsyncGenerator[bytes]:
        """Yields all chunks, from the first to the last. Raises the error that ended the work."""
        try:
            at = 0
            while True:
                while at < len(self._chunks):
                    yield self._chunks[at]
                    at += 1
                if self._ended:
                    break
                await self._news.wait()
            if self._error is not None:
                raise self._raised()
        finally:
            leave()

    def _raised(self) -> BaseException:
        if isinstance(self._error, Exception):
            return self._error
        return Unavailable("The service is shutting down.")
