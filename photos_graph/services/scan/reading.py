"""The second half of a scan: PENDING files are opened in child processes, and the results are written in batches.

What is to be read is a query, so a scan that was stopped, or killed, continues by asking it again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from photos_graph.errors import (
    EngineUnavailable,
    KilledWorker,
    NotFound,
    PhotosGraphError,
    RootOffline,
    StillWritten,
    Unavailable,
    Unreadable,
)
from photos_graph.graph.library import files
from photos_graph.graph.library.failures import ReadFailure
from photos_graph.graph.library.files import FileRecord, PendingFile
from photos_graph.graph.library.photos import Read, put_read
from photos_graph.jobs.progress import Progress
from photos_graph.library.places import Gazetteer
from photos_graph.model.images import ThumbnailSize
from photos_graph.model.library import Metadata, Place, Root, photo_key
from photos_graph.paths import inode, mtime_ns
from photos_graph.services.scan.file_reading import FileReading, ScanResources
from photos_graph.services.scan.intake import call_intake
from photos_graph.services.scan.intake_tasks import Intake
from photos_graph.services.scan.openings import (
    BLOCK,
    QUARANTINE_AFTER,
    QUARANTINED,
    QUEUED,
    SUSPECT_AFTER,
    outcome_of,
)

log = logging.getLogger(__name__)

READ_AHEAD = 4096  # pending files per query, each of which visits all of them
WRITE_EVERY = 64  # results in one commit,
WRITE_SECONDS = 2.0  # or fewer after so long


@dataclass(slots=True)
class ReadingTally:
    """The result of reading a root."""

    done: int = 0
    vanished: list[FileRecord] = field(default_factory=list)  # removed between the walk and the reading
    unsettled: list[PendingFile] = field(default_factory=list)


class Reading(FileReading[PendingFile, tuple[Intake, bytes]]):
    """Reads the PENDING files of one root. It is used once."""

    def __init__(self, resources: ScanResources, progress: Progress) -> None:
        super().__init__(resources, progress)
        self._tally = ReadingTally()
        self._opened: set[str] = set()  # ids of files that are still PENDING
        self._blameless: list[str] = []  # ids of opened files that are gone, or still being written
        self._killers: list[PendingFile] = []
        self._reads: list[tuple[PendingFile, Intake, bytes]] = []
        self._failures: list[ReadFailure] = []
        self._total = 0

    async def run(self, root: Root) -> ReadingTally:
        """Reads until everything is read, except files that are still being written after the settling limit.

        Raises RootOffline if the root disappears meanwhile, and Cancelled.
        """
        self._root = root
        self._total = await files.pending_count(self._graph, root.id)
        await self._progress.step(0, self._total, self._saying())
        try:
            await self._read_all((0, SUSPECT_AFTER - 1), self._intake.pool.places + QUEUED)
            await self._read_all((SUSPECT_AFTER, QUARANTINE_AFTER - 1), 1)
            await self._quarantine_suspects()
            await self._retry_killers()
            await self._settle()
            await self._retry_killers()  # those among the files that had to settle
        finally:
            await self._write()
        return self._tally

    def _saying(self) -> str:
        return f"Reading {self._root.name}"

    async def _read_all(self, attempts: tuple[int, int], at_once: int) -> None:
        after = ""
        while pending := await files.pending_files(self._graph, self._root.id, after, READ_AHEAD, attempts):
            after = pending[-1].key
            size = BLOCK if at_once > 1 else 1  # files that are recorded together share the blame
            for start in range(0, len(pending), size):
                # A file that was opened in this run and must wait, is gone, or killed its worker is not a suspect.
                block = [file for file in pending[start : start + size] if file.record.id not in self._opened]
                now = time.time_ns()
                self._tally.unsettled += [file for file in block if self._is_young(file.record, now)]
                await self._read_block([file for file in block if not self._is_young(file.record, now)], at_once)

    def _is_young(self, record: FileRecord, now_ns: int) -> bool:
        """Returns whether the file has just changed. A time in the future counts too, because the clocks of a NAS and
        of this machine may differ."""
        return now_ns - record.mtime_ns < self._settings.library.settle_seconds * 1e9

    async def _open(self, file: PendingFile) -> tuple[Intake, bytes]:
        return await call_intake(self._intake, self._root, file)

    async def _take(self, file: PendingFile, outcome: tuple[Intake, bytes] | PhotosGraphError) -> None:
        match outcome:
            case (intake, rendition):
                self._reads.append((file, intake, rendition))
                self._failures += [
                    ReadFailure(file.record.id, self._path(file), stage, reason, partial=True)
                    for stage, reason in intake.warnings
                ]
            case RootOffline() | EngineUnavailable():
                raise outcome
            case NotFound():
                self._opened.add(file.record.id)
                self._blameless.append(file.record.id)
                self._tally.vanished.append(file.record)
            case StillWritten():
                self._opened.add(file.record.id)
                self._blameless.append(file.record.id)
                self._tally.unsettled.append(file)
            case KilledWorker():
                self._opened.add(file.record.id)
                self._killers.append(file)
            case Unreadable():
                self._failures.append(
                    ReadFailure(file.record.id, self._path(file), outcome.stage, outcome.public_message)
                )
            case Unavailable():
                raise outcome
            case _:
                self._failures.append(ReadFailure(file.record.id, self._path(file), "read", outcome.public_message))
        self._tally.done += 1
        due = time.monotonic() - self._written > WRITE_SECONDS
        if len(self._reads) + len(self._failures) >= WRITE_EVERY or due:
            await self._write()
        await self._progress.step(min(self._tally.done, self._total), self._total, self._saying())

    async def _write(self) -> None:
        reads, self._reads = sorted(self._reads, key=lambda read: read[0].key), []
        noted, self._failures = self._failures, []
        blameless, self._blameless = self._blameless, []
        self._written = time.monotonic()
        await files.note_unopened(self._graph, blameless)
        if not reads and not noted:
            return
        places = await places_of(self._gazetteer, {file.record.id: intake.metadata for file, intake, _ in reads})
        rows = [
            Read(
                file_id=file.record.id,
                size=intake.size,
                mtime_ns=intake.mtime_ns,
                inode=intake.inode,
                content_hash=intake.content_hash,
                picture_hash=intake.picture_hash,
                width=intake.width,
                height=intake.height,
                format=intake.format,
                placeholder=intake.placeholder,
                metadata=intake.metadata,
                places=places.get(file.record.id, ()),
                orientation=intake.orientation,
                look=intake.look,
            )
            for file, intake, _ in reads
        ]
        library = self._settings.library
        photo_ids = await put_read(
            self._writer, rows, noted, self._progress.job_id, library.import_keywords, import_faces=library.import_faces
        )
        for file, intake, rendition in reads:
            key = photo_key(photo_ids[file.record.id], intake.look)
            await self._renditions.keep(key, ThumbnailSize.LARGE, intake.rendition_format, rendition)
        await self._writer.follow()

    # -- files that need more than one look

    async def _retry_killers(self) -> None:
        """Reads each of these files once more, alone, because another file may have used up the memory."""
        for file in self._killers:
            outcome = await outcome_of(self._open, file)
            if isinstance(outcome, KilledWorker):
                reason = f"{outcome.public_message} It was tried twice and is not tried again."
                self._failures.append(ReadFailure(file.record.id, self._path(file), outcome.stage, reason, attempts=2))
                self._tally.done -= 1
                await self._write()
            else:
                self._tally.done -= 1
                await self._take(file, outcome)
        self._killers = []

    async def _quarantine_suspects(self) -> None:
        found = await files.pending_files(self._graph, self._root.id, "", 10_000, (QUARANTINE_AFTER, 2**31))
        suspects = [file for file in found if file.record.id not in self._opened]  # the service has survived the others
        for file in suspects:
            self._failures.append(
                ReadFailure(file.record.id, self._path(file), "read", QUARANTINED, attempts=file.record.attempts)
            )
        self._tally.done += len(suspects)
        await self._write()

    async def _settle(self) -> None:
        """Waits for files that are being written, until two looks see the same size and time."""
        wait = self._settings.library.settle_seconds
        end = time.monotonic() + self._settings.library.settle_limit_seconds
        looks = {file.record.id: file for file in self._tally.unsettled}
        self._tally.unsettled = []
        while looks:
            message = f"Waiting for {len(looks)} files that are still being written"
            await self._progress.step(self._tally.done, self._total, message)
            await asyncio.sleep(wait)
            steady: list[PendingFile] = []
            for file in list(looks.values()):
                now = await asyncio.to_thread(look, self._root, file, self._settings.library.follow_symlinks)
                if now is None:
                    self._tally.vanished.append(looks.pop(file.record.id).record)
                elif now.record.signature == file.record.signature:
                    steady.append(looks.pop(file.record.id))
                else:
                    looks[file.record.id] = now
            await files.put_pending(self._graph, [file.record for file in steady], self._progress.job_id)
            await self._read_block(steady, self._intake.pool.places + QUEUED)
            if time.monotonic() > end:
                # As they are now: the next scan, which may trust the times of folders, sees whether they settled.
                await files.put_pending(self._graph, [file.record for file in looks.values()], self._progress.job_id)
                self._tally.unsettled += looks.values()
                return
            looks |= {file.record.id: file for file in self._tally.unsettled}
            self._tally.unsettled = []


async def places_of(gazetteer: Gazetteer, told: Mapping[str, Metadata]) -> dict[str, tuple[Place, ...]]:
    """Returns the places where files say that they were taken, by file id: by position, or else by the names of places.
    Copies of a photo may differ."""
    located = {file_id: metadata.location for file_id, metadata in told.items() if metadata.location}
    named = {file_id: metadata.description for file_id, metadata in told.items() if file_id not in located}
    by_position = await asyncio.to_thread(gazetteer.places, list(located.values()))
    by_name = await asyncio.to_thread(gazetteer.named, list(named.values()))
    return dict(zip((*located, *named), (*by_position, *by_name), strict=True))


def look(root: Root, file: PendingFile, follow_symlinks: bool) -> PendingFile | None:
    """Returns the file as it is on disk now, or None if it is gone."""
    try:
        found = os.stat(root.raw_path + b"/" + file.raw, follow_symlinks=follow_symlinks)  # noqa: PTH116, raw bytes
    except OSError:
        return None
    record = replace(file.record, size=found.st_size, mtime_ns=mtime_ns(found), inode=inode(found))
    return replace(file, record=record)
