"""The job that writes a back-up, and the request for it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from photos_graph.disk_space import DiskSpace
from photos_graph.errors import BadInput
from photos_graph.graph.engine import feed
from photos_graph.graph.engine.connection import Graph
from photos_graph.jobs.progress import Progress
from photos_graph.jobs.queue import Jobs
from photos_graph.model.job_arguments import BackupArguments
from photos_graph.model.jobs import Job, JobKind
from photos_graph.services.backups.archive import Archive, Manifest
from photos_graph.services.backups.dumping import now_in_name, write_backup
from photos_graph.settings import Settings, expanded

PROGRESS = "Writing a back-up"
# The names that we choose, with the beginning of the identity of the graph: several may share a folder. Old ones are
# deleted.
AUTOMATIC = re.compile(r"photos-graph-[0-9a-f]{8}-\d{8}-\d{6}\.zip")
ELSEWHERE = "set backup.folder to a folder on another disk"
NOT_WHOLE = " People made changes while it was written, of which it may hold a part."


class Backups:
    """Queues back-ups, and knows those in the folder of back-ups."""

    def __init__(self, jobs: Jobs, settings: Settings, space: DiskSpace) -> None:
        self._jobs = jobs
        self._settings = settings
        self._space = space

    async def ask(self, file: Path | None = None) -> Job:
        """Queues a back-up to a file, or to a new file in the folder of back-ups. Raises BadInput if the file exists
        already, and LowDisk."""
        if file is None:
            await asyncio.to_thread(self._space.check, self._settings.backups_dir, ELSEWHERE)
            return await self.ask_regularly()
        path = expanded(file).absolute()
        if path.exists():
            raise BadInput(f"{path} exists already. Choose another name.")
        await asyncio.to_thread(self._space.check, path.parent, ELSEWHERE)
        return await self._jobs.queue(JobKind.BACKUP, BackupArguments(path))

    async def ask_regularly(self) -> Job:
        """Queues a back-up to a new file in the folder of back-ups. If there is no room for it, the job says so."""
        return await self._jobs.queue(JobKind.BACKUP)


def existing(settings: Settings, identity: str | None = None) -> list[Path]:
    """Returns the back-ups in the folder of back-ups whose names we chose, the oldest first: those of the graph with
    the identity, or of all. Raises OSError."""
    folder = settings.backups_dir
    if not folder.is_dir():
        return []
    start = "photos-graph-" if identity is None else _start(identity)
    found = [path for path in folder.iterdir() if AUTOMATIC.fullmatch(path.name) and path.name.startswith(start)]
    return sorted(found, key=lambda path: path.name[-len("20000101-000000.zip") :])


def _start(identity: str) -> str:
    return f"photos-graph-{identity[:8]}-"


class BackupJob:
    """Writes a back-up. A job that was interrupted starts again."""

    def __init__(self, graph: Graph, settings: Settings, space: DiskSpace) -> None:
        self._graph = graph
        self._settings = settings
        self._space = space

    async def run(self, job: Job[BackupArguments], progress: Progress) -> str:
        """Handles the job. Raises OSError if the file cannot be written, and LowDisk."""
        file = job.arguments.file
        folder = self._settings.backups_dir if file is None else file.parent
        await asyncio.to_thread(self._space.check, folder, ELSEWHERE)

        async def report(done: int, total: int) -> None:
            await progress.step(done, max(done, total), PROGRESS)

        if file is not None:
            return _told(file, await write_backup(self._graph, self._settings, file, report))
        identity = await feed.identity(self._graph)
        for partial in folder.glob(f".{_start(identity)}*.partial"):  # of a process that was killed
            partial.unlink(missing_ok=True)
        earlier = existing(self._settings, identity)
        path = folder / f"{_start(identity)}{now_in_name()}.zip"
        manifest = await write_backup(self._graph, self._settings, path, report)
        is_repeated = bool(earlier) and await asyncio.to_thread(_has_same, earlier[-1], manifest)
        if is_repeated:
            earlier.pop().unlink()
        for old in earlier[: len(earlier) + 1 - self._settings.backup.keep]:
            old.unlink(missing_ok=True)
        return _told(path, manifest)


def _has_same(path: Path, manifest: Manifest) -> bool:
    """Returns whether a back-up holds the same as another one."""
    try:
        with Archive(path) as archive:
            return archive.manifest.members == manifest.members
    except BadInput:
        return False


def _told(path: Path, manifest: Manifest) -> str:
    return f"{path} holds {held(manifest)}.{'' if manifest.whole else NOT_WHOLE}"


def held(manifest: Manifest) -> str:
    """Returns what a back-up holds, in words."""
    counts = (("Photo", "photos"), ("Tag", "tags"), ("Person", "persons"), ("Face", "faces"), ("Change", "changes"))
    return ", ".join(f"{manifest.count(label):,} {name}" for label, name in counts)
