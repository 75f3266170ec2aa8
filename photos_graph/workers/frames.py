"""The wire between a pool and its children: frames with a length, a kind and a body. Nothing is ever unpickled.

The header is ``>IB``: bytes in the body, kind. Control bodies are JSON, chunks are raw bytes. Descriptors of open files
go through a socket of their own.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from pydantic import TypeAdapter

from photos_graph import errors

HEADER = struct.Struct(">IB")
STEP = struct.Struct(">QQ")  # steps done, steps in all
PART_BYTES = 16 * 1024 * 1024
MAX_BODY = 64 * 1024 * 1024  # bytes; a child that announces more is broken or hostile
MAX_MESSAGE = 500  # characters of an error
MAX_DESCRIPTORS = 64  # in one message; the kernel allows about 250


class FrameKind(IntEnum):
    READY = 1  # child: every module is imported
    CALL = 2  # parent: see ``pack_call``
    BEGUN = 3  # child: the call has arrived; what happens from here on is the file's doing
    CHUNK = 4  # child: raw bytes
    ANSWER = 5  # child, at the end: JSON of the task's type of answer
    ERROR = 6  # child, at the end: JSON of a TaskFailure
    RETIRING = 7  # child, before ANSWER or ERROR: it has to be replaced after this call
    PART = 8  # child, before ANSWER: the beginning of a long body
    STEP = 9  # child: how far the task is, ``STEP``


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """An error that a task raised; ``error`` is the name of its class in ``photos_graph.errors``."""

    error: str
    message: str
    stage: str | None = None

    def dump(self) -> bytes:
        return _FAILURES.dump_json(self)

    @staticmethod
    def load(body: bytes) -> TaskFailure:
        """Raises ValueError."""
        return _FAILURES.validate_json(body)


def failure_of(error: errors.PhotosGraphError) -> TaskFailure:
    stage = error.stage if isinstance(error, errors.Unreadable) else None
    message = error.public_message[:MAX_MESSAGE].encode(errors="replace").decode()
    return TaskFailure(type(error).__name__, message, stage)


def error_of(failure: TaskFailure) -> errors.PhotosGraphError:
    """Returns the error that the task raised. An unknown class, or one that is not an error of ours, becomes
    Unreadable.
    """
    kind: Any = getattr(errors, failure.error, None)
    if not isinstance(kind, type) or not issubclass(kind, errors.PhotosGraphError) or kind is errors.Busy:
        return errors.Unreadable(failure.message)
    error: errors.PhotosGraphError = kind(failure.message)
    if isinstance(error, errors.Unreadable) and failure.stage:
        error.stage = failure.stage
    return error


_CLOSED_AT_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
_FAILURES = TypeAdapter(TaskFailure)


def frame(kind: FrameKind, body: bytes = b"") -> bytes:
    return HEADER.pack(len(body), kind) + body


def pack_call(target: str, argument: bytes, descriptors: int) -> bytes:
    """``argument`` is JSON. So many ``descriptors`` were sent before the call."""
    return b"%b %d\n%b" % (target.encode(), descriptors, argument)


def unpack_call(body: bytes) -> tuple[str, bytes, int]:
    head, _, argument = body.partition(b"\n")
    target, _, descriptors = head.partition(b" ")
    return target.decode(), argument, int(descriptors)


def send_descriptors(sender: socket.socket, descriptors: Sequence[int]) -> None:
    """Raises OSError if the other side is gone."""
    for start in range(0, len(descriptors), MAX_DESCRIPTORS):
        socket.send_fds(sender, [b"f"], descriptors[start : start + MAX_DESCRIPTORS])


@contextmanager
def received_descriptors(receiver: socket.socket, count: int) -> Iterator[tuple[int, ...]]:
    """Receives what ``send_descriptors`` sent, and closes it at the end. Raises OSError if that fails."""
    descriptors: list[int] = []
    try:
        while len(descriptors) < count:
            message, more, _, _ = socket.recv_fds(receiver, 1, MAX_DESCRIPTORS, _CLOSED_AT_EXEC)
            descriptors += more
            if not message or not more:
                raise ConnectionResetError("the descriptors of a call did not arrive")
        yield tuple(descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
