"""Measures bulk tagging over HTTP: each mutation, and the search that shows its effect."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.report import Figure, Goal
from benchmarks.search.made import made
from benchmarks.search.run import environment, graph_of, loaded
from benchmarks.service import Service

BATCH = 1_000  # photos
TAG_FOLDER = "mutation ($folder: ID!, $tags: [String!]!) { tagFolder(folder: $folder, tags: $tags) { changed change } }"
TAG_PHOTOS = (
    "mutation ($photos: [ID!]!, $tags: [String!]!) { tagPhotos(photos: $photos, tags: $tags) { changed change } }"
)
FOUND = """query ($tag: String!) { photos(filter: {tags: {all: [$tag]}}, first: 50) {
  totalCount nodes { id name thumbnail tags { source tag { name } } } } }"""
UNDO = "mutation ($change: ID!) { undo(change: $change) { changed } }"
ROOT = "{ library { roots { folder { id } } } }"
IDS = "query ($after: String) { photos(first: 200, after: $after) { nodes { id } pageInfo { endCursor } } }"


def tagging(bench: Bench) -> Iterator[Figure]:
    library = made(bench.photos)
    with tempfile.TemporaryDirectory(dir=bench.folder) as scratch:
        for engine in ("embedded", "neo4j"):
            with graph_of(engine, Path(scratch)) as settings:
                asyncio.run(loaded(bench, library, settings))
                with Service(settings.data_dir, environment(settings)) as service:
                    bench.say(f"tagging, {engine}")
                    yield from tagged(service, f"{library.size:,} photos, {engine}", library.size, bench.rounds)


def tagged(service: Service, name: str, size: int, rounds: int) -> list[Figure]:
    root = service.ask(ROOT)["library"]["roots"][0]["folder"]["id"]
    photos = _some(service)
    _both(service, root, photos, size, "warm")
    taken = [_both(service, root, photos, size, f"round{number}") for number in range(rounds)]
    folder, batch_seconds, both = (
        statistics.median(each) for each in zip(*((a, b, a + b) for a, b in taken), strict=True)
    )
    return [
        Figure(f"tagFolder over all and the search after it, {name}", folder, "s"),
        Figure(f"tagPhotos of {BATCH:,} and the search after it, {name}", batch_seconds, "s"),
        Figure(f"both, {name}", both, "s", goal=Goal(1, at_most=True)),
    ]


def _both(service: Service, root: str, photos: Sequence[str], size: int, name: str) -> tuple[float, float]:
    changes, seconds = [], []
    asked: list[tuple[str, dict[str, Any], int]] = [
        (TAG_FOLDER, {"folder": root, "tags": [f"All {name}"]}, size),
        (TAG_PHOTOS, {"photos": photos, "tags": [f"Few {name}"]}, len(photos)),
    ]
    for mutation, variables, expected in asked:
        started = time.monotonic()
        (result,) = service.ask(mutation, **variables).values()
        found = service.ask(FOUND, tag=variables["tags"][0])["photos"]["totalCount"]
        seconds.append(time.monotonic() - started)
        if (result["changed"], found) != (expected, expected):
            raise RuntimeError(f"{result['changed']:,} changed and {found:,} found of {expected:,}")
        changes.append(result["change"])
    for change in reversed(changes):
        service.ask(UNDO, change=change)
    return seconds[0], seconds[1]


def _some(service: Service) -> list[str]:
    ids: list[str] = []
    after = None
    while len(ids) < BATCH:
        page = service.ask(IDS, after=after)["photos"]
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    return ids
