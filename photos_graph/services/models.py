"""Versions of what was learnt."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.graph import models
from photos_graph.graph.connection import Graph
from photos_graph.model import Model


class Models:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def by_id(self, ids: Sequence[str]) -> list[Model | None]:
        """One query to the engine."""
        known = await models.models_by_id(self._graph, ids)
        return [known.get(id_) for id_ in ids]
