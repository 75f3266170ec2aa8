"""Measures the clusters of a map beside ``numpy.bincount``, which adds up numbers by cells that are known already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from pyroaring import BitMap

from benchmarks.bench import Bench, in_turn, milliseconds
from benchmarks.report import Figure, Goal
from photos_graph.search.arrays import bitmap
from photos_graph.search.columns import PhotoTable
from photos_graph.search.geo import Edges, in_box
from photos_graph.search.map_clusters import MapClusters
from photos_graph.search.orders import IntegerOrder

PHOTOS = 1_000_000  # unless the options say more or fewer
TOWNS = 3000  # around which the photos were taken
ROUNDS = 15
GOAL = 20.0  # milliseconds
VIEWS = {
    "the world": (Edges(90, -90, 180, -180), 3),
    "a continent": (Edges(60, -20, 60, -20), 5),
    "a town": (Edges(45, 40, 15, 10), 9),
}


def maps(bench: Bench) -> Iterator[Figure]:
    count = bench.photos_given or PHOTOS
    table, everything = _library(count)
    newest_first = IntegerOrder(lambda numbers: -table.taken[numbers])
    newest_first.touch(everything)
    newest_first.refresh(everything)
    clusters = MapClusters(table)
    clusters.touch(everything)

    def shown(found: BitMap, bounds: Edges, zoom: int) -> object:
        return clusters.clusters(found, everything, newest_first, bounds, zoom, False)

    first = milliseconds(shown, everything, *VIEWS["the world"])
    yield Figure(f"map of {count:,} photos, the first time after a start", first, "ms")
    half = bitmap(np.flatnonzero(np.random.default_rng(8).random(count) < 0.5))
    for what, found in (("all photos", everything), ("half of them", half)):
        for name, (bounds, zoom) in VIEWS.items():
            bare = _Bare(table, found, bounds, zoom)
            pairs = in_turn(
                ROUNDS,
                partial(_asked, shown, found, bounds, zoom),
                partial(_asked, _Bare.counts, bare),
            )
            ours, theirs = pairs.medians
            yield Figure(f"map of {count:,} photos, {what}, {name}", ours, "ms", theirs, "numpy.bincount", pairs.ratio,
                         Goal(GOAL, at_most=True))  # fmt: skip


class _Bare:
    """Counts and adds up the positions within bounds by cells that are known beforehand, without boxes and covers."""

    def __init__(self, table: PhotoTable, found: BitMap, bounds: Edges, zoom: int) -> None:
        numbers = np.asarray(found.to_array())
        self._bounds = bounds
        self._latitude, self._longitude = table.latitude[numbers], table.longitude[numbers]
        side = 4 << zoom
        across = ((self._longitude + 180) / 360 * side).astype(np.int64)
        down = ((90 - self._latitude) / 180 * side).astype(np.int64)
        self._cells = np.unique(down * side + across, return_inverse=True)[1]

    def counts(self) -> object:
        inside = in_box(self._latitude, self._longitude, self._bounds)
        cells = self._cells[inside]
        return (
            np.bincount(cells),
            np.bincount(cells, self._latitude[inside]),
            np.bincount(cells, self._longitude[inside]),
        )


def _library(count: int) -> tuple[PhotoTable, BitMap]:
    """Returns a table of photos that were taken around towns."""
    chance = np.random.default_rng(7)
    towns = chance.uniform((-55, -180), (70, 180), (TOWNS, 2))
    at = towns[chance.integers(0, TOWNS, count)] + chance.normal(0, 0.3, (count, 2))
    table = PhotoTable()
    table.restore(
        {
            **PhotoTable().dump(),
            **{name: np.zeros(count, getattr(table, name).dtype) for name in table.dump() if hasattr(table, name)},
            "ids": chance.integers(0, 256, (count, 16), np.uint8),
            "taken": chance.integers(0, 10**15, count),
            "latitude": at[:, 0],
            "longitude": (at[:, 1] + 180) % 360 - 180,
        }
    )
    return table, BitMap(range(count))


def _asked(ask: Callable[..., object], *arguments: object) -> float:
    """Asks with all but the last of the arguments, which is the number of the round, and returns milliseconds."""
    return milliseconds(ask, *arguments[:-1])
