"""A process that runs one task at a time for a ``WorkerPool``, and that a hostile file may bring down.

``python -m photos_graph.workers.child MEMORY_BYTES PARENT_PID SOCKET FOLDER ... -- MODULE:FUNCTION ...``: the modules
of these functions are imported before the process is confined, and the folders can be read afterwards. SOCKET is the
number of the one from which descriptors come.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import logging
import os
import resource
import select
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from typing import BinaryIO

from photos_graph.errors import OverLimit, PhotosGraphError, Unreadable
from photos_graph.memory import give_back
from photos_graph.workers.confinement import confine
from photos_graph.workers.frames import (
    HEADER,
    PART_BYTES,
    STEP,
    FrameKind,
    failure_of,
    frame,
    received_descriptors,
    unpack_call,
)
from photos_graph.workers.task import Emit, Implementation

PR_SET_PDEATHSIG = 1
OOM_SCORE = "900"  # the kernel kills a decoder before the service or the engine
# Memory is given back to the system after a task that leaves so many bytes behind, once no other follows for so many
# seconds. During a scan of large pictures, getting it again page by page took a tenth of the time.
MUCH, IDLE_SECONDS = 16 * 1024 * 1024, 1.0


def main(memory_bytes: int, parent: int, files: socket.socket, readable: Sequence[str], targets: Sequence[str]) -> None:
    calls, answers = _private_pipes()
    _die_with(parent)
    for target in targets:
        _implementation(target)
    limit = _memory()[0] + memory_bytes
    _limit(limit)
    confine(targets, [os.fsencode(folder) for folder in readable])
    _serve(calls, files, answers, retire_above=limit - memory_bytes // 2)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Moves the pool's pipes to descriptors of their own, so that a library that prints cannot write into a frame."""
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


@functools.cache
def _implementation(target: str) -> Implementation:
    module, _, name = target.partition(":")
    implementation: Implementation = getattr(importlib.import_module(module), name)
    return implementation


def _memory() -> tuple[int, int]:
    """Returns the bytes of address space in use, and of these in memory, or 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - called after every task
            pages = statm.read().split()
            return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()
    except OSError:
        return 0, 0


def _limit(address_space: int) -> None:
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # results leave through the pipe; a child writes no file
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write(OOM_SCORE)
    os.nice(5)


def _serve(calls: BinaryIO, files: socket.socket, answers: BinaryIO, retire_above: int) -> None:
    out = _Out(answers)
    kept = _memory()[1]
    out.send(FrameKind.READY)
    resident = kept
    while True:
        if resident > kept + MUCH and not _follows(calls):
            give_back()
            kept = _memory()[1]
        if not (head := calls.read(HEADER.size)):
            return
        size, _ = HEADER.unpack(head)
        target, argument, count = unpack_call(calls.read(size))
        with received_descriptors(files, count) as descriptors:
            out.send(FrameKind.BEGUN)
            kind, body, retires = _run(target, argument, descriptors, out)
        # Memory that was not given back would be missing from the next file's allowance.
        address_space, resident = _memory()
        if retires or address_space > retire_above:
            out.send(FrameKind.RETIRING)
        out.send_long(kind, body)


def _follows(calls: BinaryIO) -> bool:
    """Returns whether there is another call within IDLE_SECONDS. The pool sends it after it has the answer to the one
    before, so that no part of it has been read."""
    return bool(select.select([calls], [], [], IDLE_SECONDS)[0])


class _Out:
    """The way to the parent. As an ``Emit`` it is what a task gets."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def __call__(self, chunk: bytes) -> None:
        self.send(FrameKind.CHUNK, chunk)

    def step(self, done: int, total: int) -> None:
        self.send(FrameKind.STEP, STEP.pack(done, total))

    def send(self, kind: FrameKind, body: bytes = b"") -> None:
        rest = memoryview(frame(kind, body))
        while rest:
            rest = rest[self._pipe.write(rest) :]

    def send_long(self, kind: FrameKind, body: bytes) -> None:
        last = max(0, len(body) - 1) // PART_BYTES * PART_BYTES
        for start in range(0, last, PART_BYTES):
            self.send(FrameKind.PART, body[start : start + PART_BYTES])
        self.send(kind, body[last:])


def _run(target: str, argument: bytes, descriptors: Sequence[int], emit: Emit) -> tuple[FrameKind, bytes, bool]:
    """Returns the kind and the body of the closing frame, and whether this process has to be replaced."""
    try:
        return FrameKind.ANSWER, _implementation(target)(argument, emit, descriptors), False
    except PhotosGraphError as error:
        return FrameKind.ERROR, failure_of(error).dump(), False
    except MemoryError:
        return FrameKind.ERROR, failure_of(OverLimit("It needs more memory than one picture may take.")).dump(), True
    except Exception:
        traceback.print_exc()
        return (
            FrameKind.ERROR,
            failure_of(Unreadable("It cannot be read because of an unexpected error.")).dump(),
            False,
        )


if __name__ == "__main__":
    end = sys.argv.index("--")
    sent = socket.socket(fileno=int(sys.argv[3]))
    main(int(sys.argv[1]), int(sys.argv[2]), sent, sys.argv[4:end], sys.argv[end + 1 :])
