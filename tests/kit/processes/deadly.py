"""Workers that a file kills: that of the backbone, with a network that is none, and the one that reads sidecars."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np

from photos_graph.services.learning.features_tasks import DESCRIBE_PICTURES, FeaturesAnswer, FeaturesOrder
from photos_graph.services.scan import intake_child
from photos_graph.services.scan.intake_tasks import READ_SIDECARS, ReadSidecar, SidecarOrder
from photos_graph.workers.task import Emit

DIMENSIONS = 3
DEADLY_SIDECARS = replace(READ_SIDECARS, target="tests.kit.processes.deadly:read_sidecars")
DEADLY_DESCRIBE = replace(DESCRIBE_PICTURES, target="tests.kit.processes.deadly:describe_pictures")


@DEADLY_DESCRIBE.implementation
def describe_pictures(order: FeaturesOrder, emit: Emit) -> FeaturesAnswer:
    """A vector of the picture's size; one that says DEADLY is deadly."""
    pictures = [os.pread(file, os.fstat(file).st_size, 0) for file in order.pictures]
    if any(b"DEADLY" in picture for picture in pictures):
        os.kill(os.getpid(), signal.SIGSEGV)
    emit(np.array([[len(picture) / 1e4] * DIMENSIONS for picture in pictures], np.float32).tobytes())
    return FeaturesAnswer(tuple(range(len(pictures))), {}, DIMENSIONS)


@DEADLY_SIDECARS.implementation
def read_sidecars(sidecars: tuple[SidecarOrder, ...], emit: Emit) -> tuple[ReadSidecar, ...]:
    """A sidecar with DEADLY in its name is deadly."""
    if any(b"DEADLY" in bytes(Path(f"/proc/self/fd/{each.file}").readlink()) for each in sidecars):
        os.kill(os.getpid(), signal.SIGSEGV)
    answer = intake_child.read_sidecars(READ_SIDECARS.arguments.dump_json(sidecars), emit, None)
    return READ_SIDECARS.answers.validate_json(answer)
