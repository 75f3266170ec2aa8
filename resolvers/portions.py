"""Work on the event loop in portions, between which others are answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator

HOLD_SECONDS = 0.02  # of the processor, after which others come first
TIMED = 500  # values that are made before the time is looked at
PORTION_BYTES = 64 * 1024  # of an answer that is sent at once
MOST_TOGETHER = 10_000  # values that are encoded in one call, which takes some milliseconds
ITEMS = 100  # of a list that are tried together, because many calls take longer than one

_CONTAINERS = (dict, list)  # `dict | list` would be made for each value
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Portions:
    """Tells long work when to let others come first."""

    def __init__(self) -> None:
        self._since = time.thread_time()
        self._values = 0

    async def rest(self, values: int) -> None:
        """Lets others be answered if the work went on for long. ``values`` is how many were made since the last
        call: the time is looked at once for many, because that is a call of the system."""
        self._values += values
        if self._values < TIMED:
            return
        self._values = 0
        if time.thread_time() - self._since > HOLD_SECONDS:
            await asyncio.sleep(0)
            self._since = time.thread_time()


def encoded(value: object) -> Iterator[bytes]:
    """Yields JSON in portions: the bytes are those of ``json.dumps`` without spaces."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(value):
        pieces.append(piece)
        size += len(piece)
        if size >= PORTION_BYTES:
            yield "".join(pieces).encode()
            pieces, size = [], 0
    if pieces:
        yield "".join(pieces).encode()


async def in_turns(portions: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yields the portions, and lets others come first between them."""
    for number, portion in enumerate(portions):
        if number:
            await asyncio.sleep(0)
        yield portion


def _pieces(value: object) -> Iterator[str]:
    if isinstance(value, dict) and not _is_small(value):
        before = "{"
        for key, each in value.items():
            yield f"{before}{_encode(key)}:"
            yield from _pieces(each)
            before = ","
        yield "}"
    elif isinstance(value, list) and not _is_small(value):
        before = "["
        for start in range(0, len(value), ITEMS):
            some = value[start : start + ITEMS]
            together = len(some) > 1 and _is_small(some)
            for pieces in [(_encode(some)[1:-1],)] if together else map(_pieces, some):
                yield before
                yield from pieces
                before = ","
        yield "]"
    else:
        yield _encode(value)


def _is_small(value: object) -> bool:
    """Returns whether all inside of a dictionary or a list may be encoded in one call."""
    left, count = [value], 0
    while left and count <= MOST_TOGETHER:
        each = left.pop()
        children = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        count += len(children)
        left += [child for child in children if isinstance(child, _CONTAINERS)]
    return count <= MOST_TOGETHER
