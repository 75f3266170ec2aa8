"""Exports all labels of a large library as JSON and as sidecars, and imports them, while pages are requested."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

from benchmarks.bench import Bench
from benchmarks.jobs import browsed
from benchmarks.pictures import Say
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure
from benchmarks.search.made import made
from benchmarks.search.run import environment, graph_of, loaded
from benchmarks.service import Service
from photos_graph.graph.engine.opening import connect
from photos_graph.settings import Settings

EXPORT = "mutation ($format: DatasetFormat!) { exportDataset(format: $format) { id } }"
IMPORT = "mutation ($name: String!) { importDataset(name: $name) { id } }"
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
                    yield from exports_of(service, name, bench.say)
                bench.say(f"unsaying, {engine}")
                asyncio.run(_unsaid(settings))
                with Service(settings.data_dir, environment(settings)) as service:
                    for format in ("json", "xmp"):
                        bench.say(f"import of {format}, {engine}")
                        [export] = (settings.data_dir / "exports").glob(f"{format}-*")
                        yield from _measured(service, f"import of {format}, {name}", IMPORT, name=export.name)


def exports_of(service: Service, name: str, say: Say) -> Iterator[Figure]:
    """Exports all labels of the library ``name`` that the service has."""
    for format in ("JSON", "XMP"):
        say(f"export as {format}, {name}")
        yield from _measured(service, f"export as {format}, {name}", EXPORT, format=format)


async def _unsaid(settings: Settings) -> None:
    """Deletes all assertions of tags on photos."""
    graph = await connect(settings)
    while (await graph.write(UNSAY))[0]["gone"]:
        pass
    await graph.close()


def _measured(service: Service, what: str, mutation: str, **variables: str) -> Iterator[Figure]:
    with Watch(service.pid) as memory:
        service.ask(mutation, **variables)
        took, page = browsed(service, what)
    yield Figure(what, took["IMPORT" if mutation == IMPORT else "EXPORT"], "s")
    yield page
    yield Figure(f"{what}: peak memory of the service", memory.peak.service / MIB, "MiB")
