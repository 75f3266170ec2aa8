"""Calls of the workers that read originals: one read gives hash, metadata, placeholder and LARGE rendition."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.graph.library.files import PendingFile
from photos_graph.graph.library.rereading import FileToReread
from photos_graph.model.library import Root
from photos_graph.services.scan.intake_tasks import (
    READ_METADATA,
    READ_SIDECARS,
    TAKE_IN,
    FileOrder,
    Intake,
    IntakeOrder,
    MetadataOrder,
    MetadataRead,
    ReadSidecar,
    SidecarOrder,
    SidecarsOrder,
)
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool


async def call_intake(pool: WorkerPool, root: Root, file: PendingFile, settings: Settings) -> tuple[Intake, bytes]:
    """Reads the whole file once. Returns what was read and the LARGE rendition.

    Raises RootOffline, NotFound, StillWritten, KilledWorker, Busy and the other Unreadable errors.
    """
    images = settings.images
    order = IntakeOrder(_order(root, file, settings), max_pixels=images.max_pixels, quality=images.quality)
    intake, chunks = await pool.call(TAKE_IN, order)
    return intake, b"".join(chunks)


async def read_metadata(pool: WorkerPool, root: Root, file: FileToReread, settings: Settings) -> MetadataRead:
    """Reads the metadata of a file whose picture was decoded before, and its hashes if they are missing. Raises what
    ``call_intake`` raises."""
    order = MetadataOrder(_order(root, file, settings), file.width, file.height, file.whole)
    read, _ = await pool.call(READ_METADATA, order)
    return read


def _order(root: Root, file: PendingFile, settings: Settings) -> FileOrder:
    folder, slash, _ = file.raw.rpartition(b"/")
    return FileOrder(
        root=root.raw_path,
        path=file.raw,
        sidecar=file.sidecar_raw,
        takeout=folder + slash + file.record.takeout if file.record.takeout else None,
        name=file.record.name,
        size=file.record.size,
        mtime_ns=file.record.mtime_ns,
        follow_symlinks=settings.library.follow_symlinks,
        max_bytes=settings.images.max_bytes,
    )


async def read_sidecars(pool: WorkerPool, folder: bytes, sidecars: Sequence[SidecarOrder]) -> tuple[ReadSidecar, ...]:
    """Reads sidecars, and returns their labels in the order of ``sidecars``."""
    found, _ = await pool.call(READ_SIDECARS, SidecarsOrder(folder, tuple(sidecars)))
    return found
