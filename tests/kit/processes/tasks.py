"""Tasks that misbehave, for the pool's tests."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from photos_graph.errors import RootOffline, Unsupported
from photos_graph.images.derivatives import derive
from photos_graph.images.opened import DecodeLimits
from photos_graph.workers.child import Emit


def echo(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    for text in argument["chunks"]:
        emit(text.encode())
    print("a library prints into standard output")
    return {"pid": os.getpid(), "nice": os.nice(0)}


def crash(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def hang(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    emit(b"started")
    time.sleep(argument.get("seconds", 600))
    return {"pid": os.getpid()}


def eat(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    return {"bytes": len(bytearray(argument["bytes"]))}


def unsupported(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    raise Unsupported("No decoder for it here.", stage="metadata")


def offline(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    raise RootOffline("The folder is not mounted.")


def bug(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    raise ValueError("/a/secret/path")


def environment(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    return {
        "names": sorted(os.environ),
        "descriptors": sorted(int(entry.name) for entry in Path("/proc/self/fd").iterdir()),
    }


def write(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    with contextlib.suppress(OSError):
        Path(argument["path"]).write_bytes(b"something")
    return {}


def derived(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """A scan's decode of the file ``path``."""
    found = derive(Path(argument["path"]).read_bytes(), DecodeLimits(argument["max_pixels"]), quality=80)
    emit(found.large)
    return {"width": found.width, "height": found.height, "warnings": found.warnings}


def peak(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The most memory that this process ever had, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"bytes": int(line.split()[1]) * 1024}


TASKS = {
    task.__name__: task
    for task in (echo, crash, hang, eat, unsupported, offline, bug, environment, write, derived, peak)
}
