"""All labels of a large library written as JSON and as sidecars, and read back, while pages are asked for."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

from benchmarks.bench import Bench
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure
from benchmarks.search.made import made
from benchmarks.search.run import environment, graph_of, loaded
from benchmarks.service import JOB, Service
from photos_graph.graph.connection import connect
from photos_graph.settings import Settings

EXPORT = "mutation ($format: DatasetFormat!) { exportDataset(format: $format) { id } }"
IMPORT = "mutation ($name: String!) { importDataset(name: $name) { id } }"
PAGE = "{ photos(first: 50) { nodes { id name tags { source tag { name } } } } }"
UNSAY: LiteralString = """
MATCH (p:Photo)-[r:TAGGED|EXCLUDES]->(:Tag) WITH r LIMIT 10000 DELETE r RETURN count(*) AS gone
"""


def exports(bench: Bench) -> Iterator[Figure]:
    library = made(bench.photos)
    with tempfile.TemporaryDirectory(dir=bench.folder) as scratch:
        for engine in ("embedded", "neo4j"):
            with graph_of(engine, Path(scratch)) as settings:
                asyncio.run(loaded(bench, library, settings))
                name = f"{library.size:,} photos, {engine}"
                with Service(settings.data_dir, environment(settings)) as service:
                    for format in ("JSON", "XMP"):
                        bench.say(f"export as {format}, {engine}")
                        yield from _measured(service, f"export as {format}, {name}", EXPORT, format=format)
                bench.say(f"unsaying, {engine}")
                asyncio.run(_unsaid(settings))
                with Service(settings.data_dir, environment(settings)) as service:
                    for format in ("json", "xmp"):
                        bench.say(f"import of {format}, {engine}")
                        [export] = (settings.data_dir / "exports").glob(f"{format}-*")
                        yield from _measured(service, f"import of {format}, {name}", IMPORT, name=export.name)


async def _unsaid(settings: Settings) -> None:
    """Nothing is said of tags on photos any more."""
    graph = await connect(settings)
    while (await graph.write(UNSAY))[0]["gone"]:
        pass
    await graph.close()


def _measured(service: Service, what: str, mutation: str, **variables: str) -> Iterator[Figure]:
    pages = []
    with Watch(service.pid) as memory:
        started = time.monotonic()
        [asked] = service.ask(mutation, **variables).values()
        while (job := service.ask(JOB, id=asked["id"])["job"])["state"] in ("QUEUED", "RUNNING"):
            at = time.monotonic()
            service.ask(PAGE)
            pages.append(time.monotonic() - at)
            time.sleep(0.2)
        seconds = time.monotonic() - started
    if job["state"] != "SUCCEEDED":
        raise RuntimeError(job["message"])
    yield Figure(what, seconds, "s")
    yield Figure(f"{what}: a page meanwhile, p95", statistics.quantiles(pages, n=20)[-1] * 1000, "ms")
    yield Figure(f"{what}: peak memory of the service", memory.peak.service / MIB, "MiB")
