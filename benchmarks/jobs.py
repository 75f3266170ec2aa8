"""Waits for the jobs of the service, and measures how they slow down browsing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from benchmarks.report import Figure
from benchmarks.service import Away, Service

JOBS = "{ jobs(first: 20) { nodes { kind state message startedAt finishedAt } } }"
PAGE = "{ photos(first: 50) { nodes { id name tags { source tag { name } } } } }"
OFFLINE = "is offline"
LOOK_SECONDS = 0.1
BROWSE_SECONDS = 0.2  # between two pages


@dataclass(frozen=True, slots=True)
class Expected:
    """A job of a ``kind`` that starts by itself after a moment ``since``."""

    kind: str
    since: datetime

    def is_among(self, jobs: Iterable[dict[str, str]]) -> bool:
        return any(
            job["kind"] == self.kind and datetime.fromisoformat(job["startedAt"]) >= self.since
            for job in jobs
            if job["startedAt"]
        )


def settled(
    service: Service,
    meanwhile: Callable[[], None] = lambda: time.sleep(LOOK_SECONDS),
    expected: Expected | None = None,
) -> dict[str, float]:
    """Waits until no job is left, and one that is ``expected`` was there. Returns the seconds of the last job of each
    kind. Raises RuntimeError if a job failed."""
    while True:
        try:
            jobs = service.ask(JOBS)["jobs"]["nodes"]
        except Away:  # the engine may get too little of a busy machine to answer in time
            meanwhile()
            continue
        if all(job["finishedAt"] for job in jobs) and (expected is None or expected.is_among(jobs)):
            break
        meanwhile()
    # A made library is not on the disk, so that the scan at the start of the service says that its folder is offline.
    if failed := [job["message"] for job in jobs if job["state"] == "FAILED" and OFFLINE not in job["message"]]:
        raise RuntimeError(f"{failed}")
    took: dict[str, float] = {}
    for job in jobs:
        start, end = (datetime.fromisoformat(job[when]) for when in ("startedAt", "finishedAt"))
        took.setdefault(job["kind"], (end - start).total_seconds())
    return took


def browsed(service: Service, what: str) -> tuple[dict[str, float], Figure]:
    """Waits like ``settled``, and also returns how long a page took in the meantime."""
    pages: list[float] = []

    def browse() -> None:
        at = time.monotonic()
        service.ask(PAGE)
        pages.append(time.monotonic() - at)
        time.sleep(BROWSE_SECONDS)

    took = settled(service, browse)
    return took, Figure(f"{what}: a page meanwhile, p95", statistics.quantiles(pages, n=20)[-1] * 1000, "ms")
