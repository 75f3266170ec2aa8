"""Carries orders out on a worker of a cluster: in confined child processes, as the service itself does.

This runs in the event loop of the Dask worker. The processes stay with the models that they loaded, for as long as
their kind says, so that a worker loads a model once in each of its places.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from photos_graph.cluster.sent_work import Delivered, NotHere, Order
from photos_graph.errors import Busy, PhotosGraphError, Unavailable
from photos_graph.workers.frames import failure_of
from photos_graph.workers.pool import WorkerPool
from photos_graph.workers.port import PoolKind
from photos_graph.workers.task import Task

Packed = tuple[bytes, list[int]]  # an argument as JSON, and the descriptors that go with it

QUEUE = 1000  # Dask sends no more than there are places, unless workers are lost

places = 1  # calls that this worker runs at a time; ``node`` sets it
_pools: dict[PoolKind, WorkerPool] = {}


async def execute(order: Order) -> Delivered:
    """Never raises what a file or a task may cause."""
    with ExitStack() as closing:
        descriptors: list[int] = []
        try:
            for file in order.files:
                descriptors.append(await asyncio.to_thread(file.open))
                closing.callback(os.close, descriptors[-1])
            answer, chunks = await _pool(order.kind).call(_Forwarded(order.target), (order.argument, descriptors))
        except NotHere as error:
            return Delivered(elsewhere=str(error))
        except (Busy, Unavailable) as error:
            return Delivered(elsewhere=error.public_message)
        except PhotosGraphError as error:
            return Delivered(failure=failure_of(error).dump())
        return Delivered(answer, tuple(chunks))


async def close() -> None:
    """Ends the processes."""
    pools = list(_pools.values())
    _pools.clear()
    await asyncio.gather(*(pool.close() for pool in pools))


def _pool(kind: PoolKind) -> WorkerPool:
    if kind not in _pools:
        tasks: Sequence[Task[Any, Any]] = [Task(target, object, object) for target in kind.targets]
        _pools[kind] = WorkerPool(
            tasks, places, kind.memory_bytes, kind.timeout_seconds, QUEUE, kind.idle_seconds, kind.readable
        )
    return _pools[kind]


class _Unread:
    """Leaves an answer as it is, since the service reads it."""

    def validate_json(self, body: bytes) -> bytes:
        return body


class _Forwarded(Task[Packed, bytes]):
    """A task whose argument is packed already."""

    def __init__(self, target: str) -> None:
        super().__init__(target, tuple, bytes)

    @property
    def answers(self) -> Any:
        return _Unread()

    def pack(self, argument: Packed, there: object = None) -> Packed:
        return argument
