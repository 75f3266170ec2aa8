"""One original, read once in a child process: hash, metadata, placeholder and LARGE rendition of the same bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photos_graph.errors import NotFound, PhotosGraphError, StillWritten
from photos_graph.graph.files import PendingFile
from photos_graph.images.child import Emit, Task
from photos_graph.images.tasks import TASKS as IMAGE_TASKS
from photos_graph.images.workers import Priority, WorkerPool
from photos_graph.model import Camera, Location, Metadata, Root, Taken, TakenSource, ThumbnailFormat
from photos_graph.paths import decode_raw, encode_raw, open_inside
from photos_graph.settings import Settings


@dataclass(frozen=True, slots=True)
class Intake:
    """What one read gave. ``warnings`` are (stage, reason) of parts that could not be read."""

    content_hash: str
    size: int  # bytes
    mtime_ns: int
    inode: int
    width: int  # as displayed
    height: int
    format: str
    placeholder: str
    rendition: bytes  # LARGE
    rendition_format: ThumbnailFormat
    metadata: Metadata
    warnings: tuple[tuple[str, str], ...]

    @property
    def photo_id(self) -> str:
        return self.content_hash[:32]


async def call_intake(pool: WorkerPool, root: Root, file: PendingFile, settings: Settings) -> Intake:
    """Raises RootOffline, NotFound, StillWritten, KilledWorker, Busy and the other Unreadable errors."""
    argument = {
        "root": encode_raw(root.raw_path),
        "path": encode_raw(file.raw),
        "sidecar": None if file.sidecar_raw is None else encode_raw(file.sidecar_raw),
        "name": file.record.name,
        "size": file.record.size,
        "mtime_ns": file.record.mtime_ns,
        "follow_symlinks": settings.library.follow_symlinks,
        "max_bytes": settings.images.max_bytes,
        "max_pixels": settings.images.max_pixels,
        "quality": settings.images.quality,
    }
    result, chunks = await pool.call("intake", argument, Priority.BACKGROUND)
    return Intake(
        content_hash=result["content_hash"],
        size=result["size"],
        mtime_ns=result["mtime_ns"],
        inode=result["inode"],
        width=result["width"],
        height=result["height"],
        format=result["format"],
        placeholder=result["placeholder"],
        rendition=b"".join(chunks),
        rendition_format=ThumbnailFormat(result["rendition_format"]),
        metadata=_metadata(result["metadata"]),
        warnings=tuple((stage, reason) for stage, reason in result["warnings"]),
    )


def _intake(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The child's side. Emits the rendition; returns the rest."""
    from photos_graph.images.decode import Limits
    from photos_graph.images.derive import derive
    from photos_graph.library.metadata import read_metadata
    from photos_graph.library.original import read_original

    root, follow = decode_raw(argument["root"]), argument["follow_symlinks"]
    descriptor = open_inside(root, decode_raw(argument["path"]), follow_symlinks=follow)
    try:
        found = os.fstat(descriptor)
        if (found.st_size, found.st_mtime_ns) != (argument["size"], argument["mtime_ns"]):
            raise StillWritten("It changed after it was found.", stage="read")
        original = read_original(descriptor, argument["max_bytes"])
    finally:
        os.close(descriptor)
    warnings: list[tuple[str, str]] = []
    sidecar = None
    if argument["sidecar"] is not None:
        try:
            sidecar = _read_sidecar(root, decode_raw(argument["sidecar"]), follow)
        except PhotosGraphError as error:
            warnings.append(("metadata", f"Its sidecar: {error.public_message}"))
    derived = derive(bytes(original.data), Limits(argument["max_pixels"]), argument["quality"])
    metadata, doubts = read_metadata(original.data, argument["name"], original.mtime_ns, sidecar)
    warnings += [("decode", reason) for reason in derived.warnings]
    warnings += [("metadata", reason) for reason in doubts]
    emit(derived.large)
    return {
        "content_hash": original.sha256,
        "size": original.size,
        "mtime_ns": original.mtime_ns,
        "inode": original.inode,
        "width": derived.width,
        "height": derived.height,
        "format": derived.format,
        "placeholder": derived.placeholder,
        "rendition_format": derived.large_format.value,
        "metadata": _packed(metadata),
        "warnings": warnings,
    }


def _read_sidecar(root: bytes, path: bytes, follow_symlinks: bool) -> bytes | None:
    from photos_graph.library.fields import MAX_SIDECAR_BYTES
    from photos_graph.library.original import read_original

    try:
        descriptor = open_inside(root, path, follow_symlinks=follow_symlinks)
    except NotFound:
        return None  # gone since the walk; the next one sees it
    try:
        return bytes(read_original(descriptor, MAX_SIDECAR_BYTES).data)
    finally:
        os.close(descriptor)


def _packed(metadata: Metadata) -> dict[str, Any]:
    taken, location, camera = metadata.taken, metadata.location, metadata.camera
    return {
        "taken": taken and [taken.at.isoformat(), taken.source.value, taken.offset],
        "location": location and [location.latitude, location.longitude, location.altitude],
        "camera": camera and [camera.make, camera.model, camera.lens],
        "rating": metadata.rating,
        "orientation": metadata.orientation,
        "keywords": metadata.keywords,
    }


def _metadata(packed: dict[str, Any]) -> Metadata:
    taken, location, camera = packed["taken"], packed["location"], packed["camera"]
    return Metadata(
        taken=Taken(datetime.fromisoformat(taken[0]), TakenSource(taken[1]), taken[2]) if taken else None,
        location=Location(*location) if location else None,
        camera=Camera(*camera) if camera else None,
        rating=packed["rating"],
        orientation=packed["orientation"],
        keywords=tuple(packed["keywords"]),
    )


TASKS: dict[str, Task] = {**IMAGE_TASKS, "intake": _intake}
TARGET = f"{__name__}:TASKS"
