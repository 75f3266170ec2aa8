"""Turns of the writers of one embedded engine, within a process and between processes.

Two transactions that write one node would collide, and the second would be repeated. So writers take turns. Those of
several processes do so by a file that one of them has locked. To lock it, a writer first locks the queue, and leaves it
when it has the file: otherwise a process with many writers would never let another one in.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

POLL_SECONDS = 0.002
LONGEST_SECONDS = 10.0  # that a writer waits for other processes, one of which may hang


class WriterTurns:
    """``folder`` is the data directory of the engine. Without it, only the writers of this process take turns."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, patience: float) -> AsyncIterator[None]:
        """Waits for the other writers. Raises TimeoutError if those of this process take longer than ``patience``
        seconds.

        A writer that has waited long for another process goes on without a turn. The engine then repeats what collides.
        """
        # wait_for would lose a cancellation that arrives with the lock (fixed in Python 3.12).
        async with asyncio.timeout(patience):
            await self._lock.acquire()
        try:
            with ExitStack() as held:
                if self._folder is not None:
                    await self._take_file(self._folder, held)
                yield
        finally:
            self._lock.release()

    async def _take_file(self, folder: Path, held: ExitStack) -> None:
        with suppress(OSError, TimeoutError), ExitStack() as queued:  # OSError: the disk is read-only or gone
            async with asyncio.timeout(LONGEST_SECONDS):
                await _locked(folder / "writers.queue", queued)
                await _locked(folder / "writers.lock", held)


async def _locked(path: Path, held: ExitStack) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    held.callback(os.close, descriptor)
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        await asyncio.sleep(POLL_SECONDS)
