"""One original, read once in a child process: hash, metadata, placeholder and LARGE rendition of the same bytes."""

from __future__ import annotations

from collections.abc import Sequence

from photos_graph.graph.library.files import PendingFile
from photos_graph.model import Root
from photos_graph.services.scan.intake_tasks import (
    READ_ORIENTATION,
    READ_SIDECARS,
    TAKE_IN,
    Intake,
    IntakeOrder,
    OrientationOrder,
    ReadSidecar,
    SidecarOrder,
    SidecarsOrder,
)
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool


async def call_intake(pool: WorkerPool, root: Root, file: PendingFile, settings: Settings) -> tuple[Intake, bytes]:
    """Returns what was read and the LARGE rendition.

    Raises RootOffline, NotFound, StillWritten, KilledWorker, Busy and the other Unreadable errors.
    """
    order = IntakeOrder(
        root=root.raw_path,
        path=file.raw,
        sidecar=file.sidecar_raw,
        name=file.record.name,
        size=file.record.size,
        mtime_ns=file.record.mtime_ns,
        follow_symlinks=settings.library.follow_symlinks,
        max_bytes=settings.images.max_bytes,
        max_pixels=settings.images.max_pixels,
        quality=settings.images.quality,
    )
    intake, chunks = await pool.call(TAKE_IN, order)
    return intake, b"".join(chunks)


async def read_orientation(pool: WorkerPool, path: bytes) -> int:
    """Returns the EXIF orientation (1..8) of an original. Raises what decoding raises."""
    orientation, _ = await pool.call(READ_ORIENTATION, OrientationOrder(path))
    return orientation


async def read_sidecars(pool: WorkerPool, folder: bytes, sidecars: Sequence[SidecarOrder]) -> tuple[ReadSidecar, ...]:
    """In the order of ``sidecars``."""
    found, _ = await pool.call(READ_SIDECARS, SidecarsOrder(folder, tuple(sidecars)))
    return found
