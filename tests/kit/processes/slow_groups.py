"""A child that groups for longer than anybody waits."""

from __future__ import annotations

import time
from typing import Any

from photos_graph.services.faces.clustering_child import TASKS as REAL
from photos_graph.workers.child import Emit, Task


def _group(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    time.sleep(600)
    return {"size": 0}


TASKS: dict[str, Task] = {**REAL, "group": _group}
