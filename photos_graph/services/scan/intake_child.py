"""The child's side of ``intake_tasks``. It imports no more than it needs."""

from __future__ import annotations

import mmap
import os

from photos_graph.errors import NotFound, PhotosGraphError, StillWritten
from photos_graph.model import Region
from photos_graph.paths import mtime_ns, open_inside
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
from photos_graph.workers.task import Emit


@TAKE_IN.implementation
def take_in(order: IntakeOrder, emit: Emit) -> Intake:
    from photos_graph.images.derivatives import derive
    from photos_graph.images.opened import DecodeLimits
    from photos_graph.library.metadata import read_metadata
    from photos_graph.library.original import read_original
    from photos_graph.library.regions import read_regions

    descriptor = open_inside(order.root, order.path, follow_symlinks=order.follow_symlinks)
    try:
        found = os.fstat(descriptor)
        if (found.st_size, mtime_ns(found)) != (order.size, order.mtime_ns):
            raise StillWritten("It changed after the scan found it.", stage="read")
        original = read_original(descriptor, order.max_bytes)
    finally:
        os.close(descriptor)
    warnings: list[tuple[str, str]] = []
    sidecar = None
    if order.sidecar is not None:
        try:
            sidecar = _read_sidecar(order.root, order.sidecar, order.follow_symlinks)
        except PhotosGraphError as error:
            warnings.append(("metadata", f"Its sidecar: {error.public_message}"))
    derived = derive(original.data, DecodeLimits(order.max_pixels), order.quality)
    metadata, doubts = read_metadata(original.data, order.name, original.mtime_ns, sidecar)
    regions, more_doubts = read_regions(original.data, derived.width, derived.height, metadata.orientation, sidecar)
    regions = regions or _picasa_regions(order)
    warnings += [("decode", reason) for reason in derived.warnings]
    warnings += [("metadata", reason) for reason in dict.fromkeys((*doubts, *more_doubts))]
    emit(derived.large)
    return Intake(
        content_hash=original.sha256,
        size=original.size,
        mtime_ns=original.mtime_ns,
        inode=original.inode,
        width=derived.width,
        height=derived.height,
        format=derived.format,
        placeholder=derived.placeholder,
        rendition_format=derived.large_format,
        metadata=metadata,
        regions=regions,
        warnings=tuple(warnings),
    )


def _read_sidecar(root: bytes, path: bytes, follow_symlinks: bool) -> bytes | None:
    from photos_graph.library.fields import MAX_SIDECAR_BYTES
    from photos_graph.library.original import read_original

    try:
        descriptor = open_inside(root, path, follow_symlinks=follow_symlinks)
    except NotFound:
        return None  # gone since the walk; the next walk sees it
    try:
        return bytes(read_original(descriptor, MAX_SIDECAR_BYTES).data)
    finally:
        os.close(descriptor)


def _picasa_regions(order: IntakeOrder) -> tuple[Region, ...]:
    """The faces that Picasa noted for the photo in the folder's file. That file is read whenever the photo is."""
    from photos_graph.library.original import read_original
    from photos_graph.library.regions import MAX_PICASA_BYTES, PICASA_NAME, read_picasa

    folder, slash, name = order.path.rpartition(b"/")
    try:
        descriptor = open_inside(order.root, folder + slash + PICASA_NAME, follow_symlinks=order.follow_symlinks)
    except PhotosGraphError:
        return ()  # hardly any folder has one
    try:
        marked = read_picasa(bytes(read_original(descriptor, MAX_PICASA_BYTES).data))
    except PhotosGraphError:
        return ()
    finally:
        os.close(descriptor)
    return marked.get(name.decode("utf-8", "replace"), ())


@READ_ORIENTATION.implementation
def read_orientation(order: OrientationOrder, emit: Emit) -> int:
    from photos_graph.library.metadata import read_metadata

    file = os.open(order.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:  # reads only the pages that are looked at
            metadata, _ = read_metadata(memoryview(data), "", 0)
    finally:
        os.close(file)
    return metadata.orientation


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
