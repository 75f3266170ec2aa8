"""Measures pictures that are made on request over HTTP, beside image servers of others that do the same."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from benchmarks.bench import Bench, in_turn
from benchmarks.peers.image_servers import sharp, thumbor
from benchmarks.report import Figure, Goal
from benchmarks.thumbnails import Shown, photo_library
from photos_graph.model.images import ThumbnailSize

CLIENTS = 6  # as many connections as a browser has to one host
SIZES = (ThumbnailSize.SMALL, ThumbnailSize.LARGE)
JPEG = b"\xff\xd8"
LEAST = Goal(0.9, at_most=False, of_ratio=True)


def servers(bench: Bench) -> Iterator[Figure]:
    """Yields pictures per second, for each server and size. Servers that cannot be installed are left out."""
    with photo_library(bench) as (service, photos):
        for begin in (sharp, thumbor):
            try:
                with begin(bench.folder, photos[0].original.parent) as server:
                    for size in SIZES:
                        bench.say(f"{size.value} pictures, beside {server.name}")
                        theirs = [server.path(photo.original.name, size.edge) for photo in photos]
                        pairs = in_turn(
                            bench.rounds,
                            _measured(service.port, [photo.urls[size] for photo in photos], lambda: _forget(photos)),
                            _measured(server.port, theirs, lambda: None),
                        )
                        a, b = pairs.medians
                        what = f"pictures made on request, {size.value}, {CLIENTS} clients"
                        yield Figure(what, a, "pictures/s", b, server.name, pairs.ratio, LEAST)
            except (OSError, subprocess.CalledProcessError) as error:
                bench.say(f"{begin.__name__} is left out: {error}")


def _forget(photos: Sequence[Shown]) -> None:
    for photo in photos:
        photo.forget(photo.small, photo.large)


def _measured(port: int, paths: Sequence[str], prepare: Callable[[], None]) -> Callable[[int], float]:
    """Returns a function that asks for each of the paths once, by CLIENTS at a time, and returns answers per second."""

    def measure(_: int) -> float:
        prepare()
        with ThreadPoolExecutor(CLIENTS) as clients:
            start = time.perf_counter()
            list(clients.map(lambda path: _picture(port, path), paths))
            return len(paths) / (time.perf_counter() - start)

    return measure


def _picture(port: int, path: str) -> None:
    """Raises RuntimeError if the answer is no JPEG."""
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read().startswith(JPEG):
            raise RuntimeError(f"{path} was answered with {answer.status}")
    finally:
        connection.close()
