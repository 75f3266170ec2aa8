"""What is looked up for ``/metrics`` when somebody asks. Nothing here takes time for each photo."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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


_ENGINE_UP = Measure("engine_up", "Whether the graph engine answers.")
_READY = Measure("ready", "Whether the service can read and write.")
_PHOTOS = Measure("photos", "Photos that are shown.")
_QUERIES = Measure("graph_queries", "Queries of the graph.", total=True)
_WAITING = Measure("pictures_waiting", "Pictures that wait for a process, for a person or for a job.", ("priority",))
_ENDED = Measure("jobs_ended", "Jobs that this process has ended.", ("kind", "state"), total=True)
_JOBS = Measure("jobs", "Jobs that are queued or running.", ("kind", "state"))
_KEPT = Measure("jobs_kept", "Jobs that have ended and are kept.", ("state",))
_LAG = Measure("index_lag", "Changes of the graph that the search index has not read.")
_FREE = Measure("disk_free_bytes", "Free space of the disk of a folder.", ("folder",))
_SIZE = Measure("disk_size_bytes", "Size of the disk of a folder.", ("folder",))
_LOW = Measure("disk_low", "Whether less is free than is kept free.", ("folder",))
_MEMORY = Measure("process_resident_bytes", "Memory of the workers and of the embedded engine.", ("kind",))
_PROCESSES = Measure("processes", "The number of workers and of embedded engines.", ("kind",))
LOOKED_UP = (
    *(_ENGINE_UP, _READY, _PHOTOS, _QUERIES, _WAITING, _ENDED, _JOBS),
    *(_KEPT, _LAG, _FREE, _SIZE, _LOW, _MEMORY, _PROCESSES),
)


async def measures(services: Services) -> list[Measure]:
    """Returns what can be found out now. What needs the graph is left out while it does not answer."""
    found = [
        _ENGINE_UP.of(_one(services.graph.pulse.answers)),
        _READY.of(_one(services.graph.trouble is None)),
        _PHOTOS.of(_one(services.browse.photo_count())),
        _QUERIES.of(_one(services.graph.queries)),
        _WAITING.of({(each.name.lower(),): float(services.pool.waiting(each)) for each in Priority}),
        _ENDED.of({(kind.lower(), state.lower()): float(n) for (kind, state), n in services.runner.ended.items()}),
        *await asyncio.to_thread(lambda: [*_space(services), *_memory()]),
    ]
    with suppress(PhotosGraphError):
        found += await _of_the_graph(services)
    return found


def _one(value: float) -> Values:
    return {(): float(value)}


async def _of_the_graph(services: Services) -> list[Measure]:
    unfinished: Values = {(kind.lower(), state.lower()): 0.0 for kind in JobKind for state in _OPEN}
    for job in await jobs.unfinished(services.graph):
        unfinished[job.kind.lower(), job.state.lower()] += 1
    kept: Values = {
        (state.lower(),): float(await jobs.count(services.graph, state)) for state in JobState if state not in _OPEN
    }
    head = await feed.head(services.graph)
    return [_JOBS.of(unfinished), _KEPT.of(kept), _LAG.of(_one(head - services.index.search.seq))]


def _space(services: Services) -> Iterator[Measure]:
    spaces = {place.name: place.space for place in services.storage.places()}
    yield _FREE.of({(folder,): float(space.free) for folder, space in spaces.items()})
    yield _SIZE.of({(folder,): float(space.size) for folder, space in spaces.items()})
    yield _LOW.of({(folder,): float(space.is_low) for folder, space in spaces.items()})


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
    yield _MEMORY.of(memory)
    yield _PROCESSES.of(count)


def _children() -> Iterator[int]:
    with suppress(OSError):
        for thread in Path(f"/proc/{os.getpid()}/task").iterdir():
            with suppress(OSError):
                yield from map(int, (thread / "children").read_text().split())
