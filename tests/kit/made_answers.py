"""Answers to GraphQL that are made up: they fit the schema, and have whatever it allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import graphql
from graphql import GraphQLResolveInfo

SCHEMA = Path(__file__).resolve().parents[2] / "schema.graphql"
TEXTS = ("a", "Ångström & Söhne", '"<i>x</i>', "C'est ça")
MOMENTS = ("2019-08-14T18:30:00", "0999-01-01T00:00:00")
SCALARS: Mapping[str, tuple[Any, ...]] = {
    "String": TEXTS,
    "Int": (0, 1, 2, 1_234_567),
    "Float": (0.0, 0.004, 0.5, 1.0, 30.0),
    "Boolean": (True, False),
    "Date": ("2019-08-14",),
    "DateTime": tuple(f"{moment}+00:00" for moment in MOMENTS),
    "LocalDateTime": MOMENTS,
}
# Fields whose texts are JSON, and what a type that stands for several is.
JSON_FIELDS: Mapping[str, tuple[object, ...]] = {"filter": ({}, {"tags": {"any": ["Sea"]}}), "scope": ({},)}
KINDS: Mapping[str, str] = {"Node": "Model"}
MOST = 3  # items in a list


class MadeAnswers:
    """Answers documents. ``fixed`` has the values of fields, named as in ``Query.schedules``, that are not free."""

    def __init__(self, seed: int, fixed: Mapping[str, object]) -> None:
        self._random = Random(seed)
        self._fixed = fixed
        self._ids = 0

    def answer(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        result = graphql.execute(
            _schema(),
            _parsed(document),
            variable_values=dict(variables),
            field_resolver=self._field,
            type_resolver=lambda value, info, type_: KINDS[type_.name],
        )
        assert isinstance(result, graphql.ExecutionResult) and not result.errors, result
        return result.data or {}

    def _field(self, source: Any, info: GraphQLResolveInfo, **arguments: object) -> object:
        if isinstance(source, Mapping) and info.field_name in source:
            return source[info.field_name]
        name = f"{info.parent_type.name}.{info.field_name}"
        return self._fixed[name] if name in self._fixed else self._made(info.return_type, info.field_name)

    def _made(self, type_: Any, field: str) -> object:
        if isinstance(type_, graphql.GraphQLNonNull):
            return self._value(type_.of_type, field)
        return None if self._random.random() < 0.25 else self._value(type_, field)

    def _value(self, type_: Any, field: str) -> object:
        if isinstance(type_, graphql.GraphQLList):
            return [self._made(type_.of_type, field) for _ in range(self._random.randint(0, MOST))]
        if isinstance(type_, graphql.GraphQLEnumType):
            return self._random.choice([*type_.values.values()]).value
        if not isinstance(type_, graphql.GraphQLScalarType):
            return {}
        if type_.name == "ID":
            self._ids += 1
            return f"id{self._ids}"
        if field in JSON_FIELDS:
            return json.dumps(self._random.choice(JSON_FIELDS[field]))
        return self._random.choice(SCALARS[type_.name])


@cache
def _schema() -> graphql.GraphQLSchema:
    return graphql.build_schema(SCHEMA.read_text())


@cache
def _parsed(document: str) -> graphql.DocumentNode:
    return graphql.parse(document)
