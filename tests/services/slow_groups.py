"""A child that groups for longer than anybody waits."""

from __future__ import annotations

import time
from typing import Any

from photos_graph.images.child import Emit, Task
from photos_graph.services.groups_child import TASKS as REAL


def _group(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    time.sleep(600)
    return {"size": 0}


TASKS: dict[str, Task] = {**REAL, "group": _group}
