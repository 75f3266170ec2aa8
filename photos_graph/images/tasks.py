"""What a child process can do with pictures; ``tasks_child`` has the functions."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.images.formats import FormatSupport
from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailFormat
from photos_graph.workers.task import RawBytes, Task


@dataclass(frozen=True, slots=True)
class RenditionOrder:
    """``edge`` in pixels. ``as_read``: the size (bytes) and time of change (ns) that the file must have."""

    path: RawBytes
    edge: int
    format: ThumbnailFormat
    quality: int
    max_pixels: int
    max_bytes: int
    as_read: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class FaceCutOrder:
    """A picture whose longest edge has ``full_size_from`` pixels or more may be a reduced copy of an original: a face
    that has fewer pixels in it than ``rendition`` wants is not cut.
    """

    rendition: RenditionOrder
    box: Box
    full_size_from: int | None = None


@dataclass(frozen=True, slots=True)
class FaceCutAnswer:
    """``coarse``: nothing was emitted, since the original may show the face better."""

    coarse: bool


# The first two emit the encoded picture.
RENDER = Task("photos_graph.images.tasks_child:render", RenditionOrder, type(None))
CUT_FACE = Task("photos_graph.images.tasks_child:cut_face", FaceCutOrder, FaceCutAnswer)
LIST_FORMATS = Task("photos_graph.images.tasks_child:list_formats", type(None), list[FormatSupport])

IMAGE_TASKS = (RENDER, CUT_FACE, LIST_FORMATS)
