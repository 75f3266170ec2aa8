"""What a child process reads for a scan, in addition to its tasks with pictures. ``intake_child`` has the functions."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.images.tasks import IMAGE_TASKS
from photos_graph.library.sidecar import SidecarLabels
from photos_graph.model.images import ThumbnailFormat
from photos_graph.model.library import Metadata
from photos_graph.workers.task import Descriptor, RawBytes, Task


@dataclass(frozen=True, slots=True)
class FileOrder:
    """An original, and what stands beside it: its sidecar, the file of Google Takeout and Picasa's file of the folder.
    The original must still have ``size`` and ``mtime_ns``. ``beside_reasons`` say why something beside it could not be
    opened."""

    file: Descriptor
    sidecar: Descriptor | None
    takeout: Descriptor | None
    picasa: Descriptor | None
    beside_reasons: tuple[str, ...]
    raw_name: RawBytes
    name: str
    size: int  # bytes
    mtime_ns: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class IntakeOrder:
    file: FileOrder
    max_pixels: int
    quality: int


@dataclass(frozen=True, slots=True)
class Intake:
    """The result of reading an original once. ``orientation`` (EXIF's, 1..8) is the one that was applied to show the
    picture; ``look`` is a short hash of it and of the colour profile. ``warnings`` are (stage, reason) for parts that
    could not be read."""

    content_hash: str  # of the whole file
    picture_hash: str  # of the picture without its metadata
    size: int  # bytes
    mtime_ns: int
    inode: int
    width: int  # as displayed
    height: int
    format: str
    placeholder: str
    orientation: int
    look: str
    rendition_format: ThumbnailFormat
    metadata: Metadata
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MetadataOrder:
    """Width and height as displayed are the photo's, from when its file was read as a whole. If ``whole``, the file is
    read from start to end for its hashes; it is not decoded."""

    file: FileOrder
    width: int
    height: int
    whole: bool


@dataclass(frozen=True, slots=True)
class MetadataRead:
    """What a file says about itself. ``warnings`` are (stage, reason) for parts that could not be read. The hashes are
    known if the file was read as a whole."""

    metadata: Metadata
    warnings: tuple[tuple[str, str], ...]
    content_hash: str | None = None
    picture_hash: str | None = None


@dataclass(frozen=True, slots=True)
class SidecarOrder:
    """Width and height as displayed and the EXIF orientation are the photo's."""

    file: Descriptor
    width: int
    height: int
    orientation: int


@dataclass(frozen=True, slots=True)
class ReadSidecar:
    """``labels`` is None if the sidecar could not be read. ``doubts`` say why a part, or all of it, could not be
    read."""

    labels: SidecarLabels | None
    doubts: tuple[str, ...]


# Emits the LARGE rendition.
TAKE_IN = Task("photos_graph.services.scan.intake_child:take_in", IntakeOrder, Intake)
READ_METADATA = Task("photos_graph.services.scan.intake_child:read_metadata_alone", MetadataOrder, MetadataRead)
# The answer is in the order of the argument.
READ_SIDECARS = Task(
    "photos_graph.services.scan.intake_child:read_sidecars", tuple[SidecarOrder, ...], tuple[ReadSidecar, ...]
)

INTAKE_TASKS = (*IMAGE_TASKS, TAKE_IN, READ_METADATA, READ_SIDECARS)
