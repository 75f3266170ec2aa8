"""Runs work on many items, a few of them at the same time, and repeats work while a worker pool is busy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

from photos_graph.errors import Busy

T = TypeVar("T")
R = TypeVar("R")


async def several(items: Iterable[T], work: Callable[[T], Awaitable[R]], at_once: int) -> AsyncGenerator[tuple[T, R]]:
    """Yields each item with the result of ``work``, in the order in which they are finished. Raises what ``work``
    raises. Work that still runs is then cancelled, and also when the caller stops iterating."""
    waiting = iter(items)
    running: dict[asyncio.Future[R], T] = {}
    try:
        while True:
            while len(running) < at_once:
                try:
                    item = next(waiting)
                except StopIteration:
                    break
                running[asyncio.ensure_future(work(item))] = item
            if not running:
                return
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield running.pop(task), task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def when_free(work: Callable[[], Awaitable[R]]) -> R:
    """Returns the result of ``work``, which is called again while it raises Busy."""
    while True:
        try:
            return await work()
        except Busy as busy:
            await asyncio.sleep(busy.retry_after)
