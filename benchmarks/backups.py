"""Backs a large library up and restores it on the other engine, and back, and compares what the graphs hold."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import numpy as np

from benchmarks.bench import Bench
from benchmarks.pictures import Say
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure, Goal
from benchmarks.search.loading import BATCH, photo_id
from benchmarks.search.made import made
from benchmarks.search.run import environment, graph_of, loaded
from benchmarks.service import COMMAND, Service
from photos_graph.graph.engine import contents
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.opening import connect
from photos_graph.services.backups.node_records import encoded, record_of
from photos_graph.settings import Settings

FACE_DIMENSIONS, PHOTO_DIMENSIONS = 512, 1280  # of the vectors of faces (float32) and of photos (float16)
PATIENCE = 3600.0  # seconds for a start that writes a back-up first
# Of the counters, those that belong to photos and changes. A service that runs, as during a back-up, moves the others.
COUNTERS = frozenset({"photoNumber", "changes", "changesPruned", "changesWritten"})
PHOTOS_OF_CHANGE, PHOTOS_OF_ALBUM = 100, 500

VECTORS: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {number: row.number}), (f:Face {id: row.id})
SET f.vector = row.face
CREATE (p)-[:DESCRIBED_BY]->(:Features {id: row.id, backbone: 'made', vector: row.photo})
"""
CHANGES: LiteralString = """
UNWIND $rows AS row
CREATE (:Part {tag: 't0', photos: row.photos, folders: []})-[:OF]->(:Change {id: row.id, number: row.number,
  written: row.number, kind: 'TAGS', at: row.number, by: 'owner', summary: 'Tagged.', changed: size(row.photos)})
"""
ALBUMS: LiteralString = """
UNWIND $rows AS row
CREATE (a:Album {id: row.id, key: row.id, name: row.id, at: 0, by: 'owner'})
WITH a, row
UNWIND row.photos AS number
MATCH (p:Photo {number: number})
CREATE (p)-[:IN_ALBUM {position: number, at: 0, by: 'owner'}]->(a)
"""
LAST_CHANGE: LiteralString = "MERGE (m:Meta {name: 'changes'}) SET m.value = $last"
OLDER: LiteralString = "MATCH (m:Migration) WITH max(m.number) AS last MATCH (n:Migration {number: last}) DELETE n"


def backups(bench: Bench) -> Iterator[Figure]:
    library = made(bench.photos)
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        scratch = Path(folder)
        file, digests = scratch / "0.zip", list[dict[str, str]]()
        with graph_of("embedded", scratch / "first") as settings:
            asyncio.run(loaded(bench, library, settings))
            asyncio.run(_completed(settings, bench.photos, bench.say))
            digests.append(asyncio.run(_digests(settings)))
            yield from backed_up(bench, settings, file, "embedded")
            yield from _started(bench, settings)
        for turn, engine in enumerate(("neo4j", "embedded"), 1):
            scratch_of_turn = scratch / f"turn{turn}"
            scratch_of_turn.mkdir()
            with graph_of(engine, scratch_of_turn) as settings:
                yield from _measured(bench, settings, "restore", file, engine)
                digests.append(asyncio.run(_digests(settings)))
                if turn == 1:
                    file = scratch / "1.zip"
                    yield from backed_up(bench, settings, file, engine)
        differing = {label for each in digests[1:] for label in each if each[label] != digests[0][label]}
        if differing:
            bench.say(f"these differ: {', '.join(sorted(differing))}")
        yield Figure("kinds of nodes that differ after both ways", len(differing), "", goal=Goal(0, at_most=True))


