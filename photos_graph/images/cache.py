"""The cache of renditions on disk. Its size in bytes is limited, and the least recently used renditions are removed
first.

Files are named ``<folder>/ab/<photo id>.<SIZE>.<jpg|webp|avif>``, where a face has its box instead of a size. Several
processes may use one folder: a file that another process added is found by its name, and one that it removed is dropped
from the list. Files are complete, because they are written under temporary names and then renamed; the next start
removes temporary files that remained. What becomes of them later is found out when they are read, by their seals
(``sealing``): a damaged file is deleted, and its rendition is made again.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from photos_graph.disk_space import DiskSpace
from photos_graph.errors import Unreadable
from photos_graph.images.sealing import read_picture, sealed
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.images import ThumbnailFormat

SUFFIXES = {ThumbnailFormat.JPEG: "jpg", ThumbnailFormat.WEBP: "webp", ThumbnailFormat.AVIF: "avif"}
LARGE_FORMATS = (ThumbnailFormat.JPEG, ThumbnailFormat.WEBP)  # formats in which a scan stores the LARGE rendition
TOUCH_SECONDS = 3600  # how far the time of the last use on disk may lag behind
LOAD_SECONDS = 600  # how long files of other processes may remain uncounted
SWEEP_SECONDS = 3600  # age from which a temporary file counts as left behind by a crashed process
TRIM_SHARE = 0.95  # share of the limit to which the cache is trimmed, so that not every put has to trim

_PHOTO_KEY = re.compile(r"[0-9a-f]{32}(-[0-9a-f]{8})?")
_FILE_NAME = re.compile(rf"{_PHOTO_KEY.pattern}\.[A-Z]+(-[0-9A-F]{{16}})?\.({'|'.join(SUFFIXES.values())})")


@dataclass(frozen=True, slots=True)
class Cached:
    """A cached rendition, with the size of its file in bytes."""

    path: Path
    byte_size: int


@contextmanager
def opened_rendition(path: Path) -> Iterator[int]:
    """Opens a file of the cache for a worker. Raises Unreadable if it was evicted, or is no file of ours."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror}.", stage="read") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class _Entry:
    byte_size: int
    used_at: float  # seconds since the epoch, as on disk


class RenditionCache:
    """A cache that several threads may use. ``get`` takes one ``stat``. The other methods must be called in a
    thread."""

    def __init__(self, folder: Path, max_bytes: int, space: DiskSpace | None = None) -> None:
        """Keeps nothing more while the disk has less room than ``space`` keeps free."""
        self._space = space or DiskSpace(0)
        self._folder = folder
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()  # by name, least recently used first
        self._bytes = 0
        self._loaded_at = self._loaded = float("-inf")  # by the clock on the wall, and by one that is never set
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    @property
    def byte_size(self) -> int:
        """The total size of the files that this process knows."""
        return self._bytes

    def load(self) -> None:
        """Reads the folder, counts its files, and removes temporary files of crashed processes. It is too slow for a
        request."""
        if not self._loading.acquire(blocking=False):
            return  # another thread is loading
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = sorted(self._walk(), key=lambda item: item[1].used_at)
            with self._lock:
                # Entries of files that were added or used during the walk are newer than those it found.
                known, self._entries = self._entries, OrderedDict(found)
                for name, entry in known.items():
                    if entry.used_at > self._loaded_at:
                        self._entries[name] = entry
                        self._entries.move_to_end(name)
                self._bytes = sum(entry.byte_size for entry in self._entries.values())
                self._loaded_at, self._loaded = time.time(), time.monotonic()
        finally:
            self._loading.release()
        self._trim()

    def get(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> Cached | None:
        """Returns the cached rendition, or None. Marks it as used."""
        name = file_name(photo_key, size, format)
        path = self._path(name)
        try:
            status = path.stat()
        except FileNotFoundError:
            self._forget(name)
            return None
        if not status.st_size:
            self.remove(photo_key, size, format)
            return None
        self._used(name, status.st_size, status.st_mtime)
        return Cached(path, status.st_size)

    def whole(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> Cached | None:
        """Returns the cached rendition as ``get`` does, or None if it is damaged. It reads the file, so call it in a
        thread."""
        found = self.get(photo_key, size, format)
        if found is not None:
            try:
                read_picture(found.path)
            except FileNotFoundError:
                return self.get(photo_key, size, format)
        return found

    def put(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat, data: bytes) -> None:
        """Stores ``data``, unless it exceeds the limit of the cache, or the disk has little room. Raises OSError if it
        cannot be written."""
        content = sealed(data)
        if len(content) > self._max_bytes or self._space.is_low(self._folder):
            return
        name = file_name(photo_key, size, format)
        path = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)  # mkdir applies its mode to the last folder only
        temporary = path.with_name(f".{name}.{secrets.token_hex(8)}")
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:  # noqa: PTH123
                file.write(content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        with self._lock:
            self._record(name, _Entry(len(content), time.time()))
        if time.monotonic() - self._loaded > LOAD_SECONDS:
            self.load()
        self._trim()

    def remove(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> None:
        name = file_name(photo_key, size, format)
        self._path(name).unlink(missing_ok=True)
        self._forget(name)

    def _walk(self) -> list[tuple[str, _Entry]]:
        found = []
        for shard in _entries(self._folder):
            for file in _entries(Path(shard.path)) if shard.is_dir(follow_symlinks=False) else ():
                with suppress(FileNotFoundError):
                    status = file.stat(follow_symlinks=False)
                    if not file.name.startswith("."):
                        found.append((file.name, _Entry(status.st_size, status.st_mtime)))
                    elif time.time() - status.st_mtime > SWEEP_SECONDS:
                        Path(file.path).unlink()
        return found

    def _used(self, name: str, byte_size: int, used_at: float) -> None:
        now = time.time()
        if abs(now - used_at) > TOUCH_SECONDS:  # a time in the future is that of a clock that was set back
            with suppress(OSError):
                os.utime(self._path(name))
            used_at = now
        with self._lock:
            self._record(name, _Entry(byte_size, used_at))

    def _record(self, name: str, entry: _Entry) -> None:
        known = self._entries.pop(name, None)
        self._bytes += entry.byte_size - (known.byte_size if known else 0)
        self._entries[name] = entry

    def _forget(self, name: str) -> None:
        with self._lock:
            known = self._entries.pop(name, None)
            self._bytes -= known.byte_size if known else 0

    def _trim(self) -> None:
        if self._bytes <= self._max_bytes:
            return
        while True:
            with self._lock:
                if self._bytes <= self._max_bytes * TRIM_SHARE or not self._entries:
                    return
                name, entry = self._entries.popitem(last=False)
                self._bytes -= entry.byte_size
            with suppress(FileNotFoundError):
                path = self._path(name)
                if path.stat().st_mtime > entry.used_at + 1:  # another process uses it
                    with self._lock:
                        self._record(name, _Entry(entry.byte_size, path.stat().st_mtime))
                else:
                    path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def file_name(photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> str:
    if not _PHOTO_KEY.fullmatch(photo_key):
        raise ValueError("a key of a photo is 32 hexadecimal digits, and 8 for its look")
    return f"{photo_key}.{size}.{SUFFIXES[format]}"


def is_file_name(text: str) -> bool:
    """Returns whether ``file_name`` may have returned this."""
    return _FILE_NAME.fullmatch(text) is not None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
