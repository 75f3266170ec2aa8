"""Work on many things, a few of them at once, and work that others are in the way of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

from photos_graph.errors import Busy

T = TypeVar("T")
R = TypeVar("R")


async def several(items: Iterable[T], work: Callable[[T], Awaitable[R]], at_once: int) -> AsyncGenerator[tuple[T, R]]:
    """Each item with what ``work`` made of it, in the order in which they are done. Raises what ``work`` raises; then,
    and when nobody iterates any longer, what still runs is cancelled."""
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
    """What ``work`` gives, which is asked again while it is Busy."""
    while True:
        try:
            return await work()
        except Busy as busy:
            await asyncio.sleep(busy.retry_after)
