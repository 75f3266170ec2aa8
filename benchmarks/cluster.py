"""Measures a scan whose files are opened by workers of a Dask cluster, beside one whose service opens them itself.

Scheduler, workers and service run on this machine, so two workers cannot do more than its cores allow. Tiny photos show
what it costs to send a file to a worker instead of a process, and those on a slow drive how much of the waiting two
workers share.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Pairs, in_turn
from benchmarks.pictures import copies, photographs, tiny_library
from benchmarks.report import Figure
from benchmarks.service import COMMAND, LIMITS, START_SECONDS, Service, free_port
from benchmarks.slow_drive import NotMounted, SlowDrive

SOURCES, LARGE, TINY = 12, 16, 300  # photos of 24 megapixels, of which each round has so many, and tiny ones
WORKERS = (1, 2)

Make = Callable[[str], Path]  # makes new photos by a name of their own, and returns their root


@dataclass(frozen=True, slots=True)
class _Kind:
    what: str
    count: int
    make: Make


def cluster(bench: Bench) -> list[Figure]:
    sources = photographs(bench.folder / "photographs", SOURCES, bench.say)
    measured = [_measured(bench, sources, count) for count in WORKERS]
    figures = []
    for kind in measured[0]:
        one, two = (pairs[kind].medians for pairs in measured)
        for count, pairs in zip(WORKERS, measured, strict=True):
            what = f"scan of {kind}, {count} {'worker' if count == 1 else 'workers'} of a cluster"
            peer = f"{count} {'process' if count == 1 else 'processes'} of the service"
            ours, theirs = pairs[kind].medians
            figures.append(Figure(what, ours, "photos/s", theirs, peer, pairs[kind].ratio))
        more = "two processes for one"
        figures.append(Figure(f"{kind}, two workers for one", two[0] / one[0], "x", two[1] / one[1], more))
    return figures


def _measured(bench: Bench, sources: Sequence[Path], count: int) -> dict[str, Pairs]:
    """Returns the photos a second of a service with ``count`` workers, and of one with as many processes, for each kind
    of photos."""
    with bench.scratch() as scratch, ExitStack() as closing:
        address = closing.enter_context(_cluster(scratch, count))
        many = {"PHOTOS_IMAGES__WORKERS": str(count)}
        there = {**many, "PHOTOS_CLUSTER__SCHEDULER": address, "PHOTOS_LOG__LEVEL": "info"}
        alone = closing.enter_context(Service(scratch / "alone", many))
        together = closing.enter_context(Service(scratch / "together", there))
        log = scratch / "together.log"
        _wait_for(log, f"The cluster has {count} places.")
        measured: dict[str, Pairs] = {}
        for kind in _kinds(sources, scratch, closing):

            def rate(service: Service, name: str, number: int, kind: _Kind = kind) -> float:
                bench.say(f"{kind.count} {kind.what}, {count} at a time, {name}, round {number + 1} of {bench.rounds}")
                return kind.count / service.scan(service.add_root(kind.make(f"{name} {number}")), reads=kind.count)

            if not measured:
                rate(alone, "alone, to warm up", -1)
                rate(together, "together, to warm up", -1)
            measured[kind.what] = in_turn(
                bench.rounds, partial(rate, together, "together"), partial(rate, alone, "alone")
            )
        if "leaves work to the service" in log.read_text():
            raise RuntimeError("the workers left work to the service")
        return measured


def _kinds(sources: Sequence[Path], scratch: Path, closing: ExitStack) -> Iterator[_Kind]:
    def large(name: str) -> Path:
        return copies(sources, scratch / "large" / name, LARGE)[0].parent

    def tiny(name: str) -> Path:
        tiny_library(scratch / "tiny" / name, TINY, lambda _: None)
        return scratch / "tiny" / name

    yield _Kind("photos of 24 megapixels", LARGE, large)
    yield _Kind("tiny photos", TINY, tiny)
    try:
        drive = closing.enter_context(SlowDrive(scratch / "tiny", scratch / "drive"))
    except NotMounted as error:
        print(f"cluster: {error}", file=sys.stderr)
        return
    yield _Kind("tiny photos on a drive of 5 ms", TINY, lambda name: drive.path / tiny(f"slow {name}").name)


@contextmanager
def _cluster(scratch: Path, count: int) -> Iterator[str]:
    """Yields the address of a scheduler with so many workers, of which each opens one file at a time."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    arguments = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    commands: list[tuple[str | Path, ...]] = [(sys.executable, "-m", "distributed.cli.dask_scheduler", *arguments)]
    commands += [(COMMAND, "worker", "--places", "1")] * count
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTOS_")}
    environment = {**kept, **LIMITS, "PHOTOS_CLUSTER__SCHEDULER": address}
    running = []
    try:
        for number, command in enumerate(commands):
            with (scratch / f"cluster {number}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                )
        yield address
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait()


def _wait_for(log: Path, text: str) -> None:
    end = time.monotonic() + START_SECONDS
    while text not in log.read_text():
        if time.monotonic() > end:
            raise RuntimeError(f"{log.name} does not say: {text}")
        time.sleep(0.1)
