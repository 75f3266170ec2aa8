"""Asks the queries of docs/cookbook in a large library, as a frontend does when a person opens each screen."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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

WARM, TIMES = 5, 40
MAKE_ALBUM = "mutation ($name: String!, $text: String!) { createAlbum(name: $name, text: $text) { album { id } } }"
WITH_MODELS = {"sheets", "promises"}  # screens of models, which the made library does not have
SLOWEST = Goal(150, at_most=True)
# The names in the variables of the cookbook, as the made library has them.
NAMES: Mapping[str, Mapping[str, Any]] = {
    "detail": {"filter": {"tags": {"all": ["Group0"]}}},
    "folders": {"path": "Pictures"},
    "search": {"text": "Tag0 in Country1", "typed": "tag"},
}


def screens_of_the_cookbook(bench: Bench) -> list[Figure]:
    with furnished(bench) as settings, Service(settings.data_dir, environment(settings)) as service:
        time.sleep(SETTLING)  # what the service prepares after its start is not measured
        return screens_of(service, bench.say)


def screens_of(service: Service, say: Say, server: int | None = None) -> list[Figure]:
    """Measures the screens of a service. ``server`` is the process of its engine, if that is not one of its own."""
    figures = []
    for screen in screens():
        if screen.name in WITH_MODELS:
            continue
        say(screen.name)
        taken, size, used = _taken(service, screen, [service.pid, *([server] if server else [])])
        middle, slow = statistics.median(taken), sorted(taken)[math.ceil(len(taken) * 0.95) - 1]
        name = f"{screen.name}, {size / 1024:.0f} KiB"
        figures.append(Figure(f"{name}, median", middle * 1000, "ms"))
        figures.append(Figure(f"{name}, 95th percentile", slow * 1000, "ms", goal=SLOWEST))
        figures.append(Figure(f"{name}, of a processor", used * 1000, "ms"))
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


def _taken(service: Service, screen: Screen, pids: Sequence[int]) -> tuple[list[float], int, float]:
    """Returns the seconds of each request, the bytes of the answer, and the seconds that a request takes of a
    processor. Raises RuntimeError if it has errors."""

    async def ask(query: str) -> Any:
        return service.ask(query)

    variables = asyncio.run(with_ids({**screen.variables, **NAMES.get(screen.name, {})}, ask))
    service.ask(screen.query, **variables)
    request = graphql(screen.query, **variables)
    for _ in range(WARM):
        answered(service.port, *request)
    before = sum(map(processor_seconds, pids))
    asked = [answered(service.port, *request) for _ in range(TIMES)]
    used = (sum(map(processor_seconds, pids)) - before) / TIMES
    return [seconds for _, seconds in asked], len(asked[0][0]), used
