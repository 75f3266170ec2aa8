"""Nodes as lines of JSON.

A property that JSON does not know is an object with one entry: ``{"$datetime": "2019-08-15T12:30:00"}``,
``{"$date": "2019-08-15"}`` or ``{"$bytes": "<base64>"}``. No name of a property starts with a dollar.
"""

from __future__ import annotations

import base64
import json
from datetime import date, datetime
from typing import Any

from photos_graph.graph.engine.contents import NodeRecord, Relationship


def record_of(node: NodeRecord) -> dict[str, Any]:
    """Returns the record of a node; what is empty is left out."""
    record: dict[str, Any] = {"key": node.key, "values": node.values}
    if node.also:
        record["labels"] = list(node.also)
    if node.relationships:
        record["out"] = [[each.type, each.label, each.end, each.values] for each in node.relationships]
    if node.parts:
        record["parts"] = list(node.parts)
    return record


def node_of(record: dict[str, Any]) -> NodeRecord:
    """Returns the node of a record. Raises ValueError if it is not a record of a node."""
    try:
        return NodeRecord(
            record["key"],
            record["values"],
            tuple(record.get("labels", ())),
            tuple(Relationship(*each) for each in record.get("out", ())),
            tuple(record.get("parts", ())),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("not a record of a node") from error


def encoded(record: dict[str, Any]) -> bytes:
    """Returns the line of a record, with its line break."""
    return json.dumps(record, default=_as_json, separators=(",", ":")).encode() + b"\n"


def decoded(line: bytes) -> dict[str, Any]:
    """Returns the record of a line. Raises ValueError."""
    record = json.loads(line, object_hook=_as_value)
    if not isinstance(record, dict):
        raise ValueError("not a record")
    return record


def _as_json(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    raise TypeError(f"a back-up cannot hold {type(value).__name__}")


def _as_value(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        [(kind, text)] = found.items()
        if kind in _VALUES and isinstance(text, str):
            return _VALUES[kind](text)
    return found


_VALUES: dict[str, Any] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$bytes": base64.b64decode,
}
