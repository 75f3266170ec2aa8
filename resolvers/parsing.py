"""Parses documents, each once, because clients send the same ones again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions import ParserCache
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.graphql import OperationType


class OperationNotNamed(CannotGetOperationTypeError):
    """Several operations are in the document, and the request names none of them."""

    def as_http_error_reason(self) -> str:
        return "This document has several operations. Name the one to run as `operationName`."


class Parsing(ParserCache):
    """Refuses a document with several operations unless the request names one, because the first may be a mutation."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        with suppress(GraphQLError, RecursionError):  # strawberry parses it again, and handles the error
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        document, name = context.graphql_document, context._provided_operation_name  # there is no public way to it
        if document is not None and name is None and len(operations(document)) > 1:
            raise OperationNotNamed(None)
        yield


def operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def is_subscription(query: str, operation_name: str | None, max_tokens: int) -> bool:
    """Returns whether the operation that a request runs is a subscription; False if the document cannot be parsed."""
    try:
        document = ParserCache().cached_parse_document(query, max_tokens=max_tokens)
    except (GraphQLError, RecursionError):
        return False
    return any(
        each.operation.value == OperationType.SUBSCRIPTION.value
        for each in operations(document)
        if operation_name in (None, each.name.value if each.name else None)
    )
