"""Measures a library on a slow drive (``slow_file_system``): a walk, a scan, and a page without renditions."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.peers.process import Peer
from benchmarks.pictures import copies, give_preview, photographs, settled, tiny_library
from benchmarks.report import Figure, Goal
from benchmarks.service import Service
from benchmarks.slow_drive import NotMounted, SlowDrive
from photos_graph.library.walking import DirectoryRules, FoundFile, walk
from photos_graph.settings import LibrarySettings

SMALL_FILES = 10_000
SOURCES, PAGE = 12, 50  # photos of 24 megapixels
CONNECTIONS = 6  # that a browser opens to one host
GRID = """query($first: Int!, $after: String) { photos(first: $first, after: $after) {
  nodes { thumbnail(size: SMALL, format: AUTO) } pageInfo { endCursor } } }"""
SCREEN, LOOKING = 12, 3.0  # pictures of a page of a reader, and seconds for which it is looked at
WAIT = "&wait=1"  # no stand-ins


def nas(bench: Bench) -> list[Figure]:
    try:
        return [*_walked(bench), *_scanned(bench)]
    except NotMounted as error:
        print(f"nas: {error}", file=sys.stderr)
        return []


@contextmanager
def _drive(bench: Bench, folder: Path) -> Iterator[SlowDrive]:
    with bench.scratch() as scratch, SlowDrive(folder, scratch / "drive") as drive:
        yield drive


def _walked(bench: Bench) -> list[Figure]:
    folder = bench.folder / f"small-{SMALL_FILES}"
    tiny_library(folder, SMALL_FILES, bench.say)
    rules = DirectoryRules(frozenset({"jpg"}), frozenset(LibrarySettings().skip_folders))
    bench.say(f"a walk of {SMALL_FILES:,} files")
    with _drive(bench, folder) as drive:
        started = time.perf_counter()
        files = sum(isinstance(found, FoundFile) for found in walk(os.fsencode(drive.path), rules))
        ours, asked = time.perf_counter() - started, drive.asked()
    if files != SMALL_FILES:
        raise RuntimeError(f"{files:,} files were found")
    bench.say("the same, one after the other")
    with _drive(bench, folder) as drive, Peer("walk") as peer:
        theirs = peer.time(str(drive.path))
    what = f"walk of {files:,} files, 5 ms an operation"
    return [
        Figure(what, ours, "s", theirs, "scandir and stat, in turn", ours / theirs),
        Figure("walk, round trips a file", asked.round_trips / files, "", goal=Goal(1.2, at_most=True)),
    ]


def _scanned(bench: Bench) -> list[Figure]:
    sources = photographs(bench.folder / "photographs", SOURCES, bench.say)
    with bench.scratch() as scratch:
        originals = copies(sources, scratch / "originals", PAGE)
        bench.say("giving them previews")
        for original in originals:
            give_preview(original)
        settled(originals)
        with SlowDrive(scratch / "originals", scratch / "drive") as drive, Service(scratch / "data") as service:
            bench.say(f"a scan of {PAGE} originals")
            seconds = service.scan(service.add_root(drive.path), reads=PAGE)
            asked = drive.asked()
            size = sum(original.stat().st_size for original in originals)
            figures = [
                Figure("scan, photos of 24 megapixels on a slow drive", PAGE / seconds, "photos/s"),
                Figure("scan, opens of an original", max(asked.opened.values()), "", goal=Goal(1, at_most=True)),
                Figure(
                    "scan, bytes read per byte of an original",
                    sum(asked.read_bytes.values()) / size,
                    "x",
                    goal=Goal(1.005, at_most=True),
                ),
                Figure("scan, round trips an original, without reads", _trips(asked.operations) / PAGE, ""),
            ]
            return [*figures, *_cold_page(bench, service, drive), _next_page(bench, service, drive)]


def _trips(operations: Mapping[str, int]) -> int:
    return sum(count for name, count in operations.items() if name != "read")


def _cold_page(bench: Bench, service: Service, drive: SlowDrive) -> list[Figure]:
    """Measures the pictures of a grid, of which the service keeps nothing, as a browser asks for them: as soon as
    something can be shown, and as soon as they are as they will stay."""
    addresses, _ = _page(service, PAGE)
    figures = []
    for what, ending, goals in (
        ("cold page", "", (Goal(300, at_most=True), Goal(3, at_most=True))),
        ("cold page without stand-ins", WAIT, (None, None)),
    ):
        firsts, alls, reads = [], [], []
        for number in range(bench.rounds):
            bench.say(f"a page of {PAGE} photos, round {number + 1} of {bench.rounds}")
            _forget(service, drive)
            arrived = _asked_for(service.port, [address + ending for address in addresses])
            firsts.append(arrived[0])
            alls.append(arrived[-1])
            reads.append(sum(drive.asked().read_bytes.values()))
        figures += [
            Figure(f"{what}, the first picture", 1000 * _median(firsts), "ms", goal=goals[0]),
            Figure(f"{what}, all {PAGE} pictures", _median(alls), "s", goal=goals[1]),
            Figure(f"{what}, read until then", _median(reads) / 1e6, "MB"),
        ]
    return figures


def _next_page(bench: Bench, service: Service, drive: SlowDrive) -> Figure:
    """Measures the pictures of a second page, after the first one was looked at, and as if it had not been."""
    with_first, alone = [], []
    for number in range(bench.rounds):
        bench.say(f"two pages of {SCREEN} photos, round {number + 1} of {bench.rounds}")
        first, cursor = _page(service, SCREEN)
        second, _ = _page(service, SCREEN, cursor)
        _forget(service, drive)
        alone.append(_asked_for(service.port, [address + WAIT for address in second])[-1])
        _forget(service, drive)
        _page(service, SCREEN)
        _asked_for(service.port, [address + WAIT for address in first])
        time.sleep(LOOKING)
        with_first.append(_asked_for(service.port, [address + WAIT for address in second])[-1])
    what = f"cold, all {SCREEN} pictures of the page after one that was looked at for {LOOKING:.0f} s"
    ours, theirs = _median(with_first), _median(alone)
    return Figure(what, 1000 * ours, "ms", 1000 * theirs, "nobody looked at that one", ours / theirs)


def _page(service: Service, first: int, after: str | None = None) -> tuple[list[str], str]:
    """Returns the addresses of the pictures of a page, and its last cursor."""
    photos = service.ask(GRID, first=first, after=after)["photos"]
    return [node["thumbnail"] for node in photos["nodes"]], photos["pageInfo"]["endCursor"]


def _forget(service: Service, drive: SlowDrive) -> None:
    """Returns when the service is idle and keeps no picture, and when the drive has to be asked for everything."""
    while drive.asked().round_trips:
        time.sleep(3)  # for longer than the system believes what a drive has told
    shutil.rmtree(service.data_dir / "renditions", ignore_errors=True)


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _asked_for(port: int, addresses: Sequence[str]) -> list[float]:
    """Returns the seconds after which each picture was complete."""
    started = time.perf_counter()

    def fetched(part: Sequence[str]) -> list[float]:
        connection, arrived = HTTPConnection("127.0.0.1", port, timeout=600), []
        for address in part:
            connection.request("GET", address, headers={"Accept": "image/webp,*/*"})
            answer = connection.getresponse()
            if not answer.read() or answer.status not in (200, 203):
                raise RuntimeError(f"a picture was answered with {answer.status}")
            arrived.append(time.perf_counter() - started)
        connection.close()
        return arrived

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        parts = threads.map(fetched, [addresses[at::CONNECTIONS] for at in range(CONNECTIONS)])
        return sorted(seconds for part in parts for seconds in part)
