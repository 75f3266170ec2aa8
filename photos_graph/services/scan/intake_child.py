"""The child's side of ``intake_tasks``. It imports no more than it needs."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from photos_graph.errors import PhotosGraphError, StillWritten
from photos_graph.model.faces import Region
from photos_graph.paths import mtime_ns
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
from photos_graph.workers.task import Emit


@TAKE_IN.implementation
def take_in(order: IntakeOrder, emit: Emit) -> Intake:
    from photos_graph.images.derivatives import derive
    from photos_graph.images.opened import DecodeLimits
    from photos_graph.library.original import read_original
    from photos_graph.library.picture_hash import picture_hash

    _check_unchanged(order.file)
    original = read_original(order.file.file, order.file.max_bytes)
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

    file = order.file
    _check_unchanged(file)
    if order.whole:
        original = read_original(file.file, file.max_bytes)
        read = _metadata(file, original.data, order.width, order.height)
        return MetadataRead(read.metadata, read.warnings, original.sha256, picture_hash(original.data, original.sha256))
    with _mapped(file.file, file.max_bytes) as data:
        read = _metadata(file, data, order.width, order.height)
    _check_unchanged(file)
    return read


def _check_unchanged(order: FileOrder) -> None:
    """Raises StillWritten if the file is not the one that was found."""
    found = os.fstat(order.file)
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

    reasons = list(order.beside_reasons)
    sidecar, takeout = (_beside(file, reasons) for file in (order.sidecar, order.takeout))
    metadata, doubts = read_metadata(data, order.name, order.mtime_ns, sidecar, takeout=takeout)
    regions, more_doubts = read_regions(data, width, height, metadata.orientation, sidecar)
    reasons += dict.fromkeys((*doubts, *more_doubts))
    metadata = replace(metadata.with_regions(regions or _picasa_regions(order)), motion=motion_video(data))
    return MetadataRead(metadata, tuple(("metadata", reason) for reason in reasons))


def _beside(file: int | None, reasons: list[str]) -> bytes | None:
    """Returns the bytes of a file beside the photo, and adds the reason if it cannot be read."""
    try:
        return _read_sidecar(file) if file is not None else None
    except PhotosGraphError as error:
        reasons.append(f"Its sidecar: {error.public_message}")
        return None


def _read_sidecar(file: int) -> bytes:
    from photos_graph.library.original import read_original
    from photos_graph.library.packets import MAX_BYTES

    return bytes(read_original(file, MAX_BYTES).data)


def _picasa_regions(order: FileOrder) -> tuple[Region, ...]:
    """Returns the faces that Picasa wrote for the photo into its file of the folder, which is read with the photo."""
    from photos_graph.library.original import read_original
    from photos_graph.library.regions import MAX_PICASA_BYTES, read_picasa

    if order.picasa is None:
        return ()
    try:
        marked = read_picasa(bytes(read_original(order.picasa, MAX_PICASA_BYTES).data))
    except PhotosGraphError:
        return ()
    return marked.get(order.raw_name.decode("utf-8", "replace"), ())


@READ_SIDECARS.implementation
def read_sidecars(sidecars: tuple[SidecarOrder, ...], emit: Emit) -> tuple[ReadSidecar, ...]:
    return tuple(map(_labels_in, sidecars))


def _labels_in(order: SidecarOrder) -> ReadSidecar:
    from photos_graph.library.sidecar import read_sidecar

    try:
        data = _read_sidecar(order.file)
    except PhotosGraphError as error:
        return ReadSidecar(None, (error.public_message,))
    return ReadSidecar(*read_sidecar(data, order.width, order.height, order.orientation))
