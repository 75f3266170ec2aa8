"""All that a graph holds, in a form that can be compared."""

from __future__ import annotations

from typing import Any

from photos_graph.graph.engine import contents
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.contents import NodeRecord, Values

Whole = dict[str, list[NodeRecord]]


async def whole(graph: Graph) -> Whole:
    """Returns all nodes that a back-up holds, by label."""
    found: Whole = {}
    for label in contents.NODES:
        found[label] = [node async for page in contents.nodes(graph, label) for node in page]
    return found


async def comparable(graph: Graph) -> dict[str, list[tuple[object, ...]]]:
    """Returns everything that a back-up holds, in an order that does not depend on the engine."""
    found = {label: sorted(map(_comparable, nodes)) for label, nodes in (await whole(graph)).items()}
    roots = sorted(map(_order, await contents.removed_roots(graph)))
    return {**found, contents.REMOVED_ROOTS: [tuple(values) for values in roots]}


def _comparable(node: NodeRecord) -> tuple[Any, ...]:
    relationships = sorted((each.type, each.label, each.end, _order(each.values)) for each in node.relationships)
    return node.key, _order(node.values), node.also, relationships, sorted(map(_order, node.parts))


def _order(values: Values) -> list[tuple[str, str]]:
    return sorted((name, repr(value)) for name, value in values.items())
