"""Labels read back: from an export of ours, or from sidecars. What was read already changes nothing, so an import that
was stopped, or killed, begins again."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.changes import now_ms
from photos_graph.graph.library import failures
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.queue import Jobs
from photos_graph.model import Job, JobKind, LabelKind
from photos_graph.services.datasets.exports.json_lines import PHOTOS
from photos_graph.services.datasets.imports.json_lines import Exported
from photos_graph.services.datasets.imports.library_labels import write_library
from photos_graph.services.datasets.imports.merge_rules import Speaker
from photos_graph.services.datasets.imports.photo_labels import write_photos
from photos_graph.services.datasets.imports.sidecars import BesideOriginals
from photos_graph.services.media import Media
from photos_graph.services.scan.intake import read_orientation
from photos_graph.settings import Settings, expanded
from photos_graph.workers.pool import WorkerPool

STAGE = "import"
MOST_FAILURES = 1_000  # that are listed with the job
MOST_NAMED = 40  # changes, with the closing message
SAYING = "Importing"


class Imports:
    """What is asked for here is done by ``ImportJob``, in whatever process runs jobs."""

    def __init__(self, jobs: Jobs, settings: Settings) -> None:
        self._jobs = jobs
        self._settings = settings

    async def ask(self, name: str, by: str = "") -> Job:
        """Of a folder among the exports, by its name. Raises BadInput for what is no name, NotFound."""
        if "/" in name or "\0" in name or name.startswith(".") or not name:
            raise BadInput("Give the name of the folder of the export, without a path.")
        return await self.ask_folder(self._settings.exports_dir / name, by)

    async def ask_folder(self, folder: Path, by: str = "") -> Job:
        """Of any folder: the owner at the command line named it. Raises NotFound."""
        return await self._jobs.queue(JobKind.IMPORT, {"folder": str(_known(folder)), "by": by})


def _to_undo(changes: Sequence[str]) -> str:
    """The end of the closing message: the ids of the changes as the API has them, since nothing else names them."""
    if not changes:
        return ""
    ids = [base64.b64encode(f"Change:{id_}".encode()).decode() for id_ in reversed(changes[-MOST_NAMED:])]
    more = len(changes) - len(ids)
    told = f", and {more:,} before these, of the kind IMPORT in the graph" if more else ""
    return f" It is undone by undoing these changes in this order: {' '.join(ids)}{told}."


def _known(folder: Path) -> Path:
    path = expanded(folder)
    if path.is_symlink() or not path.is_dir():
        raise NotFound(f"{path.name} is not a folder in this place.")
    return path.resolve()


class ImportJob:
    def __init__(
        self, graph: Graph, index: Index, writer: LabelWriter, media: Media, pool: WorkerPool, settings: Settings
    ) -> None:
        self._graph = graph
        self._index = index
        self._media = media
        self._pool = pool
        self._settings = settings
        self._writer = writer

    async def run(self, job: Job, progress: Progress) -> str:
        """Raises Cancelled, BadInput for an export that is damaged as a whole."""
        source = self._source(Path(job.arguments["folder"]))
        speaker = Speaker(job.arguments["by"], now_ms(), source.undated)
        await self._index.catch_up()
        total, done, read = await source.count(), 0, 0
        await progress.step(done, total, SAYING)
        library = await source.library()
        known = {each.path: row.id for each in library.folders if (row := self._index.search.folder_at(each.path))}
        folders = await write_library(self._writer, library, known, speaker)
        refused, skipped, changed = folders.refused[:MOST_FAILURES], len(folders.refused), 0
        changes = list(folders.changes)
        try:
            async for batch in source.batches():
                written = await write_photos(self._writer, batch.records, speaker, self._has)
                await self._writer.follow()
                more = batch.refused + written.refused
                refused += more[: MOST_FAILURES - len(refused)]
                skipped += len(more)
                changed += written.changed
                changes += written.changes
                read += len(batch.records)
                done += batch.seen
                await progress.step(done, total, SAYING)
        finally:
            await self._tell(refused, progress)
            await self._writer.follow(LabelKind.FACES)
        told = f", {skipped:,} things could not be taken over" if skipped else ""
        here = f"{changed:,} of them changed, {folders.changed:,} folders changed"
        return f"{read:,} photos read, {here}{told}.{_to_undo(changes)}"

    def _has(self, number: int, tag_id: str) -> bool:
        return number in self._index.search.tagged(tag_id, confirmed=True)

    def _source(self, folder: Path) -> Exported | BesideOriginals:
        if (folder / PHOTOS).is_file():
            return Exported(self._graph, folder)
        return BesideOriginals(self._graph, self._index, self._pool, folder, self._orientation)

    async def _tell(self, refused: list[tuple[str, str]], progress: Progress) -> None:
        noted = [
            ReadFailure(f"{STAGE}:{place}", path, STAGE, reason, partial=True)
            for place, (path, reason) in enumerate(refused)
        ]
        await failures.replace_stage(self._graph, STAGE, noted, progress.job_id)

    async def _orientation(self, photo_id: str) -> int:
        return await read_orientation(self._pool, await self._media.path(photo_id))
