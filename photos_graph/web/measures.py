"""What is looked up for ``/metrics`` when somebody asks. Nothing here takes time for each photo."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from photos_graph.disk_space import Space
from photos_graph.errors import PhotosGraphError
from photos_graph.facade import Services
from photos_graph.graph import jobs
from photos_graph.graph.engine import feed
from photos_graph.model.jobs import JobKind, JobState
from photos_graph.monitoring import Measure
from photos_graph.workers.pool import Priority

CHILD = b"photos_graph.workers.child"
ENGINE = b"photos_graph.graph.engine.embedded_child"
Values = dict[tuple[str, ...], float]
_OPEN = (JobState.QUEUED, JobState.RUNNING)


async def measures(services: Services) -> list[Measure]:
    """Returns what can be found out now. What needs the graph is left out while it does not answer."""
    found = [
        _one("engine_up", "Whether the graph engine answers.", services.graph.pulse.answers),
        _one("ready", "Whether the service can read and write.", services.graph.trouble is None),
        _one("photos", "Photos that are shown.", services.browse.photo_count()),
        _one("graph_queries", "Queries of the graph.", services.graph.queries, total=True),
        _waiting(services),
        _ended(services),
        *await asyncio.to_thread(lambda: [*_space(services), *_memory()]),
    ]
    with suppress(PhotosGraphError):
        found += await _of_the_graph(services)
    return found


def _one(name: str, meaning: str, value: float, *, total: bool = False) -> Measure:
    return Measure(name, meaning, values={(): float(value)}, total=total)


def _waiting(services: Services) -> Measure:
    waiting: Values = {(each.name.lower(),): float(services.pool.waiting(each)) for each in Priority}
    return Measure("pictures_waiting", "Pictures that wait for a process.", ("priority",), waiting)


def _ended(services: Services) -> Measure:
    ended: Values = {(kind.lower(), state.lower()): float(n) for (kind, state), n in services.runner.ended.items()}
    return Measure("jobs_ended", "Jobs that this process has ended.", ("kind", "state"), ended, total=True)


async def _of_the_graph(services: Services) -> list[Measure]:
    unfinished: Values = {(kind.lower(), state.lower()): 0.0 for kind in JobKind for state in _OPEN}
    for job in await jobs.unfinished(services.graph):
        unfinished[job.kind.lower(), job.state.lower()] += 1
    kept: Values = {
        (state.lower(),): float(await jobs.count(services.graph, state)) for state in JobState if state not in _OPEN
    }
    head = await feed.head(services.graph)
    return [
        Measure("jobs", "Jobs that are queued or running.", ("kind", "state"), unfinished),
        Measure("jobs_kept", "Jobs that have ended and are kept.", ("state",), kept),
        _one("index_lag", "Changes of the graph that the search index has not read.", head - services.index.search.seq),
    ]


def _space(services: Services) -> Iterator[Measure]:
    spaces = {place.name: place.space for place in services.storage.places()}

    def of_each(name: str, meaning: str, value: Callable[[Space], float]) -> Measure:
        return Measure(name, meaning, ("folder",), {(folder,): float(value(space)) for folder, space in spaces.items()})

    yield of_each("disk_free_bytes", "Free space of the disk of a folder.", lambda space: space.free)
    yield of_each("disk_size_bytes", "Size of the disk of a folder.", lambda space: space.size)
    yield of_each("disk_low", "Whether less is free than is kept free.", lambda space: space.is_low)


def _memory() -> Iterator[Measure]:
    """Yields the memory and the numbers of the processes that this one has started. Only Linux tells."""
    memory: Values = {("worker",): 0.0, ("engine",): 0.0}
    count = dict(memory)
    for pid in _children():
        with suppress(OSError, ValueError, IndexError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            kind = ("worker",) if CHILD in command else ("engine",) if ENGINE in command else None
            if kind is not None:
                memory[kind] += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
                count[kind] += 1
    yield Measure("process_resident_bytes", "Memory of the processes of a kind.", ("kind",), memory)
    yield Measure("processes", "Processes of a kind.", ("kind",), count)


def _children() -> Iterator[int]:
    with suppress(OSError):
        for thread in Path(f"/proc/{os.getpid()}/task").iterdir():
            with suppress(OSError):
                yield from map(int, (thread / "children").read_text().split())
