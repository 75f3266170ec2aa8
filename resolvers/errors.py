"""Errors as clients see them: a code and a public message. Unforeseen errors are masked and logged."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import MaskErrors
from strawberry.relay import to_base64
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult

from photos_graph.errors import BadInput, Conflict, EngineUnavailable, PhotosGraphError, TooComplex, UnknownOutcome
from photos_graph.web.answers import MASK, masked_extensions
from resolvers.blame import blamed
from resolvers.context import Context
from resolvers.outcomes import UNCERTAIN, uncertain

log = logging.getLogger(__name__)


def cause_of(error: GraphQLError) -> BaseException | None:
    """The error that a resolver or scalar raised, or None if GraphQL itself rejects the request."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def not_executed(result: ExecutionResult) -> bool:
    """Returns whether a request was refused before its fields were resolved, such as for a variable of a wrong type.
    The errors of fields have a path."""
    return result.data is None and bool(result.errors) and all(each.path is None for each in result.errors or ())


def public(error: GraphQLError, variables: Mapping[str, Any] | None = None, context: object = None) -> GraphQLError:
    """Returns the error as clients see it. An error that has a code is returned as it is. The ``variables`` of the
    request tell which argument is to blame, and its ``context`` whether a mutation was done nevertheless."""
    if "code" in (error.extensions or {}):
        return error
    cause = cause_of(error)
    if isinstance(cause, UnknownOutcome) and cause.request_id is not None:
        return _with(error, cause.public_message, cause.code, requestId=cause.request_id)
    if cause is not None and (mutation := uncertain(cause, error.path, context)) is not None:
        message = cause.public_message if isinstance(cause, UnknownOutcome) else UNCERTAIN
        return _with(error, message, UnknownOutcome.code, requestId=mutation.request_id)
    if cause is None or isinstance(cause, CannotGetOperationTypeError | InvalidOperationTypeError):
        # graphql-core marks its token limit by the words of the message alone.
        over = isinstance(error, GraphQLSyntaxError) and "Parsing aborted" in error.message
        return _with(error, error.message, TooComplex.code if over else BadInput.code)
    if isinstance(cause, Conflict) and cause.in_the_way is not None:
        other = to_base64(*cause.in_the_way)
        message = f"{cause.public_message} ({cause.in_the_way[0]} {other})"
        return _with(error, message, cause.code, **blamed(error, cause, variables), id=other)
    if isinstance(cause, PhotosGraphError) and cause.code == PhotosGraphError.code:  # the log says more
        return _with(error, cause.public_message, **masked_extensions(), **blamed(error, cause, variables))
    if isinstance(cause, PhotosGraphError):
        return _with(error, cause.public_message, cause.code, **blamed(error, cause, variables))
    if isinstance(cause, RecursionError):
        return _with(error, "This document is nested too deep.", TooComplex.code)
    return _with(error, MASK, **masked_extensions())


def log_unforeseen(error: GraphQLError) -> None:
    cause = cause_of(error)
    if cause is not None and public(error).message == MASK:
        log.error("A resolver failed at %s.", error.path, exc_info=cause)


class PublicErrors(MaskErrors):
    """Makes errors public in one place, for answers and for each step of a subscription."""

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        context = self.execution_context.context
        if isinstance(context, Context) and isinstance(cause_of(error), EngineUnavailable):
            context.engine_is_away = True
        return public(error, self.execution_context.variables, context)


def _with(error: GraphQLError, message: str, code: object, **more: object) -> GraphQLError:
    extensions = {"code": code, **more}
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)
