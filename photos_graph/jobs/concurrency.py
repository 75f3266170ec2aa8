"""Work of jobs on other things than the job itself: on many items at the same time, in busy pools, and in workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

from photos_graph.errors import Busy
from photos_graph.jobs.progress import Progress

T = TypeVar("T")
R = TypeVar("R")

REPORT_SECONDS = 0.25  # how often a job whose worker is busy reports, and learns whether it was cancelled


async def map_unordered(
    items: Iterable[T], work: Callable[[T], Awaitable[R]], concurrency: int
) -> AsyncGenerator[tuple[T, R]]:
    """Yields each item with the result of ``work``, in the order in which they are finished. Raises what ``work``
    raises. Work that still runs is then cancelled, and also when the caller stops iterating."""
    waiting = iter(items)
    running: dict[asyncio.Future[R], T] = {}
    try:
        while True:
            while len(running) < concurrency:
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


async def retry_while_busy(work: Callable[[], Awaitable[R]]) -> R:
    """Returns the result of ``work``, which is called again while it raises Busy."""
    while True:
        try:
            return await work()
        except Busy as busy:
            await asyncio.sleep(busy.retry_after)


async def with_progress(
    call: Awaitable[T], progress: Progress, message: str, done: int = 0, total: int | None = None
) -> T:
    """Awaits the call of a worker and reports progress meanwhile: ``done`` of ``total``, as before the call. Ends the
    call and its process if the job is cancelled, and then raises Cancelled."""
    task = asyncio.ensure_future(call)
    try:
        while not (await asyncio.wait([task], timeout=REPORT_SECONDS))[0]:
            await progress.step(done, total, message)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
