"""Workers that a file kills: that of the backbone, with a network that is none, and the one that reads sidecars."""

from __future__ import annotations

import base64
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.services.scan.intake_child import TASKS as INTAKE
from photos_graph.workers.child import Emit, Task

DIMENSIONS = 3


def _describe(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """A vector of the picture's size; one that says DEADLY is deadly."""
    pictures = [Path(os.fsdecode(base64.b64decode(path))).read_bytes() for path in argument["paths"]]
    if any(b"DEADLY" in picture for picture in pictures):
        os.kill(os.getpid(), signal.SIGSEGV)
    emit(np.array([[len(picture) / 1e4] * DIMENSIONS for picture in pictures], np.float32).tobytes())
    return {"seen": list(range(len(pictures))), "failed": {}, "dimensions": DIMENSIONS}


def _sidecars(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """One with DEADLY in its name is deadly."""
    if any(b"DEADLY" in base64.b64decode(path) for path, *_ in argument["files"]):
        os.kill(os.getpid(), signal.SIGSEGV)
    return INTAKE["sidecars"](argument, emit)


TASKS: dict[str, Task] = {"describe": _describe, "sidecars": _sidecars}
