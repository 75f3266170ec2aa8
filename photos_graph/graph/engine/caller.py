"""For whom a query runs: for a client, who is answered at once, or for a job, which waits until the engine is back.

Both are kept in the context of the running task, so that no service has to pass them on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import uuid4

TIME_DIGITS = 11  # hexadecimal ones with which the id of a mutation begins: ms since the epoch

_hurried: ContextVar[bool] = ContextVar("hurried", default=False)
_mutation: ContextVar[MutationWrites | None] = ContextVar("mutation", default=None)


def _new_id() -> str:
    return f"{time.time_ns() // 1_000_000:0{TIME_DIGITS}x}{uuid4().hex}"


@dataclass(slots=True, eq=False)
class MutationWrites:
    """The transactions of one mutation. Each of them notes its number in the graph (``outcomes``), so that it can be
    found out later whether they were committed.

    ``begun``: one was committed, or may have been. ``partial``: further portions follow the present one.
    """

    request_id: str = field(default_factory=_new_id)
    begun: bool = False
    partial: bool = False
    transactions: int = 0

    @contextmanager
    def executed(self) -> Iterator[None]:
        """The transactions of the block belong to this mutation."""
        token = _mutation.set(self)
        try:
            yield
        finally:
            _mutation.reset(token)


def is_hurried() -> bool:
    """Returns whether a client waits, who is told at once if the engine does not answer."""
    return _hurried.get()


@contextmanager
def hurried() -> Iterator[None]:
    """What runs in the block, or in tasks that it starts, runs for a client."""
    token = _hurried.set(True)
    try:
        yield
    finally:
        _hurried.reset(token)


def present_mutation() -> MutationWrites | None:
    """Returns the mutation that this task executes, if any."""
    return _mutation.get()


def begin_mutation() -> MutationWrites:
    """From now on, the transactions of this task belong to a new mutation, which is returned."""
    mutation = MutationWrites()
    _mutation.set(mutation)
    return mutation


@contextmanager
def no_mutation() -> Iterator[None]:
    """What the block writes belongs to no mutation."""
    token = _mutation.set(None)
    try:
        yield
    finally:
        _mutation.reset(token)


@contextmanager
def portion(*, is_last: bool) -> Iterator[None]:
    """The block commits one of several portions of what a mutation does."""
    if (mutation := _mutation.get()) is not None:
        mutation.partial = not is_last
    yield
