"""Asks the queries of docs/cookbook in a large library, as a frontend does when a person opens each screen."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Mapping
from typing import Any

from benchmarks.answers import answered
from benchmarks.bench import Bench
from benchmarks.fields import SETTLING, library
from benchmarks.report import Figure, Goal
from benchmarks.search.run import environment
from benchmarks.service import Service, graphql
from tests.kit.screens import Screen, screens, with_ids

WARM, TIMES = 5, 40
ALBUMS = "{ albums(first: 0) { totalCount } }"
MAKE_ALBUM = 'mutation { createAlbum(name: "Album0") { album { id } } }'
FILL_ALBUM = "mutation ($album: ID!) { addToAlbum(album: $album, filter: { favourite: true }) { changed } }"
SLOWEST = Goal(150, at_most=True)
# The names in the variables of the cookbook, as the made library has them.
NAMES: Mapping[str, Mapping[str, Any]] = {
    "detail": {"filter": {"tags": {"all": ["Group0"]}}},
    "folders": {"path": "Pictures"},
    "search": {"text": "Tag0 in Country1", "typed": "tag"},
}


def screens_of_the_cookbook(bench: Bench) -> list[Figure]:
    figures = []
    with (
        library(bench, "embedded", bench.photos) as settings,
        Service(settings.data_dir, environment(settings)) as service,
    ):
        if not service.ask(ALBUMS)["albums"]["totalCount"]:
            album = service.ask(MAKE_ALBUM)["createAlbum"]["album"]["id"]
            service.ask(FILL_ALBUM, album=album)
        time.sleep(SETTLING)  # what the service prepares after its start is not measured
        for screen in screens():
            bench.say(screen.name)
            taken, size = _taken(service, screen)
            middle, slow = statistics.median(taken), sorted(taken)[math.ceil(len(taken) * 0.95) - 1]
            name = f"{screen.name}, {size / 1024:.0f} KiB"
            figures.append(Figure(f"{name}, median", middle * 1000, "ms"))
            figures.append(Figure(f"{name}, 95th percentile", slow * 1000, "ms", goal=SLOWEST))
    return figures


def _taken(service: Service, screen: Screen) -> tuple[list[float], int]:
    """Returns the seconds of each request, and the bytes of the answer. Raises RuntimeError if it has errors."""

    async def ask(query: str) -> Any:
        return service.ask(query)

    variables = asyncio.run(with_ids({**screen.variables, **NAMES.get(screen.name, {})}, ask))
    service.ask(screen.query, **variables)
    asked = [answered(service.port, *graphql(screen.query, **variables)) for _ in range(WARM + TIMES)][WARM:]
    return [seconds for _, seconds in asked], len(asked[0][0])
