"""How long operations take. Those that take too long are logged, without their variables."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from photos_graph.graph.engine.caller import is_hurried
from photos_graph.logs import short_hash

log = logging.getLogger(__name__)

SHOWN = 80  # characters of the name of an operation


class Measuring(SchemaExtension):
    """Measures queries and mutations, from their text to their answer. A subscription lasts as long as its client."""

    def __init__(self, slow_seconds: float) -> None:
        self._slow_seconds = slow_seconds

    def on_operation(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            kind, seconds = _kind(self.execution_context), time.perf_counter() - started
            if seconds > self._slow_seconds and kind != "subscription":
                self._log(kind, seconds)

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


def _kind(context: ExecutionContext) -> str:
    """Returns "query", "mutation" or "subscription", or "none" if the document does not say."""
    try:
        kind: OperationType = context.operation_type
    except (RuntimeError, CannotGetOperationTypeError):  # it could not be parsed, or has no such operation
        return "none"
    return kind.value
