"""A child that groups for longer than anybody waits."""

from __future__ import annotations

import time
from dataclasses import replace

from photos_graph.services.faces.clustering_tasks import CLUSTER_FACES, ClusterAnswer, ClusterOrder
from photos_graph.workers.task import Emit

SLOW_GROUP = replace(CLUSTER_FACES, target="tests.kit.processes.slow_groups:cluster_faces")


@SLOW_GROUP.implementation
def cluster_faces(order: ClusterOrder, emit: Emit) -> ClusterAnswer:
    time.sleep(600)
    return ClusterAnswer(0, ())
