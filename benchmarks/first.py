"""Asks each field of Query for the first time after a start of the service, and once more."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Iterator, Sequence

from benchmarks.bench import Bench
from benchmarks.fields import SETTLING, Asked, Asking, every_field, library, seconds
from benchmarks.report import Figure, Goal
from benchmarks.search.run import environment
from benchmarks.service import Service
from photos_graph.settings import WebSettings
from resolvers.schema import build_schema

STARTS = 3  # in each, the fields are asked in another order
SHOWN = 8  # the slowest fields
SLOWEST = Goal(150, at_most=True)
WAITS = {"at once": 0, f"after {SETTLING} s": SETTLING}  # seconds between a start and the first question


def first(bench: Bench) -> Iterator[Figure]:
    asked = [each for each in every_field(build_schema(WebSettings())._schema) if each.name.startswith("Query.")]
    with library(bench, "embedded", bench.photos) as settings:
        for when, wait in WAITS.items():
            taken: dict[str, list[tuple[float, float]]] = {each.name: [] for each in asked}
            for start in range(STARTS):
                bench.say(f"start {start + 1} of {STARTS}, asked {when}")
                with Service(settings.data_dir, environment(settings)) as service:
                    time.sleep(wait)
                    for name, both in _taken(service, _ordered(asked, start)):
                        taken[name].append(both)
            worst = sorted(taken, key=lambda name: -max(first for first, _ in taken[name]))
            for name in worst[:SHOWN]:
                slowest, again = max(taken[name])
                yield Figure(f"{name}, first of {bench.photos:,} photos, {when}", slowest * 1000, "ms",
                             again * 1000, "asked again", goal=SLOWEST)  # fmt: skip


def _ordered(asked: Sequence[Asked], start: int) -> Sequence[Asked]:
    return random.Random(start).sample(asked, len(asked))


def _taken(service: Service, asked: Sequence[Asked]) -> Iterator[tuple[str, tuple[float, float]]]:
    photo = service.ask("{ photos(first: 1) { nodes { id } } }")["photos"]["nodes"][0]["id"]
    asking = Asking(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60), photo)
    for each in asked:
        yield each.name, (seconds(asking, each), seconds(asking, each))
