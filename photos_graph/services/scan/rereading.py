"""Reads the metadata of known photos again if an earlier version of the program read less from files, or if another
file speaks for a photo now.

Which photos are due is a query, so a scan that was stopped, or killed, continues by asking it again. The pictures are
not decoded again, and only if a picture has no hash yet, its original is read as a whole.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from photos_graph.errors import (
    EngineUnavailable,
    KilledWorker,
    NotFound,
    PhotosGraphError,
    RootOffline,
    StillWritten,
    Unavailable,
)
from photos_graph.graph import due
from photos_graph.graph.library import files, rereading
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.rereading import FileToReread, Reread
from photos_graph.jobs.progress import Progress
from photos_graph.model.library import METADATA_VERSION, Root
from photos_graph.services.scan.file_reading import FileReading, ScanResources
from photos_graph.services.scan.intake import read_metadata
from photos_graph.services.scan.intake_tasks import MetadataRead
from photos_graph.services.scan.openings import (
    BLOCK,
    QUARANTINE_AFTER,
    QUARANTINED,
    QUEUED,
    SUSPECT_AFTER,
)
from photos_graph.services.scan.reading import places_of

WRITE_EVERY = 128  # results in one commit,
WRITE_SECONDS = 1.0  # or fewer after so long


@dataclass(frozen=True, slots=True)
class RereadingTally:
    """The number of photos whose metadata was read again. ``others`` says that files must now be read as a whole."""

    photos: int = 0
    others: bool = False


class Rereading(FileReading[FileToReread, MetadataRead]):
    """Brings the metadata of one root's photos up to METADATA_VERSION. It is used once."""

    def __init__(self, resources: ScanResources, progress: Progress) -> None:
        super().__init__(resources, progress)
        self._suspects: list[FileToReread] = []
        self._killers: list[tuple[FileToReread, KilledWorker]] = []
        self._reads: list[tuple[FileToReread, MetadataRead]] = []
        self._failed: list[tuple[FileToReread, ReadFailure]] = []
        self._unanswered: list[str] = []  # ids of files that are gone or changed; the next scan handles them
        self._others: list[str] = []  # ids of files with other bytes than those that their photos show
        self._united = False
        self._done = self._read = self._total = 0

    async def run(self, root: Root) -> RereadingTally:
        """Returns how much was read again. Photos whose file is gone or changed wait for the next scan.

        Raises RootOffline if the root disappears meanwhile, and Cancelled.
        """
        self._root = root
        await due.want(self._graph, due.READING, METADATA_VERSION)
        self._total = await rereading.count(self._graph, root.id)
        if not self._total:
            return RereadingTally()
        await self._report()
        try:
            await self._read_due()
            if self._united:  # another file speaks for the photo that two became
                await self._read_due()
        finally:
            await self._write()
        await files.reopen(self._graph, self._others)
        return RereadingTally(self._read, bool(self._others))

    async def _read_due(self) -> None:
        at_once = self._intake.pool.places + QUEUED
        async for page in rereading.pages(self._graph, self._root.id, BLOCK):
            alike = [file for file in page if file.content_hash in (None, file.shown_hash)]
            self._others += [file.record.id for file in page if file.content_hash not in (None, file.shown_hash)]
            await self._read_block([file for file in alike if file.record.attempts < SUSPECT_AFTER], at_once)
            self._suspects += [file for file in alike if file.record.attempts >= SUSPECT_AFTER]
        await self._read_suspects()

    async def _report(self) -> None:
        message = f"Reading the metadata of {self._total:,} photos again"
        await self._progress.step(min(self._done, self._total), self._total, message)

    async def _read_suspects(self) -> None:
        """Reads, alone, the files that an earlier scan opened without an answer, and those that killed their worker."""
        suspects, killers = self._suspects, [file for file, _ in self._killers]
        self._suspects, self._killers = [], []
        for file in suspects:
            if file.record.attempts >= QUARANTINE_AFTER:
                self._fail(file, QUARANTINED, attempts=file.record.attempts)
            else:
                await self._read_block([file], 1)
        for file in killers:
            await self._read_block([file], 1)
        for file, error in self._killers:
            self._fail(file, f"{error.public_message} It was tried twice and is not tried again.", attempts=2)
        self._killers = []

    async def _open(self, file: FileToReread) -> MetadataRead:
        return await read_metadata(self._intake, self._root, file)

    async def _take(self, file: FileToReread, outcome: MetadataRead | PhotosGraphError) -> None:
        match outcome:
            case MetadataRead(content_hash=read) if read not in (None, file.shown_hash):
                self._unanswered.append(file.record.id)
                self._others.append(file.record.id)
            case MetadataRead():
                self._reads.append((file, outcome))
            case RootOffline() | EngineUnavailable() | Unavailable():
                raise outcome
            case NotFound() | StillWritten():
                self._unanswered.append(file.record.id)
            case KilledWorker():
                self._unanswered.append(file.record.id)  # the service has survived this file
                self._killers.append((file, outcome))
            case _:
                self._fail(file, outcome.public_message)
        self._done += 1
        if len(self._reads) >= WRITE_EVERY or time.monotonic() - self._written > WRITE_SECONDS:
            await self._write()
        await self._report()

    def _fail(self, file: FileToReread, reason: str, attempts: int = 1) -> None:
        self._failed.append((file, self._failure(file, due.READING.name, reason, attempts)))

    def _failure(self, file: FileToReread, stage: str, reason: str, attempts: int = 1) -> ReadFailure:
        return ReadFailure(file.record.id, self._path(file), stage, reason, attempts, partial=True)

    async def _write(self) -> None:
        reads, self._reads = self._reads, []
        failed, self._failed = self._failed, []
        unanswered, self._unanswered = self._unanswered, []
        self._written = time.monotonic()
        await files.note_unopened(self._graph, unanswered)
        if not reads and not failed:
            return
        places = await places_of(self._gazetteer, {file.record.id: read.metadata for file, read in reads})
        rows = [Reread(file, read.metadata, places.get(file.record.id, ()), read.picture_hash) for file, read in reads]
        noted = [self._failure(file, stage, reason) for file, read in reads for stage, reason in read.warnings]
        noted += [failure for _, failure in failed]
        library = self._settings.library
        self._united |= await rereading.put(
            self._writer,
            rows,
            [file for file, _ in failed],
            noted,
            self._progress.job_id,
            library.import_keywords,
            library.import_faces,
        )
        await self._writer.follow()
        self._read += len(reads)
