"""Writes labels in tests that have a graph and no search index."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.events import Events
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels import ratings
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.labels import BulkResult, LabelKind


class NoReadModel:
    async def catch_up(self) -> None:
        """Does nothing, because no index follows the graph."""


def writer(graph: Graph) -> LabelWriter:
    return LabelWriter(graph, NoReadModel(), Events())


async def rated(graph: Graph, kind: LabelKind, numbers: Sequence[int], value: int | bool | None, by: str) -> BulkResult:
    return await writer(graph).commit(lambda tx: ratings.assert_value(tx, kind, numbers, value, by))
