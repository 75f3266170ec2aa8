"""A worker of a cluster: ``photos-graph worker``."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

from photos_graph.cluster import worker_side
from photos_graph.cluster.certificates import security
from photos_graph.errors import BadSettings
from photos_graph.settings import Settings, forget
from photos_graph.workers.confinement import refuse_to_be_read

log = logging.getLogger(__name__)

AGAIN_SECONDS = 2.0  # until a scheduler that went away is tried again


async def work(settings: Settings, places: int) -> None:
    """Works for the scheduler of the settings until SIGINT or SIGTERM, and waits for it while it is away."""
    import distributed

    cluster = settings.cluster
    if cluster.scheduler is None:
        raise BadSettings("A worker needs the address of a scheduler. Set PHOTOS_CLUSTER__SCHEDULER.")
    forget()
    refuse_to_be_read()
    logging.getLogger("distributed").setLevel(logging.WARNING)
    worker_side.places = places
    ending = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    end = asyncio.create_task(ending.wait())
    try:
        while not ending.is_set():
            # Its child processes have limits of their own, and it keeps nothing else.
            worker = distributed.Worker(
                cluster.scheduler,
                nthreads=places,
                memory_limit=0,
                security=security(cluster),
                dashboard=False,
                host=cluster.worker_host,
            )
            running = asyncio.create_task(_run(worker))
            await asyncio.wait({running, end}, return_when=asyncio.FIRST_COMPLETED)
            if ending.is_set():
                await asyncio.wait({asyncio.create_task(worker.close(timeout=5))}, timeout=10)
                running.cancel()
            elif (error := running.exception()) is not None:
                log.warning("The scheduler at %s cannot be reached: %s", cluster.scheduler, error)
            await asyncio.wait({end}, timeout=AGAIN_SECONDS)
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await worker_side.close()


async def _run(worker: object) -> None:
    async with worker:  # type: ignore[attr-defined]
        await worker.finished()  # type: ignore[attr-defined]
