"""The tasks of a child process that handles pictures. ``tasks_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from photos_graph.images.formats import FormatSupport
from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailFormat
from photos_graph.model.succession import View
from photos_graph.workers.task import Descriptor, Task


@dataclass(frozen=True, slots=True)
class RenditionOrder:
    """An order to make a rendition of the picture in ``file``. ``edge`` is in pixels. ``as_read`` has the size (bytes)
    and the time of change (ns) that the file must have."""

    file: Descriptor
    edge: int
    format: ThumbnailFormat
    quality: int
    max_pixels: int
    max_bytes: int
    as_read: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class FaceCutOrder:
    """An order to cut a face out of a picture. A picture whose longest edge has ``full_size_from`` pixels or more may
    be a reduced copy of an original, so a face with fewer pixels than ``rendition`` wants is not cut out of it."""

    rendition: RenditionOrder
    box: Box
    full_size_from: int | None = None


@dataclass(frozen=True, slots=True)
class FaceCutAnswer:
    """The answer. ``coarse`` says that nothing was emitted, since the original may show the face better."""

    coarse: bool


@dataclass(frozen=True, slots=True)
class ComparisonOrder:
    """An order to find out whether the picture in one file is an edit of that in the other. Both are upright."""

    old: Descriptor
    new: Descriptor
    max_pixels: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class PicturesCompared:
    """The answer. ``view`` is None if it is not clear that the new picture is an edit of the old one."""

    view: View | None


class Relation(IntEnum):
    """What two pictures are to one another: nothing, the same picture at another size or edited, or shots of one
    moment."""

    NONE = 0
    RESIZED = 1
    BURST = 2


@dataclass(frozen=True, slots=True)
class RelationOrder:
    """An order to find out what two pictures are to one another. The first one is the larger. ``may_be_copy`` and
    ``may_be_moment`` say which relations are possible."""

    pictures: ComparisonOrder
    may_be_copy: bool
    may_be_moment: bool


@dataclass(frozen=True, slots=True)
class SharpnessOrder:
    """An order to measure how sharp a picture is."""

    file: Descriptor
    max_pixels: int
    max_bytes: int


# The first three emit the encoded picture.
RENDER = Task("photos_graph.images.tasks_child:render", RenditionOrder, type(None))
RENDER_PREVIEW = Task("photos_graph.images.tasks_child:render_preview", RenditionOrder, type(None))  # or emits nothing
CUT_FACE = Task("photos_graph.images.tasks_child:cut_face", FaceCutOrder, FaceCutAnswer)
LIST_FORMATS = Task("photos_graph.images.tasks_child:list_formats", type(None), list[FormatSupport])
COMPARE = Task("photos_graph.images.tasks_child:compare", ComparisonOrder, PicturesCompared)
RELATE = Task("photos_graph.images.tasks_child:relate", RelationOrder, Relation)
MEASURE_SHARPNESS = Task("photos_graph.images.tasks_child:measure_sharpness", SharpnessOrder, float)

IMAGE_TASKS = (RENDER, RENDER_PREVIEW, CUT_FACE, LIST_FORMATS, COMPARE, RELATE, MEASURE_SHARPNESS)
