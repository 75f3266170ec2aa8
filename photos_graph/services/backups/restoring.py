"""Restores a back-up into an empty data directory and an empty graph, on either engine.

While it runs, ``<data_dir>/restoring`` names the back-up and has a token, which the graph has too. A service does not
start then, and the next restore begins by emptying what the interrupted one left. It empties a graph only if that has
the token.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from photos_graph.errors import BadInput, BadSettings
from photos_graph.graph.engine import contents, opening
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.contents import NodeRecord
from photos_graph.graph.engine.migrations import MIGRATIONS, migrate, run_again_after
from photos_graph.paths import encode_raw
from photos_graph.services.backups.archive import Archive, Manifest
from photos_graph.services.backups.dumping import MODELS, SECRETS
from photos_graph.services.backups.node_records import node_of
from photos_graph.settings import Settings, expanded
from photos_graph.written_files import written_whole

MARK = "restoring"
BATCH = 1000  # nodes in a transaction
# A data directory with these counts as empty: downloaded weights, logs, locks, and an engine whose graph is empty.
KEPT = frozenset({"models", "logs", "graph", "engine.json", "engine.lock", "writers.lock", "writers.queue", MARK})
_FILE = re.compile(rf"{re.escape(SECRETS)}|{MODELS}/[\w.-]+")

Show = Callable[[str, int, int], None]  # what is done, how much of it, and how much there is


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. ``lost``: relationships to what was deleted while the back-up was written."""

    manifest: Manifest
    lost: int


async def restore(settings: Settings, path: Path, roots: Mapping[str, str], show: Show) -> Restored:
    """Checks the whole back-up, then restores it. ``roots``: new paths of roots, by their names.

    Raises BadInput if the file is damaged or of a newer program, if a root is not in it, and if the data directory or
    the graph is not empty; BadSettings, EngineUnavailable and OSError.
    """
    with Archive(path) as archive:
        await asyncio.to_thread(_check, archive, roots, show)
        file, interrupted = await asyncio.to_thread(_prepare, settings.data_dir, path)
        async with _opened(settings, file, interrupted) as graph:
            await run_again_after(graph, archive.manifest.schema)
            await migrate(graph, archive.manifest.schema)
            lost = await _restore_graph(graph, archive, roots, show)
            await asyncio.to_thread(_restore_files, archive, settings.data_dir)
            await migrate(graph)
        return Restored(archive.manifest, lost)


def refuse_interrupted(data_dir: Path) -> None:
    """Raises BadSettings if a restore into the data directory was interrupted."""
    mark = _mark(data_dir)
    if mark is not None:
        raise BadSettings(f"A restore into {data_dir} was interrupted. Run it again: photos-graph restore {mark.file}")


@dataclass(frozen=True, slots=True)
class _Mark:
    file: str
    token: str


