"""Measures pictures over HTTP, created on request and sent from the cache."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, in_turn
from benchmarks.load import rate, request
from benchmarks.peers.process import FilePeer, Peer
from benchmarks.pictures import photographs
from benchmarks.report import Figure, Goal
from benchmarks.service import Service
from photos_graph.model.images import ThumbnailSize

COUNT = 12  # photographs
LOAD_SECONDS = 3.0
EDGE = ThumbnailSize.SMALL.edge
PHOTOS = """{ photos(first: 500) { nodes {
  small: thumbnail(size: SMALL, format: JPEG) large: thumbnail(size: LARGE, format: JPEG) files { path } } } }"""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A photo of the service with its original, the addresses of its renditions, and where the cache has them."""

    original: Path
    urls: Mapping[ThumbnailSize, str]
    small: Path
    large: Path

    def forget(self, *renditions: Path) -> None:
        for path in renditions:
            path.unlink(missing_ok=True)


@contextmanager
def photo_library(bench: Bench) -> Iterator[tuple[Service, list[Shown]]]:
    """Yields a service that has scanned photographs, and these."""
    originals = bench.originals or bench.folder / "photographs"
    if bench.originals is None:
        photographs(originals, COUNT, bench.say)
    bench.say("scanning the photographs")
    with bench.scratch() as scratch, Service(scratch / "data") as service:
        service.scan(service.add_root(originals))
        cache = service.data_dir / "renditions"
        yield service, [_shown(cache, originals, node) for node in service.ask(PHOTOS)["photos"]["nodes"]]


def _shown(cache: Path, originals: Path, node: dict[str, Any]) -> Shown:
    # The pictures themselves are measured, and no previews that stand in for them.
    urls = {size: f"{node[size.lower()]}&wait=1" for size in (ThumbnailSize.SMALL, ThumbnailSize.LARGE)}
    name = node["small"].split("/")[2]
    at = cache / name[:2]
    original = originals.parent / node["files"][0]["path"]
    return Shown(original, urls, at / f"{name}.SMALL.jpg", at / f"{name}.LARGE.jpg")


def cold(bench: Bench) -> list[Figure]:
    """Measures a SMALL rendition created on request, from the original and from the LARGE one that a scan leaves in the
    cache."""
    with photo_library(bench) as (service, photos), Peer("vips") as vips:
        kept = {photo: photo.large.read_bytes() for photo in photos}

        def from_original(photo: Shown) -> float:
            photo.forget(photo.small, photo.large)
            return _seconds(service, photo)

        def from_large(photo: Shown) -> float:
            photo.forget(photo.small)
            photo.large.write_bytes(kept[photo])
            return _seconds(service, photo)

        def figure(
            what: str, ours: Callable[[Shown], float], source: Callable[[Shown], Path], goal: Goal | None
        ) -> Figure:
            bench.say(what)
            for photo in photos:  # read into the page cache
                ours(photo)
            pairs = in_turn(
                bench.rounds * len(photos),
                lambda number: ours(photos[number % len(photos)]),
                lambda number: vips.time(json.dumps([str(source(photos[number % len(photos)])), EDGE])),
            )
            a, b = pairs.medians
            return Figure(what, a * 1000, "ms", b * 1000, "pyvips", pairs.ratio, goal)

        return [
            figure(
                "thumbnail, cold, SMALL from the original",
                from_original,
                lambda p: p.original,
                Goal(1.10, at_most=True, of_ratio=True),
            ),
            figure("thumbnail, cold, SMALL from the cached LARGE", from_large, lambda p: p.large, None),
        ]


def _seconds(service: Service, photo: Shown) -> float:
    start = time.perf_counter()
    status, body = service.get(photo.urls[ThumbnailSize.SMALL])
    took = time.perf_counter() - start
    if status != 200 or not body.startswith(b"\xff\xd8"):
        raise RuntimeError(f"the thumbnail was answered with {status}")
    return took


def cached(bench: Bench) -> list[Figure]:
    """Measures SMALL renditions from the cache over 16 connections."""
    with photo_library(bench) as (service, photos), FilePeer(service.data_dir / "renditions") as files:
        for photo in photos:
            _seconds(service, photo)
        while not all(photo.small.exists() for photo in photos):
            time.sleep(0.05)
        ours = [request(photo.urls[ThumbnailSize.SMALL]) for photo in photos]
        theirs = [request(f"/media/{photo.small.name}") for photo in photos]
        bench.say("thumbnails from the cache")
        rate(service.port, ours, 1)
        rate(files.port, theirs, 1)
        pairs = in_turn(
            bench.rounds,
            lambda _: rate(service.port, ours, LOAD_SECONDS),
            lambda _: rate(files.port, theirs, LOAD_SECONDS),
        )
        a, b = pairs.medians
        return [
            Figure(
                "thumbnail, cached",
                a,
                "requests/s",
                b,
                "Starlette's FileResponse",
                pairs.ratio,
                Goal(0.8, at_most=False, of_ratio=True),
            )
        ]
