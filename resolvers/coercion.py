"""Coerces large variables in the thread that reads documents, so that the service answers others meanwhile.

graphql-core coerces them when it begins to execute, and has no other place for it. So the values that it would find
are passed on with the variables, and it is shown an operation that declares none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DefinitionNode, DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values

AT_ONCE = 200  # values in the variables that are coerced without the thread, which takes about a millisecond
MOST_ERRORS = 50  # of one request, as graphql-core has it


class Coerced(dict[str, Any]):
    """The variables of a request as JSON gave them, and what they are coerced to, or the errors of that."""

    def __init__(self, given: Mapping[str, Any], outcome: VariableValues | list[GraphQLError]) -> None:
        super().__init__(given)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Coercion:
    schema: GraphQLSchema
    operation: OperationDefinitionNode
    given: dict[str, Any]

    def run(self) -> Coerced:
        declared = self.operation.variable_definitions or ()
        return Coerced(self.given, get_variable_values(self.schema, declared, self.given, MOST_ERRORS))


def are_large(variables: Mapping[str, Any]) -> bool:
    """Returns whether it takes long to coerce them."""
    left: list[Any] = list(variables.values())
    count = len(left)
    while left and count <= AT_ONCE:
        each = left.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        count += len(inner)
        if count <= AT_ONCE:
            left += inner
    return count > AT_ONCE


def undeclared(document: DocumentNode) -> tuple[DocumentNode, dict[int, OperationDefinitionNode]]:
    """Returns a document whose operations declare no variables, and the operations as they were by the ``id`` of those
    that replace them."""
    definitions: list[DefinitionNode] = []
    originals: dict[int, OperationDefinitionNode] = {}
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            bare = OperationDefinitionNode(
                operation=each.operation,
                name=each.name,
                directives=each.directives,
                selection_set=each.selection_set,
                loc=each.loc,
            )
            originals[id(bare)] = each
            definitions.append(bare)
        else:
            definitions.append(each)
    return DocumentNode(definitions=tuple(definitions), loc=document.loc), originals
