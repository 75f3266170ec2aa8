"""Restores the names of trips after a change."""

from __future__ import annotations

from photos_graph.errors import Conflict
from photos_graph.graph import trips
from photos_graph.graph.labels.edits import Change, TripName
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult


async def restore_trips(tx: LabelTransaction, undo: Change) -> BulkResult:
    """Restores the names before the change. Raises Conflict, and changes nothing, if a trip is gone, as when another
    one has its photos by now, or if it has another name than the change gave it."""
    await trips.lock(tx)
    of_trips = {edit.label_id or "": edit for edit in undo.edits}
    now = await trips.names(tx, of_trips)
    given: dict[str, TripName] = {}
    for trip_id, edit in of_trips.items():
        if trip_id not in now:
            raise Conflict("The trip of this change is not there any more. Nothing was undone.")
        if now[trip_id].given != edit.before:
            raise Conflict(f"{now[trip_id].shown} has been renamed again since. Nothing was undone.", ("Trip", trip_id))
        if isinstance(edit.after, TripName):
            given[trip_id] = edit.after
    await trips.rename(tx, given)
    return BulkResult(0, 0)