def _mark(data_dir: Path) -> _Mark | None:
    """Returns the mark of a restore that was interrupted, if there is one. Raises BadSettings if it is damaged."""
    path = data_dir / MARK
    try:
        return _Mark(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise BadSettings(f"{path} is damaged. Restore into a new data directory.") from error


def _check(archive: Archive, roots: Mapping[str, str], show: Show) -> None:
    manifest = archive.manifest
    if manifest.schema > max(MIGRATIONS):
        raise BadInput(
            f"This back-up is of a newer version of photos-graph ({manifest.program}). Install that version to restore "
            "it."
        )
    total = sum(member.bytes for member in manifest.members.values())
    for done in archive.check():
        show("Checking", done, total)
    unknown = set(archive.labels()) - {*contents.NODES, contents.REMOVED_ROOTS}
    if unknown or not all(_FILE.fullmatch(name) for name in archive.files()):
        raise BadInput("This back-up holds what this version of photos-graph does not know. Install a newer version.")
    kinds = set(contents.RELATIONSHIPS)
    named: set[str] = set()
    for label in contents.NODES:
        for node in _nodes(archive, label):
            if any((label, each.type, each.label) not in kinds for each in node.relationships):
                raise BadInput(f"This back-up holds relationships of {label} that this version does not know.")
            if "Root" in node.also:
                named.add(node.values["name"])
    if missing := sorted(roots.keys() - named):
        raise BadInput(f"There is no root {missing[0]!r} in this back-up. It has: {', '.join(sorted(named))}.")


def _nodes(archive: Archive, label: str) -> Iterator[NodeRecord]:
    try:
        yield from map(node_of, archive.records(label))
    except ValueError as error:
        raise BadInput(f"This back-up is damaged: a record of {label} cannot be read.") from error


def _prepare(data_dir: Path, file: Path) -> tuple[str, _Mark | None]:
    """Makes the data directory ready. Returns the absolute path of the back-up, and the mark of a restore that was
    interrupted, if there is one."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    data_dir.chmod(0o700)
    if file.resolve().is_relative_to(data_dir.resolve()):
        raise BadInput(f"{file} lies in the data directory {data_dir}. Move it elsewhere first.")
    interrupted = _mark(data_dir)
    left = {SECRETS, "learn"} if interrupted else set()
    if {entry.name for entry in data_dir.iterdir()} - KEPT - left:
        raise BadInput(
            f"The data directory {data_dir} is not empty. Choose another one with --data-dir, or move this one away."
        )
    (data_dir / SECRETS).unlink(missing_ok=True)
    shutil.rmtree(data_dir / "learn", ignore_errors=True)
    return str(file.absolute()), interrupted


@asynccontextmanager
async def _opened(settings: Settings, file: str, interrupted: _Mark | None) -> AsyncIterator[Graph]:
    graph = await opening.unmigrated(settings)
    path = settings.data_dir / MARK
    try:
        token = await contents.token_of_restore(graph)
        if interrupted is not None and token == interrupted.token:
            await contents.clear(graph)
        if not await contents.is_empty(graph):
            raise BadInput("The graph is not empty. A back-up is restored into an empty one only.")
        mark = _Mark(file, interrupted.token if interrupted else uuid4().hex)
        with written_whole(path) as written:
            written.write(json.dumps(asdict(mark)).encode())
        await contents.begin_restore(graph, mark.token)
        yield graph
        path.unlink()
        await contents.end_restore(graph)
    finally:
        await graph.close()


async def _restore_graph(graph: Graph, archive: Archive, roots: Mapping[str, str], show: Show) -> int:
    total = sum(archive.manifest.count(label) for label in contents.NODES)
    done = 0
    for label in contents.NODES:
        async for batch in _batches(archive, label):
            await contents.create(graph, label, [_at_new_path(node, roots) for node in batch])
            done += len(batch)
            show("Restoring", done, total)
    removed = await asyncio.to_thread(list, archive.records(contents.REMOVED_ROOTS))
    await contents.create_removed_roots(graph, [record["values"] for record in removed])
    done = lost = 0
    for label in contents.NODES:
        async for batch in _batches(archive, label):
            lost += await contents.connect(graph, label, batch)
            done += len(batch)
            show("Connecting", done, total)
    await contents.complete(graph)
    return lost


async def _batches(archive: Archive, label: str) -> AsyncIterator[list[NodeRecord]]:
    nodes = _nodes(archive, label)

    def batch() -> list[NodeRecord]:
        return list(islice(nodes, BATCH))

    while found := await asyncio.to_thread(batch):
        yield found


def _at_new_path(node: NodeRecord, roots: Mapping[str, str]) -> NodeRecord:
    if "Root" not in node.also or node.values["name"] not in roots:
        return node
    path = expanded(Path(roots[node.values["name"]])).absolute()
    values: dict[str, Any] = {**node.values, "rawPath": encode_raw(os.fsencode(path))}
    return replace(node, values=values)


def _restore_files(archive: Archive, data_dir: Path) -> None:
    for name in archive.files():
        target = data_dir / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123, a descriptor
            archive.copy_file(name, file)
            file.flush()
            os.fsync(file.fileno())
