"""Runs the benchmark for each size and engine."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from benchmarks.bench import Bench
from benchmarks.processes import MIB, memory
from benchmarks.report import Figure, Goal
from benchmarks.search import sqlite
from benchmarks.search.loading import load
from benchmarks.search.made import Made, made
from benchmarks.search.questions import QUESTIONS, Question
from benchmarks.service import Service
from photos_graph.bootstrap import Services, build
from photos_graph.graph.engine.opening import connect
from photos_graph.model.search import PhotoOrder
from photos_graph.settings import Settings
from photos_graph.settings import load as settings_of
from tests.kit import engines

SIZES = (10_000, 100_000, 1_000_000)
WARM = 30  # rounds until an engine that was just started has compiled its code
REPEATS = 40  # of fast queries
PATIENCE = 3.0  # seconds; a slower query is not repeated
PAGE = """query ($filter: PhotoFilter) { photos(filter: $filter, first: 50) { totalCount nodes {
  id name takenAt thumbnail placeholder tags { source tag { name } } persons { name } places { name } } } }"""
CYPHER_PAGE: LiteralString = " RETURN p.number AS number ORDER BY p.takenAt DESC, p.number LIMIT 50"
CYPHER_TOTAL: LiteralString = " RETURN count(DISTINCT p) AS total"


@dataclass(frozen=True, slots=True)
class Times:
    """Times in seconds."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question
    total: int
    page: Times  # with its total
    facets: Times  # page, total and all facets
    http: Times
    sqlite: Times
    cypher: Times | None  # None if it took too long


def search(bench: Bench) -> Iterator[Figure]:
    small: dict[str, float] = {}
    for size in [size for size in SIZES if size <= bench.photos]:
        library = made(size)
        with tempfile.TemporaryDirectory(dir=bench.folder) as scratch:
            database = sqlite.load(library, Path(scratch) / "photos.sqlite", bench.say)
            for engine in ("embedded", "neo4j"):
                bench.say(f"{engine}, {size:,} photos")
                with graph_of(engine, Path(scratch)) as settings:
                    yield from _measured(bench, engine, library, settings, database, small)
            database.close()


@contextmanager
def graph_of(engine: str, scratch: Path) -> Iterator[Settings]:
    """Returns the settings for a new graph on that engine."""
    data_dir = scratch / engine
    if engine == "embedded":
        yield settings_of(data_dir=data_dir, graph={"heap": "3g"})
        return
    folder = scratch / "server"
    folder.mkdir()
    running = engines.start("neo4j", folder, heap="3g", pages="2g")
    try:
        at = running.endpoint
        yield settings_of(data_dir=data_dir, graph={"uri": at.uri, "user": at.user, "password": at.password})
    finally:
        running.stop()


def _measured(
    bench: Bench, engine: str, library: Made, settings: Settings, database: sqlite3.Connection, small: dict[str, float]
) -> list[Figure]:
    seconds = asyncio.run(loaded(bench, library, settings))
    inside, grown, without = asyncio.run(_inside(bench, settings, database))
    with Service(settings.data_dir, environment(settings)) as service:
        ready = service.ready_seconds
        used = memory(service.pid)
        for _ in range(WARM):
            for each in inside:
                service.ask(PAGE, filter=each.question.graphql)
        asked = [_over_http(service, each) for each in inside]
    _table(bench, engine, library.size, asked)
    name = f"{library.size:,} photos, {engine}"
    page, facets = (max(getattr(each, kind).p95 for each in asked) for kind in ("page", "facets"))
    http = max(each.http.p95 for each in asked)
    middle = statistics.median(each.http.median for each in asked)
    small.setdefault(engine, middle)
    heavy = min(each.sqlite.median / each.facets.median for each in asked if each.question.heavy)
    rare = max(each.facets.median / each.sqlite.median for each in asked if each.question.rare)
    largest = library.size == SIZES[-1]

    def goal(limit: float, *, at_most: bool = True) -> Goal | None:
        return Goal(limit, at_most=at_most) if largest else None

    return [
        Figure(f"bulk load, {name}", library.size / seconds, "photos/s"),
        Figure(f"page and total, worst p95 of ten, {name}", page * 1000, "ms", goal=goal(10)),
        Figure(f"page, total and facets, worst p95 of ten, {name}", facets * 1000, "ms", goal=goal(10)),
        Figure(f"the same over HTTP with 50 photos' labels, {name}", http * 1000, "ms", goal=goal(60)),
        Figure(f"HTTP, median against 10,000 photos, {name}", middle / small[engine], "x", goal=goal(1.2)),
        Figure(f"SQLite against ours, heavy sets, least, {name}", heavy, "x", goal=goal(10, at_most=False)),
        Figure(f"ours against SQLite, rare sets, most, {name}", rare, "x", goal=goal(2)),
        Figure(f"index per photo, {name}", grown / library.size, "bytes", goal=goal(400)),
        Figure(f"index read from the graph, {name}", without, "s"),
        Figure(f"start to ready from a snapshot, {name}", ready, "s", goal=goal(10)),
        Figure(f"memory of the service, {name}", used.service / MIB, "MiB"),
    ]


