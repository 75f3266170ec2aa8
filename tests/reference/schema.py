"""Every type of the GraphQL schema, with its fields and arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import graphql
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLNamedType, GraphQLUnionType

TOP = """# Schema

Every type, field and argument, as [schema.graphql](../../schema.graphql) has them.
[Queries](../queries.md) has examples.
"""
OPERATIONS = ("Query", "Mutation", "Subscription")
SECTIONS = {
    "Objects and interfaces": (graphql.GraphQLObjectType, graphql.GraphQLInterfaceType),
    "Inputs": (GraphQLInputObjectType,),
    "Enums": (GraphQLEnumType,),
    "Unions": (GraphQLUnionType,),
    "Scalars": (graphql.GraphQLScalarType,),
}


def page(text: str) -> str:
    schema = graphql.build_schema(text)
    types = {name: type_ for name, type_ in sorted(schema.type_map.items()) if not name.startswith("__")}
    lines = [TOP]
    for name in OPERATIONS:
        lines += [f"## {name}", "", *described(types.pop(name))]
    for title, kinds in SECTIONS.items():
        lines += [f"## {title}", ""]
        for name, type_ in types.items():
            if isinstance(type_, kinds):
                lines += [f"### {name}", "", *described(type_)]
    return "\n".join(lines)


def described(type_: GraphQLNamedType) -> Iterator[str]:
    if type_.description:
        yield from (type_.description.strip(), "")
    if isinstance(type_, GraphQLUnionType):
        yield from (f"One of {', '.join(linked(each) for each in type_.types)}.", "")
    elif isinstance(type_, GraphQLEnumType):
        yield from ("| value | meaning |", "| --- | --- |")
        yield from (f"| `{name}` | {cell(value.description)} |" for name, value in type_.values.items())
        yield ""
    elif isinstance(type_, GraphQLInputObjectType):
        yield from ("| field | type | meaning |", "| --- | --- | --- |")
        yield from (
            f"| `{name}` | {argument(each)} | {cell(each.description)} |" for name, each in type_.fields.items()
        )
        yield ""
    elif isinstance(type_, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType):
        yield from ("| field | type | meaning |", "| --- | --- | --- |")
        for name, field in type_.fields.items():
            yield f"| `{name}` | {linked(field.type)} | {cell(field.description)}{''.join(arguments(field))} |"
        yield ""


def arguments(field: graphql.GraphQLField) -> Iterator[str]:
    for name, each in field.args.items():
        meaning = cell(each.description)
        yield f"<br>`{name}`: {argument(each)}{f'. {meaning}' if meaning else ''}"


def argument(given: graphql.GraphQLArgument | graphql.GraphQLInputField) -> str:
    default = given.ast_node.default_value if given.ast_node else None
    return f"{linked(given.type)} = `{graphql.print_ast(default)}`" if default else linked(given.type)


def linked(type_: graphql.GraphQLType) -> str:
    """Returns the type with a link to where it is described. ``Int`` and its like are described nowhere."""
    name = graphql.get_named_type(type_).name
    shown = str(type_).replace("[", "\\[").replace("]", "\\]")
    return shown if name in graphql.specified_scalar_types else shown.replace(name, f"[{name}](#{name.lower()})")


def cell(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip().replace("|", "\\|")
