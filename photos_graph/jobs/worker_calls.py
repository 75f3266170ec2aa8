"""Calls of workers by jobs: a call ends with the job."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from photos_graph.jobs.progress import Progress

LOOK_SECONDS = 0.25  # how often it is asked whether the job was cancelled, while the child works

T = TypeVar("T")


async def watched(call: Awaitable[T], progress: Progress, saying: str, done: int = 0, total: int | None = None) -> T:
    """Awaits the call, and ends it and its process if the job is cancelled. ``done`` of ``total`` are the progress
    before the call."""
    task = asyncio.ensure_future(call)
    try:
        while not (await asyncio.wait([task], timeout=LOOK_SECONDS))[0]:
            await progress.step(done, total, saying)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
