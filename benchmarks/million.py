"""Measures one large library on both engines: its start and memory, an unchanged scan, pages, screens, albums, tags,
exports, a back-up.

The library is made once for all of it, since making one of a million photos takes longer than measuring it.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.albums import albums_of
from benchmarks.backups import backed_up
from benchmarks.bench import Bench
from benchmarks.exports import exports_of
from benchmarks.library import PAGE, TIMELINE
from benchmarks.load import rate, request
from benchmarks.pictures import Say
from benchmarks.processes import MIB, is_engine, memory, processor_seconds, tree
from benchmarks.report import Figure, Goal
from benchmarks.screens import furnish_graph, save_searches, screens_of
from benchmarks.search.made import made
from benchmarks.search.on_disk import put_on_disk
from benchmarks.search.run import environment, loaded
from benchmarks.search.tagging import tagged
from benchmarks.service import Service, graphql
from benchmarks.views import views_of
from photos_graph.graph.engine.opening import connect
from photos_graph.settings import Settings
from photos_graph.settings import load as settings_of
from tests.kit import engines

ENGINES = ("embedded", "neo4j")
LOAD_SECONDS = 10.0
HEAP, PAGES = "3g", "2g"
IDLE_SECONDS, IDLE_SHARE, LONGEST_PREPARATION = 8, 0.1, 300.0
ROOTS = "{ library { roots { id } } }"


@dataclass(frozen=True, slots=True)
class Large:
    """A large library. ``server`` is the process of its engine, if the service does not start that."""

    settings: Settings
    engine: str
    graph_folder: Path
    server: int | None = None

    def __str__(self) -> str:
        return self.engine

    def service(self) -> Service:
        return Service(self.settings.data_dir, environment(self.settings))

    def used(self, service: Service) -> float:
        """Returns the seconds that service and engine have used of a processor."""
        return processor_seconds(service.pid) + (processor_seconds(self.server) if self.server else 0)

    def used_by_engine(self, service: Service) -> float:
        """Returns the seconds that the engine alone has used of a processor."""
        if self.server:
            return processor_seconds(self.server)
        return sum(processor_seconds(each) for each in tree(service.pid) if is_engine(each))

    def memory_figures(self, service: Service, when: str) -> Iterator[Figure]:
        used = memory(service.pid)
        engine = memory(self.server).service if self.server else used.engine
        yield Figure(f"{self}: memory of the service {when}", used.service / MIB, "MiB")
        yield Figure(f"{self}: memory of the engine {when}", engine / MIB, "MiB")


def million(bench: Bench) -> Iterator[Figure]:
    """Yields the figures one by one, so that those of a run that is stopped are not lost."""
    for engine in ENGINES:
        with _engine(bench, engine) as large:
            yield from _made(bench, large)
            yield from _starts(bench, large)
            with large.service() as service:
                yield _prepared(bench, large, service)
                yield from _pages(bench, large, service)
                for figure in screens_of(service, _named(bench, large), large.server):
                    yield _of(large, figure)
                for figure in views_of(service, _named(bench, large), large.server):
                    yield _of(large, figure)
                for figure in albums_of(bench, service):
                    yield _of(large, figure)
                for figure in tagged(service, f"{bench.photos:,} photos", bench.photos, bench.rounds):
                    yield _of(large, figure)
                yield from large.memory_figures(service, "after all of this")
                yield from exports_of(service, f"{bench.photos:,} photos, {large}", _named(bench, large))
            yield from _backed_up(bench, large)
            yield from _rescan(bench, large)


def _of(large: Large, figure: Figure) -> Figure:
    return Figure(f"{large}: {figure.what}", figure.ours, figure.unit, goal=figure.goal)


def _named(bench: Bench, large: Large) -> Say:
    return lambda text: bench.say(f"{large}: {text}")


@contextmanager
def _engine(bench: Bench, engine: str) -> Iterator[Large]:
    """Yields a library that is empty, or the one that an earlier run has kept in ``bench.folder``."""
    folder = bench.folder / "million" / f"{engine}-{bench.photos}"
    (folder / "data").mkdir(parents=True, exist_ok=True)
    if engine == "embedded":
        yield Large(settings_of(data_dir=folder / "data", graph={"heap": HEAP}), engine, folder / "data")
        return
    (folder / "server").mkdir(exist_ok=True)
    running = engines.start(engine, folder / "server", heap=HEAP, pages=PAGES)
    try:
        at = running.endpoint
        graph = {"uri": at.uri, "user": at.user, "password": at.password}
        server = running.process.pid if running.process is not None else None
        yield Large(
            settings_of(data_dir=folder / "data", graph=graph), engine, folder / "server" / "data" / "databases", server
        )
    finally:
        running.stop()


def _made(bench: Bench, large: Large) -> Iterator[Figure]:
    settings, name = large.settings, f"{bench.photos:,} photos"
    if not (settings.data_dir / "made").exists():
        if not (settings.data_dir / "loaded").exists():
            taken = asyncio.run(loaded(bench, made(bench.photos), settings))
            (settings.data_dir / "loaded").touch()
            yield Figure(f"{large}: {name} loaded in bulk", bench.photos / taken, "photos/s")
        furnish_graph(bench, settings)
        (settings.data_dir / "made").touch()
    size = sum(path.stat().st_size for path in large.graph_folder.rglob("*") if path.is_file())
    yield Figure(f"{large}: the graph on the disk, for each photo", size / bench.photos, "bytes")


async def _put_on_disk(bench: Bench, large: Large) -> None:
    graph = await connect(large.settings)
    try:
        await put_on_disk(graph, large.settings.data_dir.with_name("Pictures"), _named(bench, large))
    finally:
        await graph.close()
    for saved in large.settings.data_dir.glob("index-*"):  # the feed does not say what was changed
        saved.unlink()


def _starts(bench: Bench, large: Large) -> Iterator[Figure]:
    """Measures the start without a snapshot of the index first, and then with the one that this start leaves."""
    for kind in ("no snapshot", "a snapshot"):
        for saved in large.settings.data_dir.glob("index-*") if kind == "no snapshot" else ():
            saved.unlink()
        bench.say(f"{large}: a start with {kind}")
        before = processor_seconds(large.server) if large.server else 0.0
        with large.service() as service:
            used, of_engine = large.used(service) - before, large.used_by_engine(service) - before
            yield Figure(f"{large}: start to ready, {kind}", service.ready_seconds, "s", goal=Goal(10, at_most=True))
            yield Figure(f"{large}: start to ready, {kind}, of a processor", used, "s")
            yield Figure(f"{large}: start to ready, {kind}, of that for the engine", of_engine, "s")
            yield from large.memory_figures(service, f"when ready, {kind}")
            if not (large.settings.data_dir / "searches").exists():
                save_searches(service)
                (large.settings.data_dir / "searches").touch()


def _prepared(bench: Bench, large: Large, service: Service) -> Figure:
    """Waits until the service has prepared what it keeps after a start, which would disturb what is measured next. It
    is idle then."""
    bench.say(f"{large}: what the service prepares")
    started, idle = time.monotonic(), 0
    while idle < IDLE_SECONDS and time.monotonic() - started < LONGEST_PREPARATION:
        before = large.used(service)
        time.sleep(1)
        idle = idle + 1 if large.used(service) - before < IDLE_SHARE else 0
    return Figure(f"{large}: what the service prepares after this start", time.monotonic() - started - idle, "s")


def _rescan(bench: Bench, large: Large) -> Iterator[Figure]:
    if not (large.settings.data_dir / "on disk").exists():
        asyncio.run(_put_on_disk(bench, large))
        (large.settings.data_dir / "on disk").touch()
    with large.service() as service:
        service.scan_of_start()
        root = service.ask(ROOTS)["library"]["roots"][0]["id"]
        bench.say(f"{large}: a scan that finds nothing changed")
        before = large.used(service)
        taken = service.scan(root, reads=0)
        used = large.used(service) - before
        goal = Goal(20_000, at_most=False)
        yield Figure(f"{large}: rescan of {bench.photos:,} unchanged files", bench.photos / taken, "files/s", goal=goal)
        yield Figure(f"{large}: rescan, of a processor, for 1,000 files", used / bench.photos * 1e6, "ms")
        yield from large.memory_figures(service, "after a rescan")


def _backed_up(bench: Bench, large: Large) -> Iterator[Figure]:
    """Writes a back-up, which has no vectors here, since the made library has none."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        yield from backed_up(bench, large.settings, Path(folder) / "photos.zip", str(large))


def _pages(bench: Bench, large: Large, service: Service) -> Iterator[Figure]:
    bench.say(f"{large}: pages")
    for what, query in (("page of 50", PAGE), ("months", TIMELINE)):
        body, headers = graphql(query)
        asked = [request("/graphql", headers, body)]
        rate(service.port, asked, 1)
        before = large.used(service)
        reached = rate(service.port, asked, LOAD_SECONDS)
        used = large.used(service) - before
        yield Figure(f"{large}: GraphQL, {what}", reached, "requests/s")
        yield Figure(f"{large}: GraphQL, {what}, of a processor", used / (reached * LOAD_SECONDS) * 1000, "ms")
