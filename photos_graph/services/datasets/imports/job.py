"""Imports of labels, from an export of ours or from sidecars.

Importing the same labels again changes nothing, so an interrupted import simply starts again.
"""

from __future__ import annotations

from pathlib import Path

from photos_graph.errors import BadInput, NotFound
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import now_ms
from photos_graph.graph.library import failures
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.queue import Jobs
from photos_graph.library.places import Gazetteer
from photos_graph.model.job_arguments import ImportArguments
from photos_graph.model.jobs import Job, JobKind
from photos_graph.model.labels import LabelKind
from photos_graph.services.datasets.exports.json_lines import PHOTOS
from photos_graph.services.datasets.exports.records import LibraryRecord
from photos_graph.services.datasets.imports.albums import ImportedAlbums, write_albums
from photos_graph.services.datasets.imports.batch import LabelSource
from photos_graph.services.datasets.imports.json_lines import JsonSource
from photos_graph.services.datasets.imports.library_labels import write_library
from photos_graph.services.datasets.imports.merge_rules import Importer
from photos_graph.services.datasets.imports.outcome import Outcome, unclear_names
from photos_graph.services.datasets.imports.photo_labels import write_photos
from photos_graph.services.datasets.imports.photo_matching import PhotoMatcher
from photos_graph.services.datasets.imports.sidecars import SidecarSource
from photos_graph.services.datasets.imports.summary import ImportSummary
from photos_graph.settings import Settings, expanded
from photos_graph.workers.port import Pool

STAGE = "import"
PROGRESS_MESSAGE = "Importing"


class Imports:
    """Queues imports. ``ImportJob`` runs them, in the process that runs jobs."""

    def __init__(self, jobs: Jobs, settings: Settings) -> None:
        self._jobs = jobs
        self._settings = settings

    async def ask(self, name: str, by: str = "") -> Job:
        """Queues the import of an export in the folder for exports, by its name.

        Raises BadInput if it is not the name of a folder, NotFound if there is no such folder.
        """
        if "/" in name or "\0" in name or name.startswith(".") or not name:
            raise BadInput("Give the name of the folder of the export, without a path.")
        return await self.ask_folder(self._settings.exports_dir / name, by)

    async def ask_folder(self, folder: Path, by: str = "") -> Job:
        """Queues the import of any folder, which the owner chose on the command line. Raises NotFound if it does not
        exist."""
        return await self._jobs.queue(JobKind.IMPORT, ImportArguments(_existing(folder), by))


def _existing(folder: Path) -> Path:
    path = expanded(folder)
    try:
        is_there = path.is_dir() and not path.is_symlink()
    except (OSError, ValueError):  # the name is too long, or no name of a file
        is_there = False
    if not is_there:
        raise NotFound(f"{path.name} is not a folder in this place.")
    return path.resolve()


class ImportJob:
    """Runs an import."""

    def __init__(
        self,
        graph: Graph,
        index: Index,
        writer: LabelWriter,
        pool: Pool,
        gazetteer: Gazetteer,
        settings: Settings,
    ) -> None:
        self._gazetteer = gazetteer
        self._graph = graph
        self._index = index
        self._pool = pool
        self._settings = settings
        self._writer = writer

    async def run(self, job: Job[ImportArguments], progress: Progress) -> str:
        """Imports the labels and returns the closing message of the job.

        Raises Cancelled, BadInput if the export is damaged as a whole.
        """
        source = self._source(job.arguments.folder)
        library = await source.library()
        importer = Importer(job.arguments.by, now_ms(), source.undated, unclear_names(library.persons))
        await self._index.catch_up()
        total, summary, albums = await source.count(), ImportSummary(), ImportedAlbums.of(library.albums)
        await progress.step(0, total, PROGRESS_MESSAGE)
        summary.add_library(await self._write_library(library, importer))
        try:
            async for batch in source.batches():
                outcome = await write_photos(self._writer, batch.records, importer, self._has_tag, self._gazetteer)
                await self._writer.follow()
                summary.add_batch(batch, outcome)
                albums.add(batch.records, importer)
                await progress.step(summary.processed, total, PROGRESS_MESSAGE)
            summary.add_albums(await write_albums(self._writer, self._index, albums, importer))
        finally:
            await self._list_failures(summary.refused, progress)
            await self._writer.follow(LabelKind.FACES)
        return summary.message()

    async def _write_library(self, library: LibraryRecord, importer: Importer) -> Outcome:
        found = {folder.path: self._index.search.folders.at(folder.path) for folder in library.folders}
        ids = {path: row.id for path, row in found.items() if row is not None}
        return await write_library(self._writer, library, ids, importer)

    def _has_tag(self, number: int, tag_id: str) -> bool:
        return number in self._index.search.sets.tags.having(tag_id, confirmed=True)

    def _source(self, folder: Path) -> LabelSource:
        if (folder / PHOTOS).is_file():
            return JsonSource(PhotoMatcher(self._graph, self._index), folder)
        return SidecarSource(self._graph, self._index, self._pool, folder)

    async def _list_failures(self, refused: list[tuple[str, str]], progress: Progress) -> None:
        failed = [
            ReadFailure(f"{STAGE}:{index}", path, STAGE, reason, partial=True)
            for index, (path, reason) in enumerate(refused)
        ]
        await failures.replace_stage(self._graph, STAGE, failed, progress.job_id)
