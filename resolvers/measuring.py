"""How many operations there are, and how long they take. Those that are slow are logged, without their variables."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from photos_graph.graph.engine.caller import is_hurried
from photos_graph.logs import short_hash
from photos_graph.monitoring import Metrics
from resolvers.errors import public

log = logging.getLogger(__name__)

SHOWN = 80  # characters of the name of an operation


class Measuring(SchemaExtension):
    """Measures queries and mutations, from their text to their answer. A subscription lasts as long as its client."""

    def __init__(self, slow_seconds: float, metrics: Metrics | None) -> None:
        self._slow_seconds = slow_seconds
        self._metrics = metrics

    def on_operation(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        except BaseException as error:
            self._note(_code_of(error), time.perf_counter() - started)
            raise
        self._note(_code(self.execution_context), time.perf_counter() - started)

    def _note(self, code: str, seconds: float) -> None:
        kind = _kind(self.execution_context)
        lasts = kind == OperationType.SUBSCRIPTION.value
        if seconds > self._slow_seconds and not lasts:
            self._log(kind, seconds)
        if self._metrics is not None and is_hurried():
            self._metrics.note_operation(kind, code, None if lasts else seconds)

    def _log(self, kind: str, seconds: float) -> None:
        context = self.execution_context
        facts = {
            "seconds": round(seconds, 3),
            "kind": kind,
            "operation": (context.operation_name or "")[:SHOWN],
            "document": short_hash(context.query or ""),
        }
        level = logging.WARNING if is_hurried() else logging.INFO  # the service asks itself after a start
        log.log(level, "An operation of GraphQL was slow.", extra=facts)


def _code(context: ExecutionContext) -> str:
    """Returns the code of the first error, or "OK"."""
    errors = getattr(context.result, "errors", None) or context.pre_execution_errors
    return _code_of(errors[0]) if errors else "OK"


def _code_of(error: BaseException) -> str:
    if not isinstance(error, Exception):
        return "CANCELLED"
    error = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
    return str((public(error).extensions or {}).get("code"))


def _kind(context: ExecutionContext) -> str:
    """Returns "query", "mutation" or "subscription", or "none" if the document does not say."""
    try:
        kind: OperationType = context.operation_type
    except (RuntimeError, CannotGetOperationTypeError):  # it could not be parsed, or has no such operation
        return "none"
    return kind.value
