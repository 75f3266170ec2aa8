"""Shows a folder of this machine as a drive in a network would: ``python -m benchmarks.slow_file_system FOLDER MOUNT``.

Each operation takes MILLISECONDS longer than the disk does, and all reads share BYTES_PER_SECOND. A line on standard
input asks for what was counted since the line before, which is printed as JSON.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import mfusepy

MILLISECONDS = 5
BYTES_PER_SECOND = 100_000_000
THREADS = 64  # operations that the drive does at the same time
STATUS = ("st_mode", "st_ino", "st_nlink", "st_uid", "st_gid", "st_size")


class SlowFileSystem:
    """Can only be read. Waits before each operation for which a program waits, and counts it."""

    use_ns = True

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._free_at = 0.0
        self._operations: Counter[str] = Counter()
        self._opened: Counter[str] = Counter()
        self._bytes: dict[str, int] = defaultdict(int)

    def report(self) -> str:
        with self._lock:
            counted = {"operations": self._operations, "opened": self._opened, "bytes": self._bytes}
            text = json.dumps(counted)
            self._operations, self._opened, self._bytes = Counter(), Counter(), defaultdict(int)
        return text

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        self._wait("stat")
        found = os.lstat(self._folder + path)
        times = {name: getattr(found, f"{name}_ns") for name in ("st_atime", "st_mtime", "st_ctime")}
        return {name: getattr(found, name) for name in STATUS} | times

    def opendir(self, path: str) -> int:
        self._wait("opendir")
        return 0

    def readdir(self, path: str, fh: int) -> Iterator[tuple[str, dict[str, int], int]]:
        self._wait("readdir")
        with os.scandir(self._folder + path) as entries:  # as drives do, it tells what is a folder, and no more
            for entry in entries:
                kind = 0o040000 if entry.is_dir(follow_symlinks=False) else 0o100000
                yield entry.name, {"st_mode": kind, "st_ino": entry.inode()}, 0

    def open(self, path: str, flags: int) -> int:
        self._wait("open")
        if flags & os.O_ACCMODE != os.O_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        descriptor = os.open(self._folder + path, os.O_RDONLY)
        with self._lock:
            self._opened[path] += 1
        return descriptor

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        self._wait("read")
        data = os.pread(fh, size, offset)
        with self._lock:
            self._bytes[path] += len(data)
            self._free_at = max(self._free_at, time.monotonic()) + len(data) / BYTES_PER_SECOND
            sent = self._free_at
        time.sleep(max(0.0, sent - time.monotonic()))
        return data

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def _wait(self, operation: str) -> None:
        with self._lock:
            self._operations[operation] += 1
        time.sleep(MILLISECONDS / 1000)


def main(folder: str, mount: str) -> None:
    drive = SlowFileSystem(folder)

    def answer() -> None:
        for _ in sys.stdin:
            print(drive.report(), flush=True)

    threading.Thread(target=answer, daemon=True).start()
    mfusepy.FUSE(drive, mount, foreground=True, ro=True, use_ino=True, max_threads=THREADS, max_idle_threads=THREADS)


if __name__ == "__main__":
    main(*sys.argv[1:])