def environment(settings: Settings) -> dict[str, str]:
    """Returns the environment of a service on that graph."""
    return {
        "PHOTOS_GRAPH__HEAP": settings.graph.heap,
        **({"PHOTOS_GRAPH__URI": settings.graph.uri} if settings.graph.uri else {}),
        "PHOTOS_GRAPH__USER": settings.graph.user,
        "PHOTOS_GRAPH__PASSWORD": settings.graph.password.get_secret_value(),
    }


async def loaded(bench: Bench, library: Made, settings: Settings) -> float:
    """Loads the library and returns the seconds that this took."""
    graph = await connect(settings)
    try:
        started = time.monotonic()
        await load(graph, library, bench.say)
        return time.monotonic() - started
    finally:
        await graph.close()


async def _inside(bench: Bench, settings: Settings, database: sqlite3.Connection) -> tuple[list[Asked], int, float]:
    """Measures each query in this process beside SQLite and Cypher, the memory of the index, and the seconds to read
    it."""
    before = _resident()
    started = time.monotonic()
    async with build(settings, run_jobs=False) as services:
        without = time.monotonic() - started
        gc.collect()
        grown = _resident() - before
        await services.index.save()  # otherwise it would be saved during the measurement
        return [await _ask(bench, services, question, database) for question in QUESTIONS], grown, without


async def _ask(bench: Bench, services: Services, question: Question, database: sqlite3.Connection) -> Asked:
    bench.say(question.name)
    browse = services.browse

    def page() -> int:
        return browse.photos(question.filter, PhotoOrder.TAKEN_DESC, 50).total

    def facets() -> int:
        found = browse.photos(question.filter, PhotoOrder.TAKEN_DESC, 50)
        browse.facets.tags(found.found, 20), browse.facets.persons(found.found, 20)
        browse.facets.years(found.found), browse.facets.places(found.found, 20)
        return found.total

    total = page()
    where = question.sql

    def in_sqlite() -> int:
        database.execute(sqlite.PAGE.format(where=where)).fetchall()
        for query in sqlite.FACETS:
            database.execute(query.format(where=where)).fetchall()
        return int(database.execute(sqlite.TOTAL.format(where=where)).fetchone()[0])

    if (theirs := in_sqlite()) != total:
        raise RuntimeError(f"{question.name}: {total:,} photos here, {theirs:,} in SQLite")
    cypher = await _cypher(services, question, total)
    none = Times(0, 0)
    return Asked(question, total, _times(page), _times(facets), none, _times(in_sqlite), cypher)


async def _cypher(services: Services, question: Question, total: int) -> Times | None:
    body: LiteralString = f"{question.start} WITH DISTINCT p WHERE {question.cypher}"
    taken: list[float] = []
    end = time.monotonic() + PATIENCE
    while not taken or (len(taken) < REPEATS and time.monotonic() < end):
        started = time.monotonic()
        await services.graph.read(body + CYPHER_PAGE)
        found = (await services.graph.read(body + CYPHER_TOTAL))[0]["total"]
        taken.append(time.monotonic() - started)
        if found != total:
            raise RuntimeError(f"{question.name}: {total:,} photos here, {found:,} in Cypher")
    return _summed(taken)


def _over_http(service: Service, asked: Asked) -> Asked:
    def ask() -> int:
        return int(service.ask(PAGE, filter=asked.question.graphql)["photos"]["totalCount"])

    if (found := ask()) != asked.total:
        raise RuntimeError(f"{asked.question.name}: {asked.total:,} photos inside, {found:,} over HTTP")
    return Asked(asked.question, asked.total, asked.page, asked.facets, _times(ask), asked.sqlite, asked.cypher)


def _times(work: Callable[[], object]) -> Times:
    taken: list[float] = []
    end = time.monotonic() + PATIENCE
    while not taken or (len(taken) < REPEATS and time.monotonic() < end):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return _summed(taken)


def _summed(taken: Sequence[float]) -> Times:
    ordered = sorted(taken)
    return Times(statistics.median(ordered), ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))])


def _table(bench: Bench, engine: str, size: int, asked: Sequence[Asked]) -> None:
    bench.say(f"{engine}, {size:,} photos; milliseconds, median / p95")
    for each in asked:
        kinds = {
            "page": each.page,
            "facets": each.facets,
            "HTTP": each.http,
            "SQLite": each.sqlite,
            "Cypher": each.cypher,
        }
        times = ", ".join(
            f"{name} {t.median * 1000:.2f} / {t.p95 * 1000:.2f}" for name, t in kinds.items() if t is not None
        )
        bench.say(f"  {each.question.name} ({each.total:,} photos): {times}")


def _resident() -> int:
    """Returns the resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
