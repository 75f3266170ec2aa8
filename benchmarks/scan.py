"""Measures a scan of originals of real size: its speed, its memory, and how often it reads an original."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from benchmarks.bench import Bench, in_turn
from benchmarks.peers.process import Peer
from benchmarks.pictures import copies, photographs
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure, Goal
from benchmarks.service import Service
from photos_graph.model.images import ThumbnailSize

COUNT = 240  # originals a round; with 60, what a job and a new engine take once was a tenth of it
SOURCES = 12
EDGE = ThumbnailSize.LARGE.edge

FASTEST = Goal(9, at_most=False)  # photos/s, on two cores


def scan(bench: Bench) -> list[Figure]:
    """Measures a first scan of 24-megapixel JPEGs.

    The bytes read are what the read calls of the decoders returned, from files and pipes, after they had loaded their
    libraries (``rchar`` of ``/proc/<pid>/io``). No other process opens originals.
    """
    folder = bench.originals or bench.folder / "photographs"
    sources = sorted(folder.rglob("*.[jJ][pP]*")) if bench.originals else photographs(folder, SOURCES, bench.say)
    with bench.scratch() as scratch, Service(scratch / "data") as service, ExitStack() as peers:
        bare = [peers.enter_context(Peer("vips")) for _ in range(os.cpu_count() or 1)]
        bench.say("a scan to warm up")
        warm = copies(sources, scratch / "warm", len(bare) * 4)
        service.scan(service.add_root(scratch / "warm"), reads=len(warm))

        rounds = [copies(sources, scratch / f"round {number}", COUNT) for number in range(bench.rounds)]
        with Watch(service.pid) as watch:

            def ours(number: int) -> float:
                bench.say(f"scanning {COUNT} originals, round {number + 1} of {bench.rounds}")
                return COUNT / service.scan(service.add_root(rounds[number][0].parent), reads=COUNT)

            before = processor_seconds(bare)
            pairs = in_turn(bench.rounds, ours, lambda number: COUNT / bare_seconds(bare, rounds[number]))
        theirs = processor_seconds(bare) - before
        size = sum(path.stat().st_size for paths in rounds for path in paths)
        a, b = pairs.medians
        return [
            Figure("scan, photos of 24 megapixels", a, "photos/s", b, "pyvips, LARGE alone", pairs.ratio, FASTEST),
            Figure(
                "scan, bytes read per byte of an original",
                watch.decoders_read / size,
                "x",
                goal=Goal(1.005, at_most=True),
            ),
            Figure("scan, peak memory of service and decoders", watch.peak.service / MIB, "MiB"),
            Figure("scan, peak memory of the graph's engine", watch.peak.engine / MIB, "MiB"),
            *processor_figures("scan", watch, COUNT * bench.rounds, theirs, "pyvips, LARGE alone"),
        ]


def processor_figures(what: str, watch: Watch, photos: int, theirs: float, peer: str) -> list[Figure]:
    """Returns how much time of a processor each photo took, and of that each part of the service. This depends less on
    what else the machine does. ``theirs`` are the seconds in which the peer handled the same photos."""
    used = {part: seconds / photos * 1000 for part, seconds in watch.processor_seconds.items()}
    ours, bare = sum(used.values()), theirs / photos * 1000
    return [
        Figure(f"{what}, of a processor for each photo", ours, "ms", bare, peer, ours / bare),
        *(
            Figure(f"{what}, of that for {part}", used[part], "ms")
            for part in sorted(used, key=lambda part: -used[part])
        ),
    ]


def processor_seconds(peers: Sequence[Peer]) -> float:
    return sum(peer.processor_seconds for peer in peers)


def bare_seconds(peers: Sequence[Peer], paths: Sequence[Path]) -> float:
    """Returns the seconds in which the peers handle each picture, such as create its LARGE rendition, and do nothing
    else."""
    start = time.perf_counter()
    shared = list(zip(cycle(peers), paths))
    for peer, path in shared:
        peer.begin(json.dumps([str(path), EDGE]))
    for peer, _ in shared:
        peer.end()
    return time.perf_counter() - start
