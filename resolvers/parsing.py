"""Parses documents, and finds the operation that a request runs and whether its viewer may run it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql import OperationType as Kind
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import ExecutionContext
from strawberry.types.field import StrawberryField

from photos_graph.access.roles import RANK, require
from photos_graph.errors import TooComplex
from photos_graph.model.access import Role
from resolvers.context import Context
from resolvers.document_reader import Reader
from resolvers.permissions import RolePermission


class OperationNotNamed(CannotGetOperationTypeError):
    """Several operations are in the document, and the request names none of them."""

    def as_http_error_reason(self) -> str:
        return "This document has several operations. Name the one to run as `operationName`."


class Parsing(SchemaExtension):
    """Refuses a document with several operations unless the request names one, because the first may be a mutation."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def on_parse(self) -> AsyncIterator[None]:
        context = self.execution_context
        if context.query:
            try:
                context.graphql_document = (await self._reader.read(context.query)).node
            except RecursionError as error:
                raise GraphQLError("This document is nested too deep.", original_error=error) from None
        document, name = context.graphql_document, context._provided_operation_name  # there is no public way to it
        if document is not None and name is None and len(operations(document)) > 1:
            raise OperationNotNamed(None)
        yield


def operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


async def is_subscription(reader: Reader, query: str, operation_name: str | None) -> bool:
    """Returns whether the operation that a request runs is a subscription; False if the document cannot be parsed."""
    try:
        document = (await reader.read(query)).node
    except (GraphQLError, RecursionError, TooComplex):
        return False
    return any(
        each.operation is Kind.SUBSCRIPTION
        for each in operations(document)
        if operation_name in (None, each.name.value if each.name else None)
    )


def check_role(context: ExecutionContext, document: DocumentNode) -> None:
    """Raises Forbidden if the viewer may run no field of a mutation, whose values are then not even looked at."""
    asking = context.context
    if not isinstance(asking, Context) or asking.viewer is None:
        return
    name = context.operation_name
    for each in operations(document):
        if each.operation is Kind.MUTATION and name in (None, each.name.value if each.name else None):
            roles = [_role_of(context, field) for field in _root_fields(each.selection_set, document)]
            if roles and None not in roles:
                require(asking.known_viewer, min((role for role in roles if role), key=RANK.__getitem__))


def _role_of(context: ExecutionContext, node: FieldNode) -> Role | None:
    """Returns the role that a field of Mutation requires, or None if there is no such field."""
    mutations = context.schema._schema.mutation_type  # strawberry has no public way to it
    definition = mutations.fields.get(node.name.value) if mutations is not None else None
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if definition is not None else None
    permissions = field.permission_classes if isinstance(field, StrawberryField) else []
    roles = [each.role for each in permissions if issubclass(each, RolePermission)]
    return max(roles, key=RANK.__getitem__) if roles else None


def _root_fields(selections: SelectionSetNode, document: DocumentNode) -> Iterator[FieldNode]:
    """Yields the fields of an operation and of the fragments that it spreads, each fragment once."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    left = [selections]
    while left:
        for each in left.pop().selections:
            if isinstance(each, FieldNode):
                yield each
            elif isinstance(each, InlineFragmentNode):
                left.append(each.selection_set)
            elif isinstance(each, FragmentSpreadNode) and (fragment := fragments.pop(each.name.value, None)):
                left.append(fragment.selection_set)
