"""The list of what was changed, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import history
from photos_graph.graph.writing import ReadModel
from photos_graph.jobs.queue import POLL_SECONDS
from photos_graph.model.changes import ChangeRecord
from photos_graph.search.listing import Listing, cursor_of, key_of, window

WATCHED_AT_ONCE = 100  # changes that are read in one query


class History:
    def __init__(self, graph: Graph, read_model: ReadModel) -> None:
        self._graph = graph
        self._read_model = read_model

    async def page(
        self, first: int | None, after: str | None, last: int | None = None, before: str | None = None
    ) -> Listing[ChangeRecord]:
        """Raises BadInput for an invalid cursor."""
        pruned, newest = await history.bounds(self._graph)
        # Positions in the list count from the newest change, and numbers from the oldest one.
        low = max(newest + 1 - key_of(after)[0], 0) if after is not None else 0
        high = min(newest - key_of(before)[0], newest - pruned) if before is not None else newest - pruned
        start, end = window(low, high, first, last)
        items = await history.page(self._graph, newest - start, newest - end + 1)
        return Listing(
            items=items,
            cursors=[cursor_of((change.number, "")) for change in items],
            has_next=end < newest - pruned,
            has_previous=start > 0,
            total=newest - pruned,
        )

    async def watch(self) -> AsyncIterator[ChangeRecord]:
        """Yields each change that is made from now on, by any process, the oldest first, and yields it again whenever a
        further portion of it was written. The index has caught up with what it yields. It does not end by itself."""
        seen = await history.last_written(self._graph)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            newest = await history.last_written(self._graph)
            seen = min(seen, newest)  # the graph may have been restored from a backup
            while seen < newest:
                last = min(newest, seen + WATCHED_AT_ONCE)
                found = await history.written(self._graph, seen + 1, last)
                seen = last
                if found:
                    await self._read_model.catch_up()
                for change in found:
                    yield change

    async def by_id(self, change_ids: Sequence[str]) -> list[ChangeRecord | None]:
        """Takes one query to the engine."""
        known = await history.by_id(self._graph, change_ids)
        return [known.get(id_) for id_ in change_ids]
