"""Random GraphQL requests of a schema, from a seed: most are valid in form, and many of their values make no sense."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import graphql

TEXTS = ("", " ", "Sea", "Italy/2019", "\x00", "\ud800", "a" * 300, "..", "rating:5", "NOT (", "%", "é", "-", "1.jpg")
NUMBERS = (0, 1, 2, -1, 50, 500, 501, 2**31 - 1, 2**31, -(2**63), 10**30)
FRACTIONS = (0, 0.5, 1.0, -1, 90.1, 181, 1e308, "NaN")
TIMES = (
    "2019-08-14T18:30:00",
    "2019-08-14",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "2019-08-14T18:30:00+02:00",
    "x",
)
SCALARS: dict[str, tuple[Any, ...]] = {
    "Int": NUMBERS,
    "Float": FRACTIONS,
    "Boolean": (True, False),
    "LocalDateTime": TIMES,
    "DateTime": TIMES,
    "Date": ("2019-08-14", "0001-01-01", "9999-12-31", "2019-02-30"),
}
DEEPEST = 4


class RandomRequests:
    """``ids`` are global ids that exist. ``without`` names fields that are never asked for."""

    def __init__(self, schema: graphql.GraphQLSchema, seed: int, ids: Sequence[str], without: Sequence[str]) -> None:
        self._schema = schema
        self._random = random.Random(seed)
        self._ids = (*ids, "", "rubbish", "UGhvdG86MQ==", "Tm90aGluZzox")
        self._without = frozenset(without)

    def request(self) -> dict[str, Any]:
        """Returns a query or a mutation, with its variables."""
        is_query = self._random.random() < 0.75
        root = self._schema.query_type if is_query else self._schema.mutation_type
        assert root is not None
        variables: dict[str, tuple[str, Any]] = {}
        selections = self._selections(root, 0, variables)
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in variables.items())
        head = f"{'query' if is_query else 'mutation'} Q{f'({declared})' if declared else ''}"
        values = {name: value for name, (_, value) in variables.items()}
        return {"query": f"{head} {selections}", "variables": values}

    def body(self) -> bytes:
        """Returns bytes that resemble the body of a request."""
        text = json.dumps(self.request()).encode()
        chance = self._random.random()
        if chance < 0.25:
            return json.dumps(self._json(3)).encode()
        if chance < 0.5:
            return json.dumps({**json.loads(text), self._random.choice(PARTS): self._json(2)}).encode()
        at = self._random.randrange(len(text))
        if chance < 0.75:
            return text[:at]
        return text[:at] + self._random.randbytes(3) + text[at + 3 :]

    def message(self) -> Any:
        """Returns what resembles a message of graphql-transport-ws, but is no subscription."""
        kind = self._random.choice(("subscribe", "subscribe", "complete", "ping", "pong", "connection_init", "x", None))
        payload = self.request() if self._random.random() < 0.6 else self._json(2)
        message: dict[str, Any] = {"type": kind, "id": self._random.choice(("1", "2", "", 1)), "payload": payload}
        return message if self._random.random() < 0.8 else self._json(3)

    def _selections(self, type_: graphql.GraphQLNamedType, depth: int, variables: dict[str, tuple[str, Any]]) -> str:
        if not isinstance(type_, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType):
            return ""
        if isinstance(type_, graphql.GraphQLInterfaceType):
            return "{ __typename id }"
        fields = [name for name in type_.fields if name not in self._without]
        if depth >= DEEPEST:
            fields = [name for name in fields if _is_leaf(type_.fields[name])]
        chosen = self._random.sample(fields, min(len(fields), self._random.randint(1, 3)))
        parts = ["__typename"]
        for place, name in enumerate(chosen):
            field = type_.fields[name]
            arguments = self._arguments(field, variables)
            below = self._selections(graphql.get_named_type(field.type), depth + 1, variables)
            alias = f"f{place}: " if self._random.random() < 0.3 else ""
            parts.append(f"{alias}{name}{arguments} {below}")
        return "{ " + " ".join(parts) + " }"

    def _arguments(self, field: graphql.GraphQLField, variables: dict[str, tuple[str, Any]]) -> str:
        given = []
        for name, argument in field.args.items():
            if graphql.is_required_argument(argument) or self._random.random() < 0.3:
                variable = f"v{len(variables)}"
                variables[variable] = (str(argument.type), self._value(argument.type, 0))
                given.append(f"{name}: ${variable}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, type_: graphql.GraphQLInputType, depth: int) -> Any:
        if self._random.random() < 0.03:
            return self._json(1)
        if isinstance(type_, graphql.GraphQLNonNull):
            return self._value(type_.of_type, depth)
        if isinstance(type_, graphql.GraphQLList):
            return [self._value(type_.of_type, depth + 1) for _ in range(self._random.choice((0, 1, 1, 2, 20)))]
        if isinstance(type_, graphql.GraphQLEnumType):
            return self._random.choice([*type_.values, *type_.values, "NOTHING"])
        if isinstance(type_, graphql.GraphQLInputObjectType):
            required = [name for name, field in type_.fields.items() if graphql.is_required_input_field(field)]
            more = self._random.sample(list(type_.fields), min(len(type_.fields), 1 if depth > 3 else 2))
            return {name: self._value(type_.fields[name].type, depth + 1) for name in dict.fromkeys((*required, *more))}
        if type_.name in SCALARS:
            return self._random.choice(SCALARS[type_.name])
        return self._random.choice(self._ids if self._random.random() < 0.6 else TEXTS)

    def _json(self, depth: int) -> Any:
        kind = self._random.randrange(8 if depth else 6)
        if kind == 6:
            return [self._json(depth - 1) for _ in range(self._random.randrange(4))]
        if kind == 7:
            return {self._random.choice(PARTS): self._json(depth - 1) for _ in range(self._random.randrange(4))}
        return self._random.choice((None, True, 1, -1.5, *TEXTS, *NUMBERS))


PARTS = ("query", "variables", "operationName", "extensions", "documentId", "type", "id", "payload", "persistedQuery")


def _is_leaf(field: graphql.GraphQLField) -> bool:
    return graphql.is_leaf_type(graphql.get_named_type(field.type)) and not any(
        graphql.is_required_argument(each) for each in field.args.values()
    )
