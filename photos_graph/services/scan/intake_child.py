"""The child's side of an intake, and all that a decoding process can do. It imports no more than it needs."""

from __future__ import annotations

import mmap
import os
from dataclasses import astuple
from typing import Any

from photos_graph.errors import NotFound, PhotosGraphError, StillWritten
from photos_graph.images.tasks import TASKS as IMAGE_TASKS
from photos_graph.model import Metadata, Region
from photos_graph.paths import decode_raw, mtime_ns, open_inside
from photos_graph.workers.child import Emit, Task


def _intake(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The child's side. Emits the rendition; returns the rest."""
    from photos_graph.images.derivatives import derive
    from photos_graph.images.opened import DecodeLimits
    from photos_graph.library.metadata import read_metadata
    from photos_graph.library.original import read_original
    from photos_graph.library.regions import read_regions

    root, follow = decode_raw(argument["root"]), argument["follow_symlinks"]
    descriptor = open_inside(root, decode_raw(argument["path"]), follow_symlinks=follow)
    try:
        found = os.fstat(descriptor)
        if (found.st_size, mtime_ns(found)) != (argument["size"], argument["mtime_ns"]):
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
    derived = derive(original.data, DecodeLimits(argument["max_pixels"]), argument["quality"])
    metadata, doubts = read_metadata(original.data, argument["name"], original.mtime_ns, sidecar)
    regions, more_doubts = read_regions(original.data, derived.width, derived.height, metadata.orientation, sidecar)
    regions = regions or _picasas(root, decode_raw(argument["path"]), follow)
    warnings += [("decode", reason) for reason in derived.warnings]
    warnings += [("metadata", reason) for reason in dict.fromkeys((*doubts, *more_doubts))]
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
        "regions": [
            [region.box.x, region.box.y, region.box.width, region.box.height, region.name] for region in regions
        ],
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


def _picasas(root: bytes, path: bytes, follow_symlinks: bool) -> tuple[Region, ...]:
    """What Picasa wrote of the photo into its file of the folder. It is read with the photo, and again when that is."""
    from photos_graph.library.original import read_original
    from photos_graph.library.regions import MAX_PICASA_BYTES, PICASA_NAME, read_picasa

    folder, slash, name = path.rpartition(b"/")
    try:
        descriptor = open_inside(root, folder + slash + PICASA_NAME, follow_symlinks=follow_symlinks)
    except PhotosGraphError:
        return ()  # hardly any folder has one
    try:
        marked = read_picasa(bytes(read_original(descriptor, MAX_PICASA_BYTES).data))
    except PhotosGraphError:
        return ()
    finally:
        os.close(descriptor)
    return marked.get(name.decode("utf-8", "replace"), ())


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


def _orientation(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    from photos_graph.library.metadata import read_metadata

    file = os.open(decode_raw(argument["path"]), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:  # of which only what is looked at is read
            metadata, _ = read_metadata(memoryview(data), "", 0)
    finally:
        os.close(file)
    return {"orientation": metadata.orientation}


def _sidecars(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What the sidecars ``files`` in ``folder`` say, each with the reasons for what could not be read."""
    folder = decode_raw(argument["folder"])
    return {"sidecars": [_said_in(folder, *each) for each in argument["files"]]}


def _said_in(folder: bytes, path: str, width: int, height: int, orientation: int) -> list[Any]:
    from photos_graph.library.sidecar import read_sidecar

    try:
        data = _read_sidecar(folder, decode_raw(path), follow_symlinks=False)
    except PhotosGraphError as error:
        return [None, [error.public_message]]
    if data is None:
        return [None, ["It is not there any more."]]
    said, doubts = read_sidecar(data, width, height, orientation)
    packed = {
        "tags": said.tags,
        "regions": [[*astuple(region.box), region.name] for region in said.regions],
        "rating": said.rating,
        "excluded": said.excluded,
        "favourite": said.favourite,
    }
    return [packed, list(doubts)]


TASKS: dict[str, Task] = {
    **IMAGE_TASKS,
    "intake": _intake,
    "orientation": _orientation,
    "sidecars": _sidecars,
}
