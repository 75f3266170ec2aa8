"""The wire between the pool and its children: a length, a kind, a body. Nothing of it is ever unpickled.

``>IB``: bytes in the body, kind. Control bodies are JSON, data bodies raw.
"""

from __future__ import annotations

import struct
from enum import IntEnum

HEADER = struct.Struct(">IB")
MAX_BODY = 64 * 1024 * 1024  # bytes; a child that claims more is not ours any longer


class FrameKind(IntEnum):
    READY = 1  # child: imported everything; {"pid"}
    CALL = 2  # parent: {"task", "argument"}
    BEGUN = 3  # child: the call has arrived, what happens from here on is the file's doing
    CHUNK = 4  # child: raw bytes
    RESULT = 5  # child: {"result", "retire"}
    ERROR = 6  # child: {"error", "message", "stage", "retire"}


def frame(kind: FrameKind, body: bytes = b"") -> bytes:
    return HEADER.pack(len(body), kind) + body
