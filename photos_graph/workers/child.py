"""A process that does one task at a time for ``workers.WorkerPool``, and may die of it.

``python -m photos_graph.workers.child module:attribute``, where the attribute maps names to tasks.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import logging
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from photos_graph.errors import OverLimit, PhotosGraphError, Unreadable
from photos_graph.workers.frames import HEADER, FrameKind, frame

Emit = Callable[[bytes], None]
Task = Callable[[dict[str, Any], Emit], dict[str, Any]]

PR_SET_PDEATHSIG = 1
OOM_SCORE = "900"  # the kernel takes a decoder before the service or the engine


def main(target: str, memory_bytes: int, parent: int) -> None:
    calls, answers = _private_pipes()
    _die_with(parent)
    tasks = _tasks(target)
    limit = _address_space() + memory_bytes
    _confine(limit)
    _serve(tasks, calls, answers, retire_above=limit - memory_bytes // 2)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pool's pipes on descriptors of their own, so that a library that prints cannot write into a frame."""
    calls = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return calls, answers


def _die_with(parent: int) -> None:
    """A busy child does not see its pipe close; the kernel tells it that the pool is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)


def _tasks(target: str) -> Mapping[str, Task]:
    module, _, attribute = target.partition(":")
    tasks: Mapping[str, Task] = getattr(importlib.import_module(module), attribute)
    return tasks


def _address_space() -> int:
    """Bytes of address space in use; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - called after every task
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _confine(address_space: int) -> None:
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # what it makes leaves through the pipe; it writes no file
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write(OOM_SCORE)
    os.nice(5)


def _serve(tasks: Mapping[str, Task], calls: BinaryIO, answers: BinaryIO, retire_above: int) -> None:
    def send(kind: FrameKind, body: bytes) -> None:
        rest = memoryview(frame(kind, body))
        while rest:
            rest = rest[answers.write(rest) :]

    def emit(chunk: bytes) -> None:
        send(FrameKind.CHUNK, chunk)

    send(FrameKind.READY, json.dumps({"pid": os.getpid()}).encode())
    while head := calls.read(HEADER.size):
        size, _ = HEADER.unpack(head)
        call = json.loads(calls.read(size))
        send(FrameKind.BEGUN, b"")
        kind, answer = _run(tasks, call, emit)
        # Memory that was not given back would be missing from the next file's allowance.
        answer["retire"] = answer.get("retire", False) or _address_space() > retire_above
        send(kind, json.dumps(answer).encode())


def _run(tasks: Mapping[str, Task], call: dict[str, Any], emit: Emit) -> tuple[FrameKind, dict[str, Any]]:
    try:
        return FrameKind.RESULT, {"result": tasks[call["task"]](call["argument"], emit)}
    except PhotosGraphError as error:
        return FrameKind.ERROR, _error(error)
    except MemoryError:
        return FrameKind.ERROR, _error(OverLimit("It needs more memory than one picture may take.")) | {"retire": True}
    except Exception as error:
        traceback.print_exc()
        return FrameKind.ERROR, _error(Unreadable(f"It cannot be read ({type(error).__name__})."))


def _error(error: PhotosGraphError) -> dict[str, Any]:
    stage = error.stage if isinstance(error, Unreadable) else None
    return {"error": type(error).__name__, "message": error.public_message[:500], "stage": stage}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
