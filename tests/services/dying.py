"""A process that trains, or goes through the library again, and is killed at a moment that no watcher could hit: in a
transaction whose writes were made and are not committed. Settings come from the environment.

Arguments: what it does (``train`` or ``go on``), and where it is killed (``activating`` or ``predicting``).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from photos_graph.bootstrap import build
from photos_graph.graph import models, predictions
from photos_graph.model import JobKind, ModelKind
from photos_graph.services import predict_stage
from photos_graph.settings import Settings

BATCH = 10  # photos in one commit


def deadly(work: Callable[..., Awaitable[Any]], call: int) -> Callable[..., Awaitable[Any]]:
    """Its ``call``-th call is the last: all is written, nothing is committed."""
    calls = 0

    async def working(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        done = await work(*arguments)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return working


async def main(what: str, where: str) -> None:
    if where == "activating":
        models.activate = deadly(models.activate, 1)
    else:
        predict_stage.AT_ONCE = BATCH
        predictions.put = deadly(predictions.put, 2)
    async with build(Settings()) as services:
        if what == "train":
            await services.learning.train(ModelKind.TAGS)
        while await services.jobs.unfinished(*JobKind):
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
