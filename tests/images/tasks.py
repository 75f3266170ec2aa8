"""Tasks that misbehave, for the pool's tests."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from photos_graph.errors import RootOffline, Unsupported
from photos_graph.images.child import Emit


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


TASKS = {task.__name__: task for task in (echo, crash, hang, eat, unsupported, offline, bug, environment)}
