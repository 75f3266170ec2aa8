"""The list of what was changed, newest first."""

from __future__ import annotations

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import history
from photos_graph.model.changes import ChangeRecord
from photos_graph.search.listing import Key, Listing, keyset


class History:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def page(self, first: int, after: str | None) -> Listing[ChangeRecord]:
        """Raises BadInput for an invalid cursor."""
        pruned, last = await history.bounds(self._graph)
        return await keyset(self._read, _key, first, after, last - pruned)

    async def get(self, change_id: str) -> ChangeRecord | None:
        return await history.get(self._graph, change_id)

    async def _read(self, after: Key | None, limit: int) -> list[ChangeRecord]:
        return await history.page(self._graph, after[0] if after is not None else None, limit)


def _key(change: ChangeRecord) -> Key:
    return change.number, ""
