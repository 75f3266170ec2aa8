"""The connection of a service to its Dask cluster.

The service never waits for a cluster that does not answer: everything that is asked of it ends with None when it
is lost, and the service does that work itself. One loop connects, looks whether there are workers, and connects again.
What it awaits of Dask are tasks of their own, since Dask may swallow the cancellation of what waits while it
reconnects.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from photos_graph.cluster.certificates import security
from photos_graph.cluster.sent_work import Delivered, Order
from photos_graph.cluster.worker_side import execute
from photos_graph.settings import ClusterSettings
from photos_graph.workers.turns import Priority

log = logging.getLogger(__name__)

T = TypeVar("T")
Client = Any  # of Dask, most of which has no types

LOOK_SECONDS = 2.0  # between two looks at the cluster
PATIENCE_SECONDS = 10.0  # until a scheduler that says nothing counts as lost
LOST_WORKERS = 1  # that a task may take with it before the service does it itself


class SchedulerLink:
    """Call ``open`` once and ``close`` once."""

    def __init__(self, settings: ClusterSettings) -> None:
        self._settings = settings
        self._client: Client = None
        self._looking: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[Any]] = set()
        self._lost = asyncio.Event()
        self._lost.set()
        self._said: str | None = None
        self.places = 0  # calls that all workers run at a time
        self.dashboard: str | None = None

    @property
    def is_up(self) -> bool:
        """Whether there are workers."""
        return not self._lost.is_set()

    def open(self) -> None:
        self._looking = asyncio.create_task(self._keep_looking(), name="cluster")

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking}, timeout=PATIENCE_SECONDS)
        self._lose()
        self._drop()
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while self._endings and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._endings, timeout=left)

    async def run(self, order: Order, priority: Priority) -> Delivered | None:
        """Has a worker carry the order out. Returns None if the cluster is lost, or if the order took workers with
        it."""
        client, lost = self._client, self._lost
        if client is None or lost.is_set():
            return None
        key = f"{order.target.rpartition(':')[2]}-{uuid.uuid4().hex}"
        try:
            future = client.submit(execute, order, key=key, priority=urgency(priority), pure=False)
        except Exception:  # the client has just been closed
            log.info("The cluster takes no work.", exc_info=True)
            return None
        result = asyncio.ensure_future(future.result())
        losing = asyncio.create_task(lost.wait())
        try:
            await asyncio.wait({result, losing}, return_when=asyncio.FIRST_COMPLETED)
            return _outcome(result)
        finally:
            losing.cancel()
            if not result.done():
                result.cancel()
                self._in_background(_cancelled(client, future))

    def elsewhere(self, reason: str) -> None:
        """Says, once for each reason, why the service does itself what workers should do."""
        self._say(f"A worker of the cluster leaves work to the service: {reason}.")

    # -- looking

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:  # whatever Dask raises
                log.info("The cluster cannot be looked at.", exc_info=True)
                self._lose("The cluster cannot be reached.")
                self._drop()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        if self._client is None:
            found = await self._within(self._connected())
            if found is None:
                self._lose(f"The scheduler at {self._settings.scheduler} does not answer.")
                return
            self._client = found
        told = await self._within(self._client.scheduler.identity()) if self._client.status == "running" else None
        if told is None:
            self._lose(f"The scheduler at {self._settings.scheduler} does not answer.")
            self._drop()
            return
        self.places = sum(worker["nthreads"] for worker in told["workers"].values())
        if not self.places:
            self._lose("The cluster has no workers.")
        elif self._lost.is_set():
            self._lost = asyncio.Event()
            self._said = None
            self.dashboard = self._settings.dashboard
            if self.dashboard is None and "dashboard" in told["services"]:
                self.dashboard = self._client.dashboard_link
            log.info("The cluster has %d places.", self.places)

    async def _connected(self) -> Client:
        import distributed

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost is said here
        client: Client = distributed.Client(  # type: ignore[no-untyped-call]
            self._settings.scheduler,
            asynchronous=True,
            set_as_default=False,
            security=security(self._settings),
            timeout=PATIENCE_SECONDS / 2,
            name="photos-graph",
        )
        try:
            await client
        except BaseException:
            self._in_background(_closed(client))
            raise
        with suppress(Exception):  # a scheduler without our program has a limit of its own
            await client.run_on_scheduler(_limit_losses)
        return client

    async def _within(self, asked: Coroutine[Any, Any, T]) -> T | None:
        """Returns what was asked for, or None if that takes too long. Raises what it raises."""
        task = asyncio.ensure_future(asked)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)
        try:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        finally:
            if not task.done():
                task.add_done_callback(self._came_late)
                task.cancel()  # it may not obey, and is not waited for
        return task.result() if task.done() else None

    def _came_late(self, task: asyncio.Task[Any]) -> None:
        """Closes a client that connected although it was to stop."""
        if not task.cancelled() and task.exception() is None and hasattr(task.result(), "scheduler_comm"):
            self._in_background(_closed(task.result()))

    def _lose(self, reason: str | None = None) -> None:
        self.places, self.dashboard = 0, None
        self._lost.set()
        if reason is not None:
            self._say(f"{reason} The service works by itself until that changes.")

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self._in_background(_closed(client))

    def _say(self, text: str) -> None:
        if text != self._said:
            log.warning("%s", text)
            self._said = text

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)


def urgency(priority: Priority) -> int:
    """Returns the priority of Dask, which does first what has a higher one."""
    return -priority


def _outcome(result: asyncio.Future[Delivered]) -> Delivered | None:
    if not result.done() or result.cancelled():
        return None
    if (error := result.exception()) is not None:
        log.warning("The cluster could not do a task, which the service does itself: %s", error)
        return None
    return result.result()


def _limit_losses(dask_scheduler: Any = None) -> None:
    """Runs in the scheduler."""
    dask_scheduler.allowed_failures = LOST_WORKERS


async def _cancelled(client: Client, future: Any) -> None:
    with suppress(Exception):
        await client.cancel([future], force=True)


async def _closed(client: Client) -> None:
    try:
        with suppress(Exception):
            await client.close(timeout=PATIENCE_SECONDS)
    finally:
        client.status = "closed"  # or it would try again when it is collected, after the loop has ended
