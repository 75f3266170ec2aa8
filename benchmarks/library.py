"""Measures an unchanged large library: scanning it again, and starting the service with it."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.bench import Bench, in_turn
from benchmarks.load import rate, request
from benchmarks.peers.process import Peer
from benchmarks.pictures import tiny_library
from benchmarks.processes import MIB, memory
from benchmarks.report import Figure, Goal
from benchmarks.service import Service, graphql

LOAD_SECONDS = 5.0
ROOTS = "{ library { roots { id } } }"
PAGE = "{ photos(first: 50) { totalCount nodes { id takenAt width height placeholder thumbnail } } }"
TIMELINE = "{ timeline(by: MONTH) { start count } }"


def _prepared(bench: Bench) -> tuple[Path, Path]:
    """Returns the pictures and the data directory of a library that was scanned completely, and creates them if they do
    not exist."""
    folder = bench.folder / f"library-{bench.photos}"
    pictures, data = folder / "Pictures", folder / "data"
    tiny_library(pictures, bench.photos, bench.say)
    if not (folder / "scanned").exists():
        bench.say(f"scanning {bench.photos:,} tiny photos, once; this takes minutes")
        shutil.rmtree(data, ignore_errors=True)  # from an interrupted run
        with Service(data) as service:
            service.scan(service.add_root(pictures), reads=bench.photos)
        (folder / "scanned").touch()
    return pictures, data


def rescan(bench: Bench) -> list[Figure]:
    """Measures a scan that finds no change, beside the minimum time to ask the file system."""
    pictures, data = _prepared(bench)
    with Service(data) as service, Peer("walk") as walk:
        service.scan_of_start()
        root = service.ask(ROOTS)["library"]["roots"][0]["id"]

        def ours(number: int) -> float:
            bench.say(f"scanning {bench.photos:,} unchanged files, round {number + 1} of {bench.rounds}")
            return bench.photos / service.scan(root, reads=0)

        pairs = in_turn(bench.rounds, ours, lambda _: bench.photos / walk.time(str(pictures)))
    a, b = pairs.medians
    what, goal = f"rescan of {bench.photos:,} unchanged files", Goal(20_000, at_most=False)
    return [Figure(what, a, "files/s", b, "scandir and stat alone", pairs.ratio, goal)]


def start(bench: Bench) -> list[Figure]:
    """Measures the time from starting the service, and with it the engine, until ``/readyz`` answers 200, and the
    memory then."""
    _, data = _prepared(bench)
    memories = []

    def started(number: int) -> float:
        with Service(data) as service:
            memories.append(memory(service.pid))
            service.scan_of_start()
            return service.ready_seconds

    def without_snapshot(number: int) -> float:
        for snapshot in data.glob("index-*.safetensors"):
            snapshot.unlink()
        return started(number)

    bench.say(f"starting with {bench.photos:,} photos")
    started(0)
    pairs = in_turn(bench.rounds, started, without_snapshot)
    a, b = pairs.medians
    photos = f"{bench.photos:,} photos"
    return [
        Figure(f"start to ready, {photos}, snapshot", a, "s", goal=Goal(5, at_most=True)),
        Figure(f"start to ready, {photos}, no snapshot", b, "s", goal=Goal(10, at_most=True)),
        Figure(f"memory of the service when ready, {photos}", max(m.service for m in memories) / MIB, "MiB"),
        Figure(f"memory of the engine when ready, {photos}", max(m.engine for m in memories) / MIB, "MiB"),
    ]


def pages(bench: Bench) -> list[Figure]:
    """Measures GraphQL requests over 16 connections."""
    _, data = _prepared(bench)
    with Service(data) as service:
        service.scan_of_start()

        def measured(query: str) -> float:
            body, headers = graphql(query)
            asked = [request("/graphql", headers, body)]
            rate(service.port, asked, 1)
            return rate(service.port, asked, LOAD_SECONDS)

        bench.say("pages of GraphQL")
        return [
            Figure(f"GraphQL, page of 50 of {bench.photos:,} photos", measured(PAGE), "requests/s"),
            Figure(f"GraphQL, months of {bench.photos:,} photos", measured(TIMELINE), "requests/s"),
        ]
