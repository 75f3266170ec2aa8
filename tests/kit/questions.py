"""Questions about every field and argument of the schema, asked of the library of ``tests.kit.everything``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import graphql

from tests.kit.graphql import Ask

# What a field needs to find something, by its name and that of the argument, as GraphQL. {Photo} stands for an id.
GIVEN: Mapping[tuple[str, str], str] = {
    ("faces", "filter"): '{photo: "{Photo}"}',
    ("folder", "path"): '"Pictures/Italy"',
    ("photo", "id"): '"{Photo}"',
    ("photosAround", "id"): '"{Photo}"',
    ("timeline", "by"): "YEAR",
    ("geo", "bounds"): "{north: 60, south: 30, east: 30, west: 0}",
    ("geo", "zoom"): "3",
    ("explainFilter", "filter"): "{favourite: true}",
    ("search", "text"): '"sea"',
    ("suggest", "text"): '"s"',
    ("tag", "name"): '"Sea"',
    ("album", "name"): '"Abruzzo"',
    ("person", "name"): '"Anna"',
    ("similarGroups", "kind"): "NEAR",
    ("tagSheet", "tag"): '"{Tag}"',
    ("outcome", "requestId"): '"none"',
    ("job", "id"): '"{Job}"',
    ("node", "id"): '"{Photo}"',
    ("nodes", "ids"): '["{Photo}"]',
    ("cursor", "orderBy"): "TAKEN_ASC",
}
# What stands for a value of a type, where it matters only who asks.
OF_TYPE: Mapping[str, str] = {
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "String": '"x"',
    "ID": '"{Photo}"',
    "DateTime": '"2020-01-01T00:00:00Z"',
    "LocalDateTime": '"2020-01-01T00:00:00"',
    "Date": '"2020-01-01"',
}
Way = tuple[tuple[str, str], ...]  # the fields that lead to an object, each with its arguments

# Ways to objects that the shortest ways lead past, or of which a planted library has none.
HINTS: Mapping[str, Way] = {
    "Match": (("search", '(text: "sea")'), ("photos", ""), ("edges", ""), ("matches", "")),
    "EmptyingCondition": (("search", '(text: "sea rome")'), ("emptiedBy", "")),
    "Stack": (("photos", "(first: 500)"), ("nodes", ""), ("stack", "")),
    "Exposure": (("photos", ""), ("nodes", ""), ("exposure", "")),
    "PlaceNames": (("photos", ""), ("nodes", ""), ("placeNames", "")),
    "PassedOver": (("library", ""), ("passedOver", "")),
    "Disk": (("library", ""), ("disks", "")),
    "LabelMetrics": (("models", ""), ("perLabel", "")),
    "SimilarGroupConnection": (("similarGroups", "(kind: EXACT)"),),
    "SimilarGroupEdge": (("similarGroups", "(kind: EXACT)"), ("edges", "")),
    "SimilarGroup": (("similarGroups", "(kind: EXACT)"), ("nodes", "")),
    "TagSheet": (("tagSheet", '(tag: "VGFnOng=")'),),
}


def arguments(name: str, field: graphql.GraphQLField, ids: Mapping[str, str], *also: str) -> str:
    """The arguments that a field needs to find something, and others that are named."""
    wanted = {key for key, value in field.args.items() if graphql.is_required_argument(value) or (name, key) in GIVEN}
    written = [f"{key}: {_value(name, key, field.args[key].type, ids)}" for key in sorted({*wanted, *also})]
    return f"({', '.join(written)})" if written else ""


def _value(name: str, key: str, type_: graphql.GraphQLInputType, ids: Mapping[str, str]) -> str:
    named = graphql.get_named_type(type_)
    if (given := GIVEN.get((name, key))) is None:
        if isinstance(named, graphql.GraphQLEnumType):
            given = next(iter(named.values))
        elif isinstance(named, graphql.GraphQLInputObjectType):
            needed = [k for k, field in named.fields.items() if graphql.is_required_input_field(field)]
            inner = [f"{k}: {_value(named.name, k, named.fields[k].type, ids)}" for k in needed]
            given = "{" + ", ".join(inner) + "}"
        else:
            given = OF_TYPE[named.name]
        if graphql.is_list_type(graphql.get_nullable_type(type_)):
            given = f"[{given}]"
    for kind, id_ in ids.items():
        given = given.replace("{" + kind + "}", id_)
    return given


def selected(field: graphql.GraphQLField) -> str:
    return "" if graphql.is_leaf_type(graphql.get_named_type(field.type)) else " { __typename }"


def asked(way: Way, inner: str) -> str:
    """A document that asks for ``inner`` of the object at the end of a way."""
    for name, given in reversed(way):
        inner = f"{name}{given} {{ {inner} }}"
    return f"{{ {inner} }}"


def at_the_end(data: Any, way: Way) -> list[dict[str, Any]]:
    """The objects at the end of a way, in the data of an answer."""
    found = [data]
    for name, _ in way:
        below = [each.get(name) for each in found if isinstance(each, dict)]
        found = [item for each in below for item in (each if isinstance(each, list) else [each])]
    return [each for each in found if each]


async def ways(schema: graphql.GraphQLSchema, ask: Ask, ids: Mapping[str, str]) -> dict[str, Way]:
    """A way from the query to an object of each type that queries lead to. It is the shortest one to an object that the
    library has, or one of ``HINTS``."""
    found: dict[str, Way] = {"Query": ()}
    frontier: list[tuple[str, Way]] = [("Query", ())]
    while frontier:
        level, frontier = frontier, []
        for name, way in level:
            for type_name, longer in _onwards(schema, name, way, ids):
                if type_name in found:
                    continue
                answer = await ask(asked(longer, "__typename"))
                if at_the_end(answer.get("data"), longer):
                    found[type_name] = longer
                    frontier.append((type_name, longer))
    return {**HINTS, **found}


def _onwards(schema: graphql.GraphQLSchema, name: str, way: Way, ids: Mapping[str, str]) -> Iterator[tuple[str, Way]]:
    type_ = schema.type_map[name]
    assert isinstance(type_, graphql.GraphQLObjectType)
    for field_name, field in type_.fields.items():
        target = graphql.get_named_type(field.type)
        if isinstance(target, graphql.GraphQLObjectType) and target.name != "Query":
            yield target.name, (*way, (field_name, arguments(field_name, field, ids)))


def alone(name: str, field: graphql.GraphQLField, ids: Mapping[str, str]) -> list[str]:
    """A field as it is asked for: with what it needs, and once with each other argument."""
    calls = [f"{name}{arguments(name, field, ids, *also)}" for also in ((), *((key,) for key in field.args))]
    return [f"{call}{selected(field)}" for call in dict.fromkeys(calls)]


def together(calls: Sequence[str], most: int) -> Iterator[str]:
    """The selections of many calls, with aliases: those with more than they need one by one, because they may fail, and
    the driver does not close what is cancelled while it connects."""
    plain = [call for call in calls if "(" not in call]
    for start in range(0, len(plain), most):
        yield " ".join(f"a{place}: {call}" for place, call in enumerate(plain[start : start + most]))
    yield from (call for call in calls if "(" in call)
