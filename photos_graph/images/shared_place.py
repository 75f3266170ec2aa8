"""Files in a place that several services share, which fsspec opens: a folder, a bucket of S3, a WebDAV server.

The service never depends on it: what is asked of a place that cannot be used, or does not answer in time, is answered
as if nothing were there, and the place is left alone for a while. Calls run in threads that nobody waits for at the
end, since a mounted folder whose server is gone does not even let go of a thread that is to stop.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

T = TypeVar("T")
FileSystem = Any  # of fsspec, most of which has no types

PATIENCE_SECONDS = 5.0  # until a call counts as one that is not answered
REST_SECONDS = 30.0  # until a place that could not be used is tried again
AT_ONCE = 16  # calls, so that no more threads than these hang
LISTING_SECONDS = 600.0  # for what lists the whole place


class SharedPlace:
    """Files by their names, which have one folder: ``ab/name``."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._opening = threading.Lock()
        self._opened: tuple[FileSystem, str] | None = None
        self._free = asyncio.Semaphore(AT_ONCE)
        self._resting_until = float("-inf")
        self._said: str | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the place could not be used, and is left alone at the moment."""
        return self._clock() < self._resting_until

    async def read(self, name: str) -> bytes | None:
        """Returns the content of a file, or None if there is none."""

        def work(system: FileSystem, root: str) -> bytes | None:
            try:
                return bytes(system.cat_file(f"{root}/{name}"))
            except FileNotFoundError:
                return None

        return await self._call(work)

    async def write(self, name: str, content: bytes) -> None:
        """Writes a file, or replaces it. Who reads it at that moment may get a part of it."""
        await self._call(lambda system, root: _write(system, root, name, content, "wb"))

    async def create(self, name: str, content: bytes) -> bool | None:
        """Writes a file unless there is one. Returns whether it did, or None if the place cannot be used."""

        def work(system: FileSystem, root: str) -> bool:
            try:
                _write(system, root, name, content, "xb")
            except FileExistsError:
                return False
            return True

        return await self._call(work)

    async def remove(self, name: str) -> None:
        def work(system: FileSystem, root: str) -> None:
            with suppress(FileNotFoundError):
                system.rm_file(f"{root}/{name}")

        await self._call(work)

    async def look(self) -> None:
        """Tries the place, so that the log says at the start if it cannot be used."""
        name = "00/look"
        await self.write(name, b"")
        await self.remove(name)

    async def trim(self, max_bytes: int, is_ours: Callable[[str], bool]) -> None:
        """Removes the files that were written first until the others have at most ``max_bytes``. Files whose names are
        not ours do not count and stay, since somebody may have named a folder that has other files."""
        await self._call(lambda system, root: _trim(system, root, max_bytes, is_ours), LISTING_SECONDS)

    async def _call(self, work: Callable[[FileSystem, str], T], patience: float | None = None) -> T | None:
        """Returns what ``work`` returns, or None if the place cannot be used."""
        if self.is_lost:
            return None
        try:
            async with asyncio.timeout(patience or PATIENCE_SECONDS):
                await self._free.acquire()
                found = await self._in_a_thread(work)
        except TimeoutError:
            self._rest("it does not answer")
        except Exception as error:  # whatever a file system of fsspec raises
            log.info("The shared place of pictures fails.", exc_info=True)
            self._rest(_reason(error))
        else:
            if self._said is not None:
                log.info("The shared place of pictures at %s is used again.", self._shown)
                self._said = None
            return found
        return None

    async def _in_a_thread(self, work: Callable[[FileSystem, str], T]) -> T | None:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T | None] = loop.create_future()

        def run() -> None:
            found, error = None, None
            try:
                found = work(*self._system())
            except Exception as raised:
                error = raised
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, found, error)

        def end(found: T | None, error: Exception | None) -> None:
            self._free.release()
            if not answer.done():
                answer.set_exception(error) if error is not None else answer.set_result(found)

        threading.Thread(target=run, name="shared place", daemon=True).start()
        return await answer

    def _system(self) -> tuple[FileSystem, str]:
        with self._opening:
            if self._opened is None:
                from fsspec.core import url_to_fs

                system, root = url_to_fs(self._url)
                self._opened = system, root.rstrip("/")
            return self._opened

    def _rest(self, reason: str) -> None:
        self._resting_until = self._clock() + REST_SECONDS
        if reason != self._said:
            log.warning(
                "The shared place of pictures at %s cannot be used: %s. The service makes all pictures by itself, and "
                "looks again every %d seconds. Check images.shared_cache_url (PHOTOS_IMAGES__SHARED_CACHE_URL): the "
                "folder or bucket must be there, and this service must be allowed to write to it.",
                self._shown,
                reason,
                REST_SECONDS,
            )
            self._said = reason

    @property
    def _shown(self) -> str:
        """The address without a password."""
        parts = urlsplit(self._url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _write(system: FileSystem, root: str, name: str, content: bytes, mode: str) -> None:
    try:
        with system.open(f"{root}/{name}", mode) as file:
            file.write(content)
    except FileNotFoundError:
        # The folder above is never made: it may be one on which nothing is mounted at the moment.
        with suppress(FileExistsError):
            system.mkdir(f"{root}/{name.partition('/')[0]}", create_parents=False)
        with system.open(f"{root}/{name}", mode) as file:
            file.write(content)


def _trim(system: FileSystem, root: str, max_bytes: int, is_ours: Callable[[str], bool]) -> None:
    system.invalidate_cache()
    everything = system.find(root, detail=True).values()
    found = sorted((each for each in everything if is_ours(_two_last(each["name"]))), key=_written_at)
    total = sum(each["size"] for each in found)
    for each in found:
        if total <= max_bytes:
            return
        with suppress(FileNotFoundError):  # another service removes the same
            system.rm_file(each["name"])
        total -= each["size"]


def _two_last(path: str) -> str:
    """Returns the end of a path that has the form of our names."""
    return "/".join(path.rsplit("/", 2)[-2:])


def _written_at(info: dict[str, Any]) -> float:
    """Returns when a file was written, which each file system calls otherwise."""
    at = next((info[name] for name in ("mtime", "LastModified", "created") if name in info), 0.0)
    return float(at.timestamp() if hasattr(at, "timestamp") else at)


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == "fsspec":
        return "fsspec is not installed (photos-graph[fsspec])"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".") or "its file system gave no reason"
