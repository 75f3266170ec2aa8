"""Workers that a file kills: that of the backbone, with a network that is none, and the one that reads sidecars."""

from __future__ import annotations

import base64
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from photos_graph.services.learning.features_call import DESCRIBE
from photos_graph.services.scan import intake_child
from photos_graph.services.scan.intake_tasks import READ_SIDECARS, ReadSidecar, SidecarsOrder
from photos_graph.workers.task import Emit

DIMENSIONS = 3
DEADLY_SIDECARS = replace(READ_SIDECARS, target="tests.kit.processes.deadly:read_sidecars")


DEADLY_DESCRIBE = replace(DESCRIBE, target="tests.kit.processes.deadly:_describe")


def _describe(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """A vector of the picture's size; one that says DEADLY is deadly."""
    pictures = [Path(os.fsdecode(base64.b64decode(path))).read_bytes() for path in argument["paths"]]
    if any(b"DEADLY" in picture for picture in pictures):
        os.kill(os.getpid(), signal.SIGSEGV)
    emit(np.array([[len(picture) / 1e4] * DIMENSIONS for picture in pictures], np.float32).tobytes())
    return {"seen": list(range(len(pictures))), "failed": {}, "dimensions": DIMENSIONS}


@DEADLY_SIDECARS.implementation
def read_sidecars(order: SidecarsOrder, emit: Emit) -> tuple[ReadSidecar, ...]:
    """A sidecar with DEADLY in its name is deadly."""
    if any(b"DEADLY" in each.path for each in order.sidecars):
        os.kill(os.getpid(), signal.SIGSEGV)
    answer = intake_child.read_sidecars(READ_SIDECARS.arguments.dump_json(order), emit)
    return READ_SIDECARS.answers.validate_json(answer)
