"""Calls of the workers that read originals: one read gives hash, metadata, placeholder and LARGE rendition.

This process opens the original and what stands beside it inside the root, and hands the descriptors to the worker.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from photos_graph.errors import NotFound, PhotosGraphError
from photos_graph.graph.library.files import PendingFile
from photos_graph.graph.library.rereading import FileToReread
from photos_graph.library.openers import Openers
from photos_graph.library.regions import PICASA_NAME
from photos_graph.model.library import Root
from photos_graph.paths import open_inside
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
)
from photos_graph.settings import Settings
from photos_graph.workers.port import Pool

SIDECARS_AT_ONCE = 100  # that are open for one call


@dataclass(frozen=True, slots=True)
class IntakeCalls:
    """What a call needs: ``openers`` open originals, and ``pool`` reads them."""

    pool: Pool
    openers: Openers
    settings: Settings


async def call_intake(calls: IntakeCalls, root: Root, file: PendingFile) -> tuple[Intake, bytes]:
    """Reads the whole file once. Returns what was read and the LARGE rendition.

    Raises RootOffline, NotFound, StillWritten, KilledWorker, Busy and the other Unreadable errors.
    """
    images = calls.settings.images
    async with _opened(calls, root, file) as order:
        intake, chunks = await calls.pool.call(
            TAKE_IN, IntakeOrder(order, max_pixels=images.max_pixels, quality=images.quality)
        )
    return intake, b"".join(chunks)


async def read_metadata(calls: IntakeCalls, root: Root, file: FileToReread) -> MetadataRead:
    """Reads the metadata of a file whose picture was decoded before, and its hashes if they are missing. Raises what
    ``call_intake`` raises."""
    async with _opened(calls, root, file) as order:
        read, _ = await calls.pool.call(READ_METADATA, MetadataOrder(order, file.width, file.height, file.whole))
    return read


@dataclass(frozen=True, slots=True)
class _OpenFiles:
    """The descriptors of an original and of what stands beside it, and why a part of that cannot be opened."""

    original: int
    sidecar: int | None
    takeout: int | None
    picasa: int | None
    reasons: tuple[str, ...]

    def close(self) -> None:
        for descriptor in (self.original, self.sidecar, self.takeout, self.picasa):
            if descriptor is not None:
                os.close(descriptor)


@asynccontextmanager
async def _opened(calls: IntakeCalls, root: Root, file: PendingFile) -> AsyncIterator[FileOrder]:
    openers = calls.openers
    opened = await openers.run(
        root.raw_path, lambda: open_with_beside(root.raw_path, file, openers.follow_symlinks), _OpenFiles.close
    )
    try:
        yield FileOrder(
            file=opened.original,
            sidecar=opened.sidecar,
            takeout=opened.takeout,
            picasa=opened.picasa,
            beside_reasons=opened.reasons,
            raw_name=file.raw.rpartition(b"/")[2],
            name=file.record.name,
            size=file.record.size,
            mtime_ns=file.record.mtime_ns,
            max_bytes=calls.settings.images.max_bytes,
        )
    finally:
        opened.close()


def open_with_beside(root: bytes, file: PendingFile, follow_symlinks: bool) -> _OpenFiles:
    """Opens the original, its sidecar, the file of Google Takeout and Picasa's file of the folder. Raises the errors of
    ``open_inside`` for the original only."""
    folder, slash, _ = file.raw.rpartition(b"/")
    takeout = folder + slash + file.record.takeout if file.record.takeout else None
    reasons: list[str] = []
    with ExitStack() as at_failure:
        original = open_inside(root, file.raw, follow_symlinks=follow_symlinks)
        at_failure.callback(os.close, original)
        beside: list[int | None] = []
        for path in (file.sidecar_raw, takeout):
            beside.append(_beside(root, path, follow_symlinks, reasons))
            if beside[-1] is not None:
                at_failure.callback(os.close, beside[-1])
        # Few folders have one.
        picasa = _beside(root, folder + slash + PICASA_NAME, follow_symlinks, [])
        at_failure.pop_all()
    return _OpenFiles(original, beside[0], beside[1], picasa, tuple(reasons))


def _beside(root: bytes, path: bytes | None, follow_symlinks: bool, reasons: list[str]) -> int | None:
    """Opens a file beside the photo, and adds the reason if it cannot be opened."""
    if path is None:
        return None
    try:
        return open_inside(root, path, follow_symlinks=follow_symlinks)
    except NotFound:
        return None  # removed since the walk; the next walk sees it
    except PhotosGraphError as error:
        reasons.append(f"Its sidecar: {error.public_message}")
        return None


@dataclass(frozen=True, slots=True)
class SidecarToRead:
    """``path`` is relative to the folder; width and height as displayed and the EXIF orientation are the photo's."""

    path: bytes
    width: int
    height: int
    orientation: int


async def read_sidecars(pool: Pool, folder: bytes, sidecars: Sequence[SidecarToRead]) -> list[ReadSidecar]:
    """Reads sidecars, and returns their labels in the order of ``sidecars``. Links are not followed."""
    read: list[ReadSidecar] = []
    for start in range(0, len(sidecars), SIDECARS_AT_ONCE):
        with ExitStack() as closing:
            orders: list[SidecarOrder | ReadSidecar] = []
            for each in sidecars[start : start + SIDECARS_AT_ONCE]:
                opened = await asyncio.to_thread(_open_sidecar, folder, each)
                if isinstance(opened, SidecarOrder):
                    closing.callback(os.close, opened.file)
                orders.append(opened)
            found, _ = await pool.call(READ_SIDECARS, tuple(each for each in orders if isinstance(each, SidecarOrder)))
        answers = iter(found)
        read += [next(answers) if isinstance(each, SidecarOrder) else each for each in orders]
    return read


def _open_sidecar(folder: bytes, sidecar: SidecarToRead) -> SidecarOrder | ReadSidecar:
    try:
        file = open_inside(folder, sidecar.path)
    except NotFound:
        return ReadSidecar(None, ("It does not exist any more.",))
    except PhotosGraphError as error:
        return ReadSidecar(None, (error.public_message,))
    return SidecarOrder(file, sidecar.width, sidecar.height, sidecar.orientation)
