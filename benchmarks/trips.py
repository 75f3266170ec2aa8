"""Trips and events in made libraries whose journeys are known, and how long a large one takes."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from photos_graph.services.trips.trip_rules import group
from tests.kit.travels import Travels, agreement, travels

LIBRARIES = 8
SHARES = (0.7, 0.1, 0.0)  # of the photos with a position
LARGE_YEARS, LARGE_BUSY = 20, 20


def trips(bench: Bench) -> list[Figure]:
    figures = []
    for share in SHARES:
        bench.say(f"{share:.0%} of the photos have a position")
        found = [agreement(made.truth, group(made.photos).groups) for made in _libraries(share)]
        precision, recall = np.mean(found, axis=0) * 100
        goals = [Goal(wanted, at_most=False) if share == SHARES[0] else None for wanted in (99, 98)]
        of = f"of {LIBRARIES} libraries, {share:.0%} with a position"
        figures += [
            Figure(f"pairs that belong together, {of}", float(precision), "%", goal=goals[0]),
            Figure(f"pairs that are found, {of}", float(recall), "%", goal=goals[1]),
        ]
    bench.say("a large library")
    large = travels(0, LARGE_YEARS, busy=LARGE_BUSY)
    started, worked = time.perf_counter(), time.process_time()
    group(large.photos)
    what = f"grouping of {len(large.truth):,} photos"
    return [
        *figures,
        Figure(what, time.perf_counter() - started, "s", goal=Goal(60, at_most=True)),
        Figure(f"{what}, time of the processor", time.process_time() - worked, "s"),
    ]


def _libraries(share: float) -> list[Travels]:
    return [travels(seed, placed=share) for seed in range(LIBRARIES)]