async def _completed(settings: Settings, photos: int, say: Say) -> None:
    """Adds vectors, changes and albums to the library."""
    chance = np.random.default_rng(11)
    graph = await connect(settings)
    try:
        for start in range(0, photos, BATCH // 10):
            if start % BATCH == 0:
                say(f"vectors of {start:,} of {photos:,} photos")
            numbers = range(start, min(start + BATCH // 10, photos))
            faces = chance.standard_normal((len(numbers), FACE_DIMENSIONS)).astype("<f4")
            features = chance.standard_normal((len(numbers), PHOTO_DIMENSIONS)).astype("<f2")
            rows = [
                {"number": n, "id": photo_id(n), "face": _packed(face), "photo": _packed(photo)}
                for n, face, photo in zip(numbers, faces, features, strict=True)
            ]
            await graph.write(VECTORS, rows=rows)
        changes = [
            {"id": f"c{n}", "number": n + 1, "photos": list(range(n * 7, n * 7 + PHOTOS_OF_CHANGE))}
            for n in range(photos // 100)
        ]
        await graph.write(CHANGES, rows=changes)
        await graph.write(LAST_CHANGE, last=len(changes))
        albums = [
            {"id": f"a{n}", "photos": list(range(n * PHOTOS_OF_ALBUM, (n + 1) * PHOTOS_OF_ALBUM))}
            for n in range(photos // PHOTOS_OF_ALBUM // 2)
        ]
        await graph.write(ALBUMS, rows=albums)
    finally:
        await graph.close()


def _packed(vector: np.ndarray[tuple[int], np.dtype[np.floating]]) -> str:
    return base64.b64encode(vector.tobytes()).decode()


def backed_up(bench: Bench, settings: Settings, file: Path, engine: str) -> Iterator[Figure]:
    """Writes a back-up into ``file``."""
    yield from _measured(bench, settings, "backup", file, engine)
    yield Figure(f"back-up of {bench.photos:,} photos, {engine}: size", file.stat().st_size / MIB, "MiB")


def _measured(bench: Bench, settings: Settings, command: str, file: Path, engine: str) -> Iterator[Figure]:
    """Runs the command in a process of its own, and measures its time and memory."""
    bench.say(f"{command}, {engine}")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHOTOS_")}
    started = time.monotonic()
    process = subprocess.Popen(
        [COMMAND, command, file, "--data-dir", settings.data_dir],
        env={**kept, **environment(settings), "XDG_CONFIG_HOME": str(settings.data_dir.parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    with Watch(process.pid) as memory:
        if process.wait():
            raise RuntimeError(f"photos-graph {command} ended with {process.returncode}")
    what = f"{'back-up' if command == 'backup' else command} of {bench.photos:,} photos, {engine}"
    yield Figure(what, time.monotonic() - started, "s")
    yield Figure(f"{what}: peak memory of the program", memory.peak.service / MIB, "MiB")
    if memory.peak.engine:
        yield Figure(f"{what}: peak memory of the engine", memory.peak.engine / MIB, "MiB")


def _started(bench: Bench, settings: Settings) -> Iterator[Figure]:
    """Starts the service as after an update that changes the graph, and once more."""
    bench.say("start with a back-up before the migration")
    with Service(settings.data_dir, environment(settings)) as service:
        yield Figure(f"start with {bench.photos:,} photos, without a snapshot", service.ready_seconds, "s")
    asyncio.run(_made_older(settings))
    with Service(settings.data_dir, environment(settings), patience=PATIENCE) as service:
        yield Figure(f"start with {bench.photos:,} photos after an update", service.ready_seconds, "s")


async def _made_older(settings: Settings) -> None:
    graph = await connect(settings)
    await graph.write(OLDER)
    await graph.close()


async def _digests(settings: Settings) -> dict[str, str]:
    """Returns a text for each kind of node that differs if a property or a relationship does, whatever their order."""
    graph = await connect(settings)
    try:
        return {label: await _digest(graph, label) for label in contents.NODES}
    finally:
        await graph.close()


async def _digest(graph: Graph, label: LiteralString) -> str:
    total = 0
    async for page in contents.nodes(graph, label):
        for node in page:
            if label == "Meta" and node.key not in COUNTERS:
                continue
            record = record_of(node)
            record["values"] = dict(sorted(record["values"].items()))
            record["out"] = sorted(([*each[:3], sorted(each[3].items())] for each in record.get("out", ())), key=repr)
            record["parts"] = sorted((sorted(each.items()) for each in record.get("parts", ())), key=repr)
            total += int.from_bytes(hashlib.blake2b(encoded(record), digest_size=16).digest())
    return f"{total:x}"
