"""The wire between a pool and its children: frames with a length, a kind and a body. Nothing is ever unpickled.

The header is ``>IB``: bytes in the body, kind. Control bodies are JSON, chunks are raw bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from pydantic import TypeAdapter

HEADER = struct.Struct(">IB")
STEP = struct.Struct(">QQ")  # steps done, steps in all
PART_BYTES = 16 * 1024 * 1024
MAX_BODY = 64 * 1024 * 1024  # bytes; a child that announces more is broken or hostile


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


_FAILURES = TypeAdapter(TaskFailure)


def frame(kind: FrameKind, body: bytes = b"") -> bytes:
    return HEADER.pack(len(body), kind) + body


def pack_call(target: str, argument: bytes) -> bytes:
    """``argument`` is JSON."""
    return b"%b\n%b" % (target.encode(), argument)


def unpack_call(body: bytes) -> tuple[str, bytes]:
    target, _, argument = body.partition(b"\n")
    return target.decode(), argument
