"""Tasks that misbehave, for the pool's tests."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photos_graph.errors import RootOffline, Unsupported
from photos_graph.images.derivatives import derive
from photos_graph.images.opened import DecodeLimits
from photos_graph.workers.task import Descriptor, Emit, RawBytes, Task


@dataclass(frozen=True)
class EchoOrder:
    chunks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChildProcess:
    pid: int
    nice: int


@dataclass(frozen=True)
class Environment:
    names: tuple[str, ...]
    descriptors: tuple[int, ...]


@dataclass(frozen=True)
class DeriveOrder:
    file: Descriptor
    max_pixels: int


@dataclass(frozen=True)
class DerivedPicture:
    width: int
    height: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class LieOrder:
    answer: RawBytes


@dataclass(frozen=True)
class ReadOrder:
    files: tuple[Descriptor, ...]


ECHO = Task("tests.kit.processes.tasks:echo", EchoOrder, ChildProcess)
CRASH = Task("tests.kit.processes.tasks:crash", type(None), type(None))
CRASH_ON = Task("tests.kit.processes.tasks:crash_on", ReadOrder, type(None))
HANG = Task("tests.kit.processes.tasks:hang", float, int)
READ = Task("tests.kit.processes.tasks:read", ReadOrder, tuple[RawBytes, ...])
EAT = Task("tests.kit.processes.tasks:eat", int, int)
LEAVE = Task("tests.kit.processes.tasks:leave", int, int)
UNSUPPORTED = Task("tests.kit.processes.tasks:unsupported", type(None), type(None))
OFFLINE = Task("tests.kit.processes.tasks:offline", type(None), type(None))
BUG = Task("tests.kit.processes.tasks:bug", type(None), type(None))
ENVIRONMENT = Task("tests.kit.processes.tasks:environment", type(None), Environment)
WRITE = Task("tests.kit.processes.tasks:write", Path, type(None))
DERIVE = Task("tests.kit.processes.tasks:derived", DeriveOrder, DerivedPicture)
PEAK = Task("tests.kit.processes.tasks:peak", type(None), int)
REPEAT = Task("tests.kit.processes.tasks:repeat", int, str)
PROGRESS = Task("tests.kit.processes.tasks:progress", int, type(None))
PRINT = Task("tests.kit.processes.tasks:say", str, type(None))
LIE = Task("tests.kit.processes.tasks:lie", LieOrder, ChildProcess)
NOT_THERE = Task("tests.kit.processes.tasks:nothing", type(None), type(None))

TASKS = (ECHO,)  # the others are in the same module
LONG = 600.0  # seconds


@ECHO.implementation
def echo(order: EchoOrder, emit: Emit) -> ChildProcess:
    for text in order.chunks:
        emit(text.encode())
    print("a library prints into standard output")
    return ChildProcess(os.getpid(), os.nice(0))


@CRASH.implementation
def crash(_: None, emit: Emit) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


@CRASH_ON.implementation
def crash_on(_: ReadOrder, emit: Emit) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


@HANG.implementation
def hang(seconds: float, emit: Emit) -> int:
    emit(b"started")
    time.sleep(seconds)
    return os.getpid()


@READ.implementation
def read(order: ReadOrder, emit: Emit) -> tuple[bytes, ...]:
    return tuple(os.pread(file, 100, 0) for file in order.files)


@EAT.implementation
def eat(size: int, emit: Emit) -> int:
    return len(bytearray(size))


_left: list[bytes] = []


@LEAVE.implementation
def leave(size: int, emit: Emit) -> int:
    """Frees ``size`` bytes below a few that it keeps, so that the C library does not give them back by itself."""
    pieces = [bytes(1000) for _ in range(1 + size // 1000)]
    _left.append(pieces[-1])
    return os.getpid()


@UNSUPPORTED.implementation
def unsupported(_: None, emit: Emit) -> None:
    raise Unsupported("No decoder for it here.", stage="metadata")


@OFFLINE.implementation
def offline(_: None, emit: Emit) -> None:
    raise RootOffline("The folder is not mounted.")


@BUG.implementation
def bug(_: None, emit: Emit) -> None:
    raise ValueError("/a/secret/path")


@ENVIRONMENT.implementation
def environment(_: None, emit: Emit) -> Environment:
    return Environment(
        names=tuple(sorted(os.environ)),
        descriptors=tuple(sorted(int(entry.name) for entry in Path("/proc/self/fd").iterdir())),
    )


@WRITE.implementation
def write(path: Path, emit: Emit) -> None:
    with contextlib.suppress(OSError):
        path.write_bytes(b"something")


@DERIVE.implementation
def derived(order: DeriveOrder, emit: Emit) -> DerivedPicture:
    """Decodes the file as a scan does."""
    found = derive(os.pread(order.file, os.fstat(order.file).st_size, 0), DecodeLimits(order.max_pixels), quality=80)
    emit(found.large)
    return DerivedPicture(found.width, found.height, tuple(found.warnings))


@PEAK.implementation
def peak(_: None, emit: Emit) -> int:
    """The largest amount of memory that this process ever had, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@REPEAT.implementation
def repeat(times: int, emit: Emit) -> str:
    return "é" * times


@PROGRESS.implementation
def progress(steps: int, emit: Emit) -> None:
    for done in range(steps):
        emit.step(done + 1, steps)


@PRINT.implementation
def say(text: str, emit: Emit) -> None:
    """Prints what a library complains about."""
    print(text, end="", file=sys.stderr, flush=True)


def lie(argument: bytes, emit: Emit, descriptors: Sequence[int] | None) -> bytes:
    """Answers as a decoder would that a hostile file has taken over: with whatever bytes it likes."""
    return LIE.arguments.validate_json(argument).answer
