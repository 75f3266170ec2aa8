"""Opens the files of roots in threads, since a network folder may answer late, or never."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from photos_graph.errors import RootOffline
from photos_graph.paths import open_inside

T = TypeVar("T")

THREADS = 4  # per root
OPEN_SECONDS = 30  # a sleeping disk needs ten to spin up


class Openers:
    """Opens files of roots. Each root has its own threads: if its network folder hangs, they are blocked, but no others
    are."""

    def __init__(self, follow_symlinks: bool) -> None:
        self.follow_symlinks = follow_symlinks
        self._threads: dict[bytes, ThreadPoolExecutor] = {}

    def close(self) -> None:
        """Stops the threads without waiting for those that are blocked."""
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)

    async def open(self, root: bytes, path: bytes) -> int:
        """Opens a file in a root, and returns its descriptor, which the caller must close. Raises the errors of
        ``open_inside``, and RootOffline if the root does not answer in time."""
        return await self.run(root, lambda: open_inside(root, path, follow_symlinks=self.follow_symlinks), _close)

    async def run(self, root: bytes, work: Callable[[], T], undo: Callable[[T], None]) -> T:
        """Does ``work``, which opens files, in a thread of the root. Calls ``undo`` with the result if its caller has
        given up waiting by then. Raises what it raises, and RootOffline if the root does not answer in time."""
        if root not in self._threads:
            self._threads[root] = ThreadPoolExecutor(THREADS, "originals")
        opening = self._threads[root].submit(work)

        def given_up(opening: Future[T]) -> None:
            if not opening.cancelled() and opening.exception() is None:
                undo(opening.result())

        try:
            async with asyncio.timeout(OPEN_SECONDS):
                return await asyncio.wrap_future(opening)
        except TimeoutError:
            opening.add_done_callback(given_up)
            raise RootOffline("The root that contains this photo does not answer. Try again later.") from None
        except asyncio.CancelledError:
            opening.add_done_callback(given_up)
            raise


def _close(descriptor: int) -> None:
    with suppress(OSError):
        os.close(descriptor)
