"""What an error is about, for programs: the field, the argument that gave the value, and what an ambiguous name may
mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import FieldNode, GraphQLError, value_from_ast_untyped
from strawberry.relay import from_base64, to_base64

from photos_graph.errors import PhotosGraphError

LONGEST_ID = 1000  # characters of a text that may be a global id


def blamed(error: GraphQLError, cause: PhotosGraphError, variables: Mapping[str, Any] | None) -> dict[str, object]:
    """Returns what ``extensions`` of the error of a field have besides the code and the id in the way."""
    node = next(iter(error.nodes or ()), None)
    if not isinstance(node, FieldNode) or error.path is None:
        return {}
    found: dict[str, object] = {"field": node.name.value}
    if cause.about is not None and (argument := _argument(node, cause.about, dict(variables or {}))) is not None:
        found["argument"] = argument
    if cause.candidates:
        found["candidates"] = [
            {"id": to_base64(each.kind, each.id), "type": each.kind, "label": each.label} for each in cause.candidates
        ]
    return found


def _argument(node: FieldNode, about: str | int, variables: dict[str, Any]) -> str | None:
    """Returns the path to the value in the arguments of a field, such as "filter.tags.any.0", or None if it is not
    there."""
    for argument in node.arguments or ():
        value = value_from_ast_untyped(argument.value, variables)
        for path in _paths(value, about, argument.name.value):
            return path
    return None


def _paths(value: Any, about: str | int, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _paths(each, about, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _paths(each, about, f"{path}.{place}")
    elif value == about or (isinstance(value, str) and _id_in(value) == about):
        yield path


def _id_in(text: str) -> str | None:
    """Returns our own id in a global id."""
    if len(text) > LONGEST_ID:
        return None
    try:
        return from_base64(text)[1]
    except ValueError:
        return None
