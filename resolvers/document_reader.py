"""Parses and validates documents: each once, because clients send the same ones again, and large ones in a thread, so
that the service answers others meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectValueNode,
    ValueNode,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from photos_graph.errors import Busy, TooComplex
from photos_graph.settings import WebSettings

AT_ONCE = 500  # characters of a document that is read without a thread, which takes a few milliseconds
CHECK_SECONDS = 1.0  # of the processor for the validation of one document; those of real frontends take some hundredths
MOST_ERRORS = 10  # of one document, each of which may quote a large part of it
MOST_COMPARISONS = 50_000  # of fields that may have to be merged; the cookbook's largest document needs some hundreds
MOST_WAITING = 32  # documents that wait for the thread
MOST_BYTES = 32 * 1024**2  # of all documents that are kept
TOKEN_BYTES = 500  # that the parsed form takes for each token
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

MOST_LITERALS = 1_000  # values in one argument of a document

T = TypeVar("T")


@dataclass(slots=True)
class Read:
    """A document. ``problems`` is what its validation has found, or None if it was not validated yet."""

    node: DocumentNode
    size: int = 0  # in bytes, estimated
    problems: list[GraphQLError] | None = None


class Reader:
    """Parses and validates documents, and keeps those that were asked for last."""

    def __init__(self, settings: WebSettings, most_bytes: int = MOST_BYTES, seconds: float = CHECK_SECONDS) -> None:
        overlapping.MAX_COMPLEXITY_BUDGET = MOST_COMPARISONS
        self._settings = settings
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._bytes = 0
        self._known: OrderedDict[str, Read] = OrderedDict()
        self._lock = Lock()
        # One thread is enough, because Python runs one at a time.
        self._threads = ThreadPoolExecutor(1, "graphql")
        self._waiting = 0

    @property
    def kept_bytes(self) -> int:
        return self._bytes

    async def read(self, text: str) -> Read:
        """Raises GraphQLError for a syntax error, RecursionError, TooComplex if the document is too long, and Busy."""
        if (known := self._find(text)) is not None:
            return known
        if (size := len(text)) > self._settings.max_document:
            raise TooComplex(
                f"This document has {size:,} characters, and the limit is {self._settings.max_document:,}. "
                "Pass values as variables."
            )
        return await self._run(lambda: self._parsed(text), size)

    async def check(self, text: str, read: Read, schema: GraphQLSchema) -> list[GraphQLError]:
        """Returns the errors of a document that was read. Raises TooComplex if this takes too long, and Busy."""
        if read.problems is None:
            problems = await self._run(lambda: self._validated(read, schema), len(text))
            with self._lock:
                read.problems = problems
                # An error may quote the document, and so take more memory than the document itself.
                self._grow(text, read, sum(len(each.message) for each in problems))
        return read.problems or []

    async def aside(self, work: Callable[[], T]) -> T:
        """Returns the result of work that needs nothing but the processor. Raises Busy, and what the work raises."""
        if self._waiting >= MOST_WAITING:
            raise Busy("The service has too many documents to read. Try again in a moment.", 1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    async def _run(self, work: Callable[[], T], size: int) -> T:
        return work() if size <= AT_ONCE else await self.aside(work)

    def _find(self, text: str) -> Read | None:
        with self._lock:
            if (known := self._known.get(text)) is not None:
                self._known.move_to_end(text)
            return known

    def _parsed(self, text: str) -> Read:
        if (known := self._find(text)) is not None:  # another request has sent it at the same time
            return known
        node = parse(text, max_tokens=self._settings.max_tokens)
        read = Read(node)
        with self._lock:
            self._known[text] = read
            self._grow(text, read, len(text.encode("utf-8", "surrogatepass")) + node.token_count * TOKEN_BYTES)
        return read

    def _grow(self, text: str, read: Read, more: int) -> None:
        """Counts a document, or more of it, and forgets the oldest if all together are too large."""
        if self._known.get(text) is not read:
            return
        self._bytes += more
        read.size += more
        while self._bytes > self._most_bytes:
            _, forgotten = self._known.popitem(last=False)
            self._bytes -= forgotten.size

    def _validated(self, read: Read, schema: GraphQLSchema) -> list[GraphQLError]:
        if read.problems is not None:
            return read.problems
        rules = (_in_time(self._seconds), *RULES)
        problems = validate(schema, read.node, rules, max_errors=MOST_ERRORS)
        return [_TOO_MUCH if _is_aborted(each) else each for each in problems]


_REPEATED = TooComplex(
    "This document repeats fields and fragments too often to check whether they agree. Ask for less at once."
)
_TOO_MUCH = GraphQLError(_REPEATED.public_message, original_error=_REPEATED)


def _is_aborted(problem: GraphQLError) -> bool:
    """Returns whether graphql-core gave up, other than for too many errors, which it says itself."""
    return isinstance(problem, ValidationAbortedError) and not problem.message.startswith("Too many")


def _in_time(seconds: float) -> type[ASTValidationRule]:
    """Returns a rule that ends a validation which takes too long. Raises TooComplex."""
    end = time.thread_time() + seconds  # a busy machine is not the fault of the document

    class InTime(ASTValidationRule):
        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            # An error quotes the whole value, and there may be one for each of its fields.
            if not _is_small(node.value):
                raise TooComplex(
                    f"A document may give {MOST_LITERALS:,} values to one argument. Pass them as a variable."
                )

        def enter(self, node: Node, *_: Any) -> None:
            if time.thread_time() > end:
                raise TooComplex(f"This document takes longer than {seconds:g} s to check. Ask for less at once.")

    return InTime


def _is_small(value: ValueNode) -> bool:
    left, count = [value], 0
    while left and count <= MOST_LITERALS:
        each = left.pop()
        count += 1
        if isinstance(each, ListValueNode):
            left += each.values
        elif isinstance(each, ObjectValueNode):
            left += [field.value for field in each.fields]
    return count <= MOST_LITERALS
