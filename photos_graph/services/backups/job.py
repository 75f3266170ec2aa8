"""The job that writes a back-up, and the request for it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.queue import Jobs
from photos_graph.model.job_arguments import BackupArguments
from photos_graph.model.jobs import Job, JobKind
from photos_graph.services.backups.archive import Manifest
from photos_graph.services.backups.dumping import write_backup
from photos_graph.settings import Settings, expanded

PROGRESS = "Writing a back-up"
AUTOMATIC = re.compile(
    r"photos-graph-\d{8}-\d{6}\.zip"
)  # the names that we choose, which are deleted when they are old


class Backups:
    """Queues back-ups, and knows those in the folder of back-ups."""

    def __init__(self, jobs: Jobs, settings: Settings) -> None:
        self._jobs = jobs
        self._settings = settings

    async def ask(self, file: Path | None = None) -> Job:
        """Queues a back-up to a file, or to a new file in the folder of back-ups. Raises BadInput if the file exists
        already."""
        if file is None:
            return await self._jobs.queue(JobKind.BACKUP)
        path = expanded(file).absolute()
        if path.exists():
            raise BadInput(f"{path} exists already. Choose another name.")
        return await self._jobs.queue(JobKind.BACKUP, BackupArguments(path))


def existing(settings: Settings) -> list[Path]:
    """Returns the back-ups in the folder of back-ups whose names we chose, the oldest first. Raises OSError."""
    folder = settings.backups_dir
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if AUTOMATIC.fullmatch(path.name))


class BackupJob:
    """Writes a back-up. A job that was interrupted starts again."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph = graph
        self._settings = settings

    async def run(self, job: Job[BackupArguments], progress: Progress) -> str:
        """Handles the job. Raises OSError if the file cannot be written."""

        async def report(done: int, total: int) -> None:
            await progress.step(done, max(done, total), PROGRESS)

        path = job.arguments.file or self._settings.backups_dir / f"photos-graph-{datetime.now():%Y%m%d-%H%M%S}.zip"
        manifest = await write_backup(self._graph, self._settings, path, report)
        if job.arguments.file is None:
            for partial in self._settings.backups_dir.glob(".photos-graph-*.partial"):  # of a process that was killed
                partial.unlink(missing_ok=True)
            for old in existing(self._settings)[: -self._settings.backup.keep]:
                old.unlink(missing_ok=True)
        return f"{path} holds {held(manifest)}."


def held(manifest: Manifest) -> str:
    """Returns what a back-up holds, in words."""
    counts = (("Photo", "photos"), ("Tag", "tags"), ("Person", "persons"), ("Face", "faces"), ("Change", "changes"))
    return ", ".join(f"{manifest.count(label):,} {name}" for label, name in counts)
