"""Asks for everything that the schema has: every field of every object that can be reached."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type, is_required_argument

AROUND = {"first": "first: 100"}  # more than any list of a small library has


def selection(
    schema: GraphQLSchema,
    type_name: str,
    depth: int,
    without: Mapping[str, Collection[str]],
    path: tuple[str, ...] = (),
) -> str:
    """Returns the selection of all fields of a type, and ``depth`` levels below. ``without`` names fields to leave out,
    by type. A type is not selected again below itself, except at the first level."""
    type_ = schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType), type_name
    chosen = ["__typename"]
    for name, field in type_.fields.items():
        below = get_named_type(field.type)
        if name in without.get(type_name, ()) or any(map(is_required_argument, field.args.values())):
            continue
        arguments = f"({AROUND['first']})" if "first" in field.args else ""
        if is_leaf_type(below):
            chosen.append(name + arguments)
        elif depth and isinstance(below, GraphQLObjectType) and path.count(below.name) < 2:
            inner = selection(schema, below.name, depth - 1, without, (*path, type_name))
            chosen.append(f"{name}{arguments} {inner}")
    return "{ " + " ".join(chosen) + " }"


def values(answer: Any) -> Iterator[str]:
    """Yields every text and number in an answer, and what is inside of ids and cursors."""
    if isinstance(answer, dict):
        for value in answer.values():
            yield from values(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from values(value)
    elif isinstance(answer, str):
        yield answer
        if (inside := decoded(answer)) is not None:
            yield from values(inside)
    elif answer is not None:
        yield str(answer)


def decoded(text: str) -> str | None:
    """Returns what a text says in base64, or None if it is not in it."""
    if not re.fullmatch(r"[A-Za-z0-9+/_-]{8,}={0,2}", text):
        return None
    try:
        return b64decode(text.replace("-", "+").replace("_", "/") + "==").decode()
    except (Error, UnicodeDecodeError):
        return None


def objects(answer: Any) -> Iterator[dict[str, Any]]:
    """Yields every object with an id."""
    if isinstance(answer, dict):
        if "id" in answer:
            yield answer
        for value in answer.values():
            yield from objects(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from objects(value)
