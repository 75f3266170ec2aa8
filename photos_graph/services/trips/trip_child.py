"""Implements ``trip_tasks`` in a child process."""

from __future__ import annotations

import numpy as np
from safetensors.numpy import load_file

from photos_graph.errors import ModelUnavailable
from photos_graph.services.trips.trip_rules import DatedPhotos, group
from photos_graph.services.trips.trip_tasks import GROUP_TRIPS, GroupTripsAnswer, GroupTripsOrder
from photos_graph.workers.task import Emit, emit_in_chunks


@GROUP_TRIPS.implementation
def group_trips(order: GroupTripsOrder, emit: Emit) -> GroupTripsAnswer:
    given = load_file(order.photos)
    try:
        found = group(DatedPhotos(given["taken"], given["latitude"], given["longitude"]))
    except ImportError as error:
        raise ModelUnavailable(
            f"{error.name} is not installed. Install it: pip install 'photos-graph[hdbscan]'"
        ) from None
    emit_in_chunks(np.ascontiguousarray(found.groups, np.int32).tobytes(), emit)
    return GroupTripsAnswer(found.trips)
