"""Waits for many coroutines of one level of a query."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

# The metadata of a field whose resolver waits for loaders alone, so that no task is needed for each object.
FROM_LOADERS: Mapping[str, bool] = {"from_loaders": True}


async def finished_together(coroutines: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Returns the results of coroutines that wait for loaders alone.

    They take turns in the task of the caller: each runs until it waits, and goes on when all have what they wait for.
    A task for each would take longer than the rest of its work. Raises the first error, and ends the others.
    """
    results: list[Any] = [None] * len(coroutines)
    running = list(enumerate(coroutines))
    try:
        while running:
            suspended, awaited = [], set()
            for place, coroutine in running:
                try:
                    future = coroutine.send(None)
                except StopIteration as end:
                    results[place] = end.value
                    continue
                suspended.append((place, coroutine))
                if isinstance(future, asyncio.Future):
                    future._asyncio_future_blocking = False  # as a task does when it takes the future
                    awaited.add(future)
            running = suspended
            await _done(awaited)
        return results
    finally:
        close(coroutines)


async def finished_by_tasks(coroutines: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Returns the results of coroutines that may do anything, of several at the same time. Raises the first error, and
    cancels the others."""
    if len(coroutines) == 1:
        return [await coroutines[0]]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
    return [task.result() for task in tasks]


def close(values: Sequence[Any]) -> None:
    """Ends the coroutines among the values, so that none is left without having been awaited."""
    for value in values:
        if asyncio.iscoroutine(value):
            value.close()


async def _done(futures: set[asyncio.Future[Any]]) -> None:
    if not futures:
        await asyncio.sleep(0)
        return
    await asyncio.wait(futures)
    for future in futures:
        if not future.cancelled():
            future.exception()  # which is raised by the coroutine that waits for it, or was by an earlier one
