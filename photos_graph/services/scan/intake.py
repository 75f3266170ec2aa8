"""One original, read once in a child process: hash, metadata, placeholder and LARGE rendition of the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photos_graph.graph.library.files import PendingFile
from photos_graph.library.sidecar import SidecarLabels
from photos_graph.model import Box, Camera, Location, Metadata, Region, Root, Taken, TakenSource, ThumbnailFormat
from photos_graph.paths import encode_raw
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

TARGET = "photos_graph.services.scan.intake_child:TASKS"  # what the children run


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
    regions: tuple[Region, ...]
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
        regions=tuple(Region(Box(*sides), name) for *sides, name in result["regions"]),
        warnings=tuple((stage, reason) for stage, reason in result["warnings"]),
    )


async def read_orientation(pool: WorkerPool, path: bytes) -> int:
    """How an original is turned: EXIF, 1..8. Raises what decoding raises."""
    result, _ = await pool.call("orientation", {"path": encode_raw(path)}, Priority.BACKGROUND)
    return int(result["orientation"])


async def read_sidecars(
    pool: WorkerPool, folder: bytes, files: Sequence[tuple[bytes, int, int, int]]
) -> list[tuple[SidecarLabels | None, list[str]]]:
    """Sidecars in ``folder``, by their paths in it and the width, height (as displayed) and orientation of their
    photos: what each says, or None, and why a part, or all of it, could not be read."""
    argument = {"folder": encode_raw(folder), "files": [[encode_raw(path), *about] for path, *about in files]}
    result, _ = await pool.call("sidecars", argument, Priority.BACKGROUND)
    return [(_sidecar(packed) if packed else None, doubts) for packed, doubts in result["sidecars"]]


def _sidecar(packed: dict[str, Any]) -> SidecarLabels:
    return SidecarLabels(
        tags=tuple(packed["tags"]),
        regions=tuple(Region(Box(*sides), name) for *sides, name in packed["regions"]),
        rating=packed["rating"],
        excluded=tuple(packed["excluded"]),
        favourite=packed["favourite"],
    )


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
