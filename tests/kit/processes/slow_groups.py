"""A child that groups for longer than anybody waits."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from photos_graph.services.faces.clustering import GROUP
from photos_graph.workers.task import Emit

SLOW_GROUP = replace(GROUP, target="tests.kit.processes.slow_groups:_group")


def _group(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    time.sleep(600)
    return {"size": 0}
