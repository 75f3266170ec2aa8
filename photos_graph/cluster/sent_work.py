"""What a service sends to a worker of a cluster, and what it gets back.

A task, its argument and its answer travel as JSON, as they do between a service and its own child processes. A file
travels as its path, which the worker has mounted as well, or, if it belongs to the service alone, as its content.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Protocol

from photos_graph.errors import PhotosGraphError
from photos_graph.paths import mtime_ns, open_inside
from photos_graph.workers.port import PoolKind


class NotHere(Exception):
    """A worker does not have a file, or cannot start its processes, so that somebody else has to do the work."""


class SentFile(Protocol):
    """A file of an order."""

    def open(self) -> int:
        """Opens the file on the worker, and returns its descriptor, which the caller must close. Raises NotHere."""


@dataclass(frozen=True, slots=True)
class MountedFile:
    """A file at the absolute ``path`` of the worker. It must be the one that the service opened."""

    path: bytes
    size: int
    mtime_ns: int

    def open(self) -> int:
        try:
            descriptor = open_inside(b"/", self.path[1:])
        except PhotosGraphError as error:
            raise NotHere(f"a file of the library cannot be opened there ({error.public_message})") from None
        found = os.fstat(descriptor)
        if (found.st_size, mtime_ns(found)) != (self.size, self.mtime_ns):
            os.close(descriptor)
            raise NotHere("a file of the library is another one there")
        return descriptor


@dataclass(frozen=True, slots=True)
class ContentOfFile:
    """The content of a file that only the service has, such as a rendition."""

    content: bytes

    def open(self) -> int:
        descriptor = os.memfd_create("order", os.MFD_CLOEXEC)
        try:
            rest = memoryview(self.content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.lseek(descriptor, 0, os.SEEK_SET)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor


@dataclass(frozen=True, slots=True)
class Order:
    """A call of the task ``target`` in a process of this ``kind``. ``argument`` is JSON, which names the files by their
    places in ``files``."""

    kind: PoolKind
    target: str
    argument: bytes
    files: tuple[SentFile, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of an order: the ``answer`` as JSON with the chunks that were emitted, the ``failure`` of the task, or
    ``elsewhere``, which says why somebody else has to do it."""

    answer: bytes | None = None
    chunks: tuple[bytes, ...] = ()
    failure: bytes | None = None
    elsewhere: str | None = None
