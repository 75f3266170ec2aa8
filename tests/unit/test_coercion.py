"""Variables that are coerced in a thread."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from graphql import Executor, GraphQLError, GraphQLSchema, get_operation_ast, parse
from graphql.execution.values import VariableValues, get_variable_values

from photos_graph.settings import WebSettings
from resolvers import coercion
from resolvers.coercion import AT_ONCE, Coercion, are_large
from resolvers.execution import LevelExecutor
from resolvers.schema import build_schema

SCHEMA = build_schema(WebSettings())
BARE: GraphQLSchema = SCHEMA._schema
DOCUMENT = """
query Photos($filter: PhotoFilter!, $first: Int = 7, $after: String) {
  photos(filter: $filter, first: $first, after: $after) { totalCount }
}
query Node($id: ID!) { node(id: $id) { id } }
"""


def told(built: list[GraphQLError] | Executor[Any]) -> Any:
    if isinstance(built, list):
        return [(each.message, each.locations) for each in built]
    return built.operation, built.variable_values.coerced


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Photos", {"filter": {"tags": {"all": ["Sea"] * 300}}, "after": None, "more": 1}),
        ("Photos", {"filter": {"tags": {"all": "Sea"}, "or": [{"rating": {"min": 3}}]}, "first": 9}),
        ("Photos", {"first": "many", "filter": {"nothing": [1] * 300, "rating": {"min": "x"}}}),
        ("Photos", {"filter": {"or": [{"tags": [0]}] * 60}}),
        ("Node", {"id": 1}),
        ("Node", {}),
    ],
)
def test_they_are_coerced_as_graphql_core_does_it(name: str, given: dict[str, Any]) -> None:
    document = parse(DOCUMENT)
    operation = get_operation_ast(document, name)
    assert operation is not None
    coerced = Coercion(BARE, operation, given).run()
    assert coerced == given
    without = LevelExecutor.build(BARE, document, None, None, given, name, operation_extensions={})
    before = LevelExecutor.build(BARE, document, None, None, coerced, name, operation_extensions={})
    assert told(before) == told(without)


@pytest.mark.anyio
async def test_only_large_ones_go_to_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def noted(*arguments: Any) -> VariableValues | list[GraphQLError]:
        threads.append(threading.current_thread().name)
        return get_variable_values(*arguments)

    monkeypatch.setattr(coercion, "get_variable_values", noted)
    document = "query($ids: [ID!]!) { a: __typename @skip(if: false) nodes(ids: $ids) { id } }"
    for count, expected in ((AT_ONCE - 2, []), (AT_ONCE + 1, ["graphql_0"])):
        answer = await SCHEMA.execute(document, variable_values={"ids": [1.5] + ["x"] * count})
        assert answer.errors is not None and "at [0]" in answer.errors[0].message
        assert threads == expected


def test_values_are_counted_until_they_are_too_many() -> None:
    assert not are_large({})
    assert not are_large({"a": [{"b": list(range(AT_ONCE - 4))}, 1]})
    assert are_large({"a": [{"b": list(range(AT_ONCE))}]})
