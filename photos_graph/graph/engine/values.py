"""The conversion of values from the driver to types of the standard library."""

from __future__ import annotations

from typing import Any

from neo4j.graph import Node, Relationship
from neo4j.time import Date, DateTime, Time

_AS_IS = frozenset({type(None), bool, int, float, str, bytes})


def plain(value: Any) -> Any:
    """Returns ``value`` with times as ``datetime`` types, and nodes and relationships as their properties."""
    kind = type(value)
    if kind in _AS_IS:
        return value
    if kind is list:
        # A list may hold a million numbers, so it is checked at the speed of C and not copied.
        return value if _AS_IS.issuperset(map(type, value)) else [plain(item) for item in value]
    if kind is dict:
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Node | Relationship):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, DateTime | Date | Time):
        return value.to_native()
    return value
