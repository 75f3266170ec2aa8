"""How much work the values of a request make: those of its variables, and those that stand in its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLType,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    type_from_ast,
)

# An object is converted field by field, also those that it leaves out: a PhotoFilter takes as long as 60 texts.
FIELD = 2


def weight_of_value(value: object, type_: GraphQLType | None) -> int:
    """Returns the weight of a value that JSON gave for an input of a type: 1, and more for objects."""
    total = 0
    named = get_named_type(type_) if type_ is not None else None
    left: list[tuple[Any, GraphQLNamedType | None]] = [(value, named)]
    while left:
        each, of = left.pop()
        total += 1
        if isinstance(each, list):
            left += [(item, of) for item in each]
        elif isinstance(each, dict):
            fields = of.fields if isinstance(of, GraphQLInputObjectType) else {}
            total += FIELD * len(fields)
            left += [(item, get_named_type(fields[key].type) if key in fields else None) for key, item in each.items()]
    return total


def weight_of_literal(node: ValueNode, type_: GraphQLType | None, variables: Mapping[str, int]) -> int:
    """Returns the weight of a value in a document. ``variables`` are the weights of those that it may name."""
    total = 0
    named = get_named_type(type_) if type_ is not None else None
    left: list[tuple[ValueNode, GraphQLNamedType | None]] = [(node, named)]
    while left:
        each, of = left.pop()
        total += variables.get(each.name.value, 1) if isinstance(each, VariableNode) else 1
        if isinstance(each, ListValueNode):
            left += [(item, of) for item in each.values]
        elif isinstance(each, ObjectValueNode):
            fields = of.fields if isinstance(of, GraphQLInputObjectType) else {}
            total += FIELD * len(fields)
            left += [
                (field.value, get_named_type(fields[name].type) if (name := field.name.value) in fields else None)
                for field in each.fields
            ]
    return total


def weights_of_variables(schema: GraphQLSchema, document: DocumentNode, values: Mapping[str, Any]) -> dict[str, int]:
    """Returns the weight of each variable that an operation of the document declares; the largest if they differ."""
    weights: dict[str, int] = {}
    for operation in document.definitions:
        for each in operation.variable_definitions or () if isinstance(operation, OperationDefinitionNode) else ():
            name, type_ = each.variable.name.value, type_from_ast(schema, each.type)
            if name in values:
                weight = weight_of_value(values[name], type_)
            else:
                weight = weight_of_literal(each.default_value, type_, {}) if each.default_value is not None else 1
            weights[name] = max(weight, weights.get(name, 0))
    return weights
