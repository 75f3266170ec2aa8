"""Asks the queries of docs/cookbook in a large library, as a frontend does when a person opens each screen."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.answers import answered
from benchmarks.bench import Bench
from benchmarks.fields import SETTLING, library
from benchmarks.pictures import Say
from benchmarks.processes import processor_seconds
from benchmarks.report import Figure, Goal
from benchmarks.search.furnished import SMART, furnish
from benchmarks.search.run import environment
from benchmarks.service import Service, graphql
from photos_graph.graph.engine.opening import connect
from photos_graph.settings import Settings
from tests.kit.screens import Screen, screens, with_ids

WARM, TIMES = 50, 40  # Java compiles what runs often; `first` measures the answers before that
MAKE_ALBUM = "mutation ($name: String!, $text: String!) { createAlbum(name: $name, text: $text) { album { id } } }"
WITH_MODELS = {"sheets", "promises"}  # screens of models, which the made library does not have
LONGEST = 15.0  # seconds for one query and its repeats
SLOWEST = Goal(150, at_most=True)
# The names in the variables of the cookbook, as the made library has them.
NAMES: Mapping[str, Mapping[str, Any]] = {
    "detail": {"filter": {"tags": {"all": ["Group0"]}}},
    "folders": {"path": "Pictures"},
    "search": {"text": "Tag0 in Country1", "typed": "tag"},
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds of each request, the bytes of the answer, and the seconds that a request takes of a processor."""

    taken: Sequence[float]
    size: int
    used: float

    def figures(self, name: str) -> list[Figure]:
        middle, slow = statistics.median(self.taken), sorted(self.taken)[math.ceil(len(self.taken) * 0.95) - 1]
        return [
            Figure(f"{name}, median", middle * 1000, "ms"),
            Figure(f"{name}, 95th percentile", slow * 1000, "ms", goal=SLOWEST),
            Figure(f"{name}, of a processor", self.used * 1000, "ms"),
        ]


def screens_of_the_cookbook(bench: Bench) -> list[Figure]:
    with furnished(bench) as settings, Service(settings.data_dir, environment(settings)) as service:
        time.sleep(SETTLING)  # what the service prepares after its start is not measured
        return screens_of(service, bench.say)


def screens_of(service: Service, say: Say, server: int | None = None) -> list[Figure]:
    """Measures the screens of a service. ``server`` is the process of its engine, if that is not one of its own."""
    pids = [service.pid, *([server] if server else [])]
    figures = []
    for screen in screens():
        if screen.name in WITH_MODELS:
            continue
        say(screen.name)
        measured = _taken(service, screen, pids)
        figures += measured.figures(f"{screen.name}, {measured.size / 1024:.0f} KiB")
    return figures


@contextmanager
def furnished(bench: Bench) -> Iterator[Settings]:
    """Yields settings that lead to the large library, on the embedded engine, with all that people leave in one."""
    with library(bench, "embedded", bench.photos) as settings:
        if not (settings.data_dir / "furnished").exists():
            furnish_graph(bench, settings)
            with Service(settings.data_dir, environment(settings)) as service:
                save_searches(service)
            (settings.data_dir / "furnished").touch()
        yield settings


def furnish_graph(bench: Bench, settings: Settings) -> None:
    """Adds to a library all that people leave in one, except saved searches."""
    asyncio.run(_furnish(bench, settings))


def save_searches(service: Service) -> None:
    for name, text in SMART.items():
        service.ask(MAKE_ALBUM, name=name, text=text)


async def _furnish(bench: Bench, settings: Settings) -> None:
    graph = await connect(settings)
    try:
        await furnish(graph, settings, bench.photos, bench.say)
    finally:
        await graph.close()
    for saved in settings.data_dir.glob("index-*"):  # the feed does not say what was added
        saved.unlink()


def _taken(service: Service, screen: Screen, pids: Sequence[int]) -> Measured:
    """Raises RuntimeError if the answer has errors."""

    async def ask(query: str) -> Any:
        return service.ask(query)

    variables = asyncio.run(with_ids({**screen.variables, **NAMES.get(screen.name, {})}, ask))
    return measured(service, screen.query, variables, pids)


def measured(service: Service, query: str, variables: Mapping[str, Any], pids: Sequence[int]) -> Measured:
    """Asks for the same again and again, but hardly longer than LONGEST. Raises RuntimeError if the answer has
    errors."""
    service.ask(query, **variables)
    request = graphql(query, **variables)
    end = time.monotonic() + LONGEST
    for _ in range(WARM):
        if time.monotonic() < end:
            answered(service.port, *request)
    before = sum(map(processor_seconds, pids))
    taken: list[float] = []
    while not taken or (len(taken) < TIMES and time.monotonic() < end):
        answer, seconds = answered(service.port, *request)
        taken.append(seconds)
    used = (sum(map(processor_seconds, pids)) - before) / len(taken)
    return Measured(taken, len(answer), used)
