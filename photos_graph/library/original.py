"""Reads an original once: its bytes, their hash, and proof that they did not change during the read."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass

import numpy as np

from photos_graph.errors import OverLimit, StillWritten, Unreadable
from photos_graph.paths import expect_whole, inode, mtime_ns

_CHUNK = (
    4 * 1024 * 1024
)  # bytes: large enough for a NAS to stream, small enough to be hashed while still in the processor's cache


@dataclass(frozen=True, slots=True)
class OriginalBytes:
    """``data`` is read-only and shared: slice it or hand it to a decoder, but do not copy it."""

    data: memoryview
    sha256: str  # 64 hex digits
    size: int  # bytes
    mtime_ns: int
    inode: int


def read_original(descriptor: int, max_bytes: int) -> OriginalBytes:
    """Reads the file behind ``descriptor`` once, from start to end. Leaves it open.

    Raises OverLimit, before it reads, if the file is larger than ``max_bytes``; StillWritten if its size or time
    changed during the read; Unreadable if it is empty or the disk reports an error. All have the stage ``read``.
    """
    try:
        before = os.fstat(descriptor)
        if before.st_size > max_bytes:
            raise OverLimit(f"{before.st_size:,} bytes are more than the {max_bytes:,} allowed.", stage="read")
        data, sha256 = _read(descriptor, before.st_size)
        after = os.fstat(descriptor)
    except OSError as error:
        raise Unreadable(f"It cannot be read: {error.strerror}.", stage="read") from error
    if (len(data), before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise StillWritten("It changed while it was being read.", stage="read")
    if not data:
        raise Unreadable("The file is empty.", stage="read")
    return OriginalBytes(data, sha256, after.st_size, mtime_ns(after), inode(after))


def _read(descriptor: int, size: int) -> tuple[memoryview, str]:
    buffer = np.empty(size, np.uint8).data  # a bytearray would be filled with zeros first
    digest, filled = hashlib.sha256(), 0
    expect_whole(descriptor)
    with io.FileIO(descriptor, closefd=False) as file:
        file.seek(0)
        while filled < size:
            count = file.readinto(buffer[filled : filled + _CHUNK])
            if not count:  # the file has become shorter
                break
            digest.update(buffer[filled : filled + count])
            filled += count
    return buffer[:filled].toreadonly(), digest.hexdigest()
