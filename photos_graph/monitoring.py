"""What the process counts for Prometheus, while it answers.

The labels have few values, and none that clients or names choose. What can be looked up when somebody asks, such as the
number of photos, is in ``web/measures.py``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

__all__ = ["CONTENT_TYPE", "LOOP_SECONDS", "PREFIX", "Measure", "Metrics", "families"]

PREFIX = "photos_graph_"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LOOP_SECONDS = 0.5  # how often it is measured how late the event loop is


@dataclass(frozen=True, slots=True)
class Measure:
    """Values that were looked up, each for the values of the ``labels``. ``total``: they only grow."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    values: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    total: bool = False

    def of(self, values: Mapping[tuple[str, ...], float]) -> Measure:
        """Returns the same measure with these values."""
        return replace(self, values=values)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._requests = Counter(
            f"{PREFIX}http_requests", "Answered requests.", ["route", "method", "status"], registry=registry
        )
        self._request_seconds = Histogram(
            f"{PREFIX}http_request_seconds",
            "Time until the end of an answer.",
            ["route"],
            registry=registry,
            buckets=SECONDS,
        )
        self._operations = Counter(
            f"{PREFIX}graphql_operations",
            "Operations, by the code of the first error.",
            ["kind", "code"],
            registry=registry,
        )
        self._operation_seconds = Histogram(
            f"{PREFIX}graphql_operation_seconds",
            "Time of queries and mutations.",
            ["kind"],
            registry=registry,
            buckets=SECONDS,
        )
        self._media = Counter(
            f"{PREFIX}media_requests",
            "Requested pictures: a hit or a miss of the cache, known to the client, or none for originals.",
            ["rendition", "cache"],
            registry=registry,
        )
        self._loop_delay = Histogram(
            f"{PREFIX}event_loop_delay_seconds",
            "How late the event loop is, which is how long everybody waits for something else.",
            registry=registry,
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )

    def note_request(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """``seconds`` is None for what lasts as long as its client."""
        self._requests.labels(route, method, str(status)).inc()
        if seconds is not None:
            self._request_seconds.labels(route).observe(seconds)

    def note_operation(self, kind: str, code: str, seconds: float | None) -> None:
        """``seconds`` is None for what lasts as long as its client."""
        self._operations.labels(kind, code).inc()
        if seconds is not None:
            self._operation_seconds.labels(kind).observe(seconds)

    def note_media(self, rendition: str, cache: str) -> None:
        """``cache``: whether it was a "hit", a "miss", "known" to the client, or "none" where there is no cache."""
        self._media.labels(rendition, cache).inc()

    async def watch_loop(self) -> None:
        """Measures the delay of the running event loop. Never returns."""
        while True:
            due = time.perf_counter() + LOOP_SECONDS
            await asyncio.sleep(LOOP_SECONDS)
            self._loop_delay.observe(max(time.perf_counter() - due, 0))

    def text(self, measures: Iterable[Measure] = ()) -> bytes:
        """Returns everything in the text format of Prometheus."""
        return generate_latest(self.registry) + generate_latest(_Found(measures))


class _Found(CollectorRegistry):
    def __init__(self, measures: Iterable[Measure]) -> None:
        super().__init__()
        self._measures = list(measures)

    def collect(self) -> Iterable[Metric]:
        return families(self._measures)


def families(measures: Iterable[Measure]) -> Iterator[Metric]:
    """Yields the measures as Prometheus knows them."""
    for each in measures:
        family = (CounterMetricFamily if each.total else GaugeMetricFamily)(
            PREFIX + each.name, each.meaning, labels=each.labels
        )
        for labels, value in each.values.items():
            family.add_metric(labels, value)
        yield family
