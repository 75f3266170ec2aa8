"""The child's side of ``intake_tasks``. It imports no more than it needs."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from photos_graph.errors import NotFound, PhotosGraphError, StillWritten
from photos_graph.model.faces import Region
from photos_graph.paths import mtime_ns, open_inside
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
from photos_graph.workers.task import Emit


@TAKE_IN.implementation
def take_in(order: IntakeOrder, emit: Emit) -> Intake:
    from photos_graph.images.derivatives import derive
    from photos_graph.images.opened import DecodeLimits
    from photos_graph.library.original import read_original
    from photos_graph.library.picture_hash import picture_hash

    with _opened(order.file) as descriptor:
        original = read_original(descriptor, order.file.max_bytes)
    derived = derive(original.data, DecodeLimits(order.max_pixels), order.quality)
    read = _metadata(order.file, original.data, derived.width, derived.height)
    emit(derived.large)
    return Intake(
        content_hash=original.sha256,
        picture_hash=picture_hash(original.data, original.sha256),
        size=original.size,
        mtime_ns=original.mtime_ns,
        inode=original.inode,
        width=derived.width,
        height=derived.height,
        format=derived.format,
        placeholder=derived.placeholder,
        orientation=derived.orientation,
        look=derived.look,
        rendition_format=derived.large_format,
        metadata=read.metadata,
        warnings=(*(("decode", reason) for reason in derived.warnings), *read.warnings),
    )


@READ_METADATA.implementation
def read_metadata_alone(order: MetadataOrder, emit: Emit) -> MetadataRead:
    """Reads the metadata of the file, and its hashes if they are wanted. Without them, no more is read if the disk
    allows the file to be mapped into memory."""
    from photos_graph.library.original import read_original
    from photos_graph.library.picture_hash import picture_hash

    with _opened(order.file) as descriptor:
        if order.whole:
            original = read_original(descriptor, order.file.max_bytes)
            read = _metadata(order.file, original.data, order.width, order.height)
            return MetadataRead(
                read.metadata, read.warnings, original.sha256, picture_hash(original.data, original.sha256)
            )
        with _mapped(descriptor, order.file.max_bytes) as data:
            read = _metadata(order.file, data, order.width, order.height)
        _check_unchanged(descriptor, order.file)
    return read


@contextmanager
def _opened(order: FileOrder) -> Iterator[int]:
    """Opens the file. Raises StillWritten if it is not the one that was found."""
    descriptor = open_inside(order.root, order.path, follow_symlinks=order.follow_symlinks)
    try:
        _check_unchanged(descriptor, order)
        yield descriptor
    finally:
        os.close(descriptor)


def _check_unchanged(descriptor: int, order: FileOrder) -> None:
    found = os.fstat(descriptor)
    if (found.st_size, mtime_ns(found)) != (order.size, order.mtime_ns):
        raise StillWritten("It changed after the scan found it.", stage="read")


@contextmanager
def _mapped(descriptor: int, max_bytes: int) -> Iterator[memoryview]:
    """Returns the bytes of the file, mapped into memory, so that only the pages that are looked at are read."""
    from photos_graph.library.original import read_original

    try:
        pages = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # some network file systems cannot map files, and an empty file cannot be mapped
        yield read_original(descriptor, max_bytes).data
        return
    with pages, memoryview(pages) as data:
        yield data


def _metadata(order: FileOrder, data: memoryview, width: int, height: int) -> MetadataRead:
    """Returns what the file, its sidecar and Picasa's file say. ``width`` and ``height`` are as displayed."""
    from photos_graph.library.metadata import read_metadata
    from photos_graph.library.motion import motion_video
    from photos_graph.library.regions import read_regions

    reasons: list[str] = []
    sidecar, takeout = (_beside(order, path, reasons) for path in (order.sidecar, order.takeout))
    metadata, doubts = read_metadata(data, order.name, order.mtime_ns, sidecar, takeout=takeout)
    regions, more_doubts = read_regions(data, width, height, metadata.orientation, sidecar)
    reasons += dict.fromkeys((*doubts, *more_doubts))
    metadata = replace(metadata.with_regions(regions or _picasa_regions(order)), motion=motion_video(data))
    return MetadataRead(metadata, tuple(("metadata", reason) for reason in reasons))


def _beside(order: FileOrder, path: bytes | None, reasons: list[str]) -> bytes | None:
    """Returns the bytes of a file beside the photo, and adds the reason if it cannot be read."""
    try:
        return _read_sidecar(order.root, path, order.follow_symlinks) if path is not None else None
    except PhotosGraphError as error:
        reasons.append(f"Its sidecar: {error.public_message}")
        return None


def _read_sidecar(root: bytes, path: bytes, follow_symlinks: bool) -> bytes | None:
    from photos_graph.library.original import read_original
    from photos_graph.library.packets import MAX_BYTES

    try:
        descriptor = open_inside(root, path, follow_symlinks=follow_symlinks)
    except NotFound:
        return None  # removed since the walk; the next walk sees it
    try:
        return bytes(read_original(descriptor, MAX_BYTES).data)
    finally:
        os.close(descriptor)


def _picasa_regions(order: FileOrder) -> tuple[Region, ...]:
    """Returns the faces that Picasa wrote for the photo into its file of the folder, which is read with the photo."""
    from photos_graph.library.original import read_original
    from photos_graph.library.regions import MAX_PICASA_BYTES, PICASA_NAME, read_picasa

    folder, slash, name = order.path.rpartition(b"/")
    try:
        descriptor = open_inside(order.root, folder + slash + PICASA_NAME, follow_symlinks=order.follow_symlinks)
    except PhotosGraphError:
        return ()  # few folders have one
    try:
        marked = read_picasa(bytes(read_original(descriptor, MAX_PICASA_BYTES).data))
    except PhotosGraphError:
        return ()
    finally:
        os.close(descriptor)
    return marked.get(name.decode("utf-8", "replace"), ())


@READ_SIDECARS.implementation
def read_sidecars(order: SidecarsOrder, emit: Emit) -> tuple[ReadSidecar, ...]:
    return tuple(_labels_in(order.folder, each) for each in order.sidecars)


def _labels_in(folder: bytes, order: SidecarOrder) -> ReadSidecar:
    from photos_graph.library.sidecar import read_sidecar

    try:
        data = _read_sidecar(folder, order.path, follow_symlinks=False)
    except PhotosGraphError as error:
        return ReadSidecar(None, (error.public_message,))
    if data is None:
        return ReadSidecar(None, ("It does not exist any more.",))
    return ReadSidecar(*read_sidecar(data, order.width, order.height, order.orientation))
