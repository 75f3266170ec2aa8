"""Dumps the graph into back-ups, while people and jobs go on.

The nodes are read in pages, so a back-up is not the state of one moment. It holds every change that people made before
it began. If they make changes meanwhile, it is written again, up to ``TRIES`` times, so that it holds no change in
part; if they never stop, ``Manifest.whole`` is false. What jobs add meanwhile may be in it in part, which the next scan
repairs: ``contents.NODES`` has the order in which that is harmless.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from photos_graph.errors import BadSettings
from photos_graph.graph.engine import contents, migrations
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.contents import NodeRecord
from photos_graph.graph.labels import history
from photos_graph.services.backups import archive
from photos_graph.services.backups.archive import ArchiveWriter, Manifest, RecordsWriter
from photos_graph.services.backups.node_records import record_of
from photos_graph.settings import Settings

log = logging.getLogger(__name__)

TRIES = 3
Report = Callable[[int, int], Awaitable[None]]  # how many nodes are written, of how many

BEFORE = "before-version-"  # how the names of back-ups begin that are written before a migration
TELL_SECONDS = 5.0  # between two lines in the log about such a back-up
KEPT_BEFORE = 2  # of these for each schema, if the migration fails again and again

MODELS = "learn/models"
SECRETS = "secrets.json"


async def write_backup(graph: Graph, settings: Settings, path: Path, report: Report) -> Manifest:
    """Writes everything that the graph holds, the secrets and the trained models to a new file, and verifies it.

    Raises OSError if the file cannot be written, and EngineUnavailable.
    """
    for number in range(1, TRIES + 1):
        manifest = await _write(graph, settings, path, report)
        if manifest.whole:
            break
        log.info("People made changes while the back-up was written (try %s of %s).", number, TRIES)
    return manifest


async def _changes(graph: Graph) -> tuple[int, int]:
    """Returns the numbers of the newest change, and of the newest portion of one."""
    _, last = await history.bounds(graph)
    return last, await history.last_written(graph)


def now_in_name() -> str:
    """Returns the local time as it stands in the names of back-ups."""
    return f"{datetime.now():%Y%m%d-%H%M%S}"


async def before_migration(settings: Settings, graph: Graph) -> None:
    """Writes a back-up of a graph whose schema is older, before it is changed. Raises BadSettings if it cannot."""
    schema = max(await migrations.applied_to(graph))
    path = settings.backups_dir / f"{BEFORE}{version('photos-graph')}-of-schema-{schema}-{now_in_name()}.zip"

    log.warning("This graph is of an earlier version. A back-up is written to %s before it is changed.", path)
    try:
        await write_backup(graph, settings, path, _telling())
        log.warning("The back-up is written. The graph is changed now.")
        for earlier in sorted(settings.backups_dir.glob(f"{BEFORE}*-of-schema-{schema}-*.zip"))[:-KEPT_BEFORE]:
            earlier.unlink()
    except OSError as error:
        raise BadSettings(
            f"The back-up before the graph is changed cannot be written to {path}: {error.strerror}. Set backup.folder."
        ) from error


def _telling() -> Report:
    """Returns a report that logs now and then how far the back-up before a migration is, since the service does not
    answer until then."""
    told = time.monotonic()

    async def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_SECONDS:
            told = time.monotonic()
            log.warning("The back-up has %s of %s nodes. The service starts after it.", f"{done:,}", f"{total:,}")

    return tell


async def _write(graph: Graph, settings: Settings, path: Path, report: Report) -> Manifest:
    before = await _changes(graph)
    total = sum([await contents.count(graph, label) for label in contents.NODES])
    done = 0
    with archive.written(path) as writer:

        async def note(written: int) -> None:
            nonlocal done
            done += written
            await report(done, total)

        for label in contents.NODES:
            with writer.records(label) as lines:
                await _write_nodes(graph, lines, label, note)
        with writer.records(contents.REMOVED_ROOTS) as roots:
            roots.write([{"values": values} for values in await contents.removed_roots(graph)])
        await asyncio.to_thread(_add_files, writer, settings.data_dir)
        manifest = Manifest(
            archive.FORMAT,
            archive.VERSION,
            version("photos-graph"),
            max(await migrations.applied_to(graph)),
            datetime.now(UTC).isoformat(timespec="seconds"),
            before[0],
            await _changes(graph) == before,
            writer.members,
        )
        writer.finish(manifest)
    return manifest


async def _write_nodes(graph: Graph, lines: RecordsWriter, label: str, note: Callable[[int], Awaitable[None]]) -> None:
    """Writes all nodes with the label. A page is packed in a thread while the engine answers with the next one."""
    packing: asyncio.Task[None] | None = None
    try:
        async for page in contents.nodes(graph, label):
            if packing is not None:
                await packing
            packing = asyncio.create_task(asyncio.to_thread(_write_page, lines, page))
            await note(len(page))
    finally:
        if packing is not None:
            await packing


def _write_page(lines: RecordsWriter, page: Sequence[NodeRecord]) -> None:
    lines.write([record_of(node) for node in page])


def _add_files(writer: ArchiveWriter, data_dir: Path) -> None:
    files = [data_dir / SECRETS, *sorted((data_dir / MODELS).glob("*"))]
    for file in files:
        if file.is_file() and not file.name.startswith("."):
            writer.add_file(str(file.relative_to(data_dir)), file)
