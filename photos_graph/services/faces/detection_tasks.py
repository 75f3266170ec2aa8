"""The tasks of a child process that find faces. ``detection_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import Descriptor, LocalPath, Task

FaceBox = tuple[float, float, float, float]  # x, y, width, height as shares of the picture


@dataclass(frozen=True, slots=True)
class FaceModelOptions:
    """The options of the models. ``home`` is the folder of the weights."""

    home: LocalPath
    detector: str
    embedder: str
    min_score: float
    max_bytes: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class FindFacesOrder:
    """An order to find the faces of a picture, or of its ``original`` if the picture has many small faces."""

    picture: Descriptor
    original: Descriptor | None
    min_pixels: int
    options: FaceModelOptions


@dataclass(frozen=True, slots=True)
class DescribeFacesOrder:
    """An order to describe the faces in the given ``boxes``."""

    picture: Descriptor
    boxes: tuple[FaceBox, ...]
    options: FaceModelOptions


@dataclass(frozen=True, slots=True)
class FacesAnswer:
    """The n faces of a picture. ``many_small`` says whether the last picture that was examined has many small faces."""

    boxes: tuple[FaceBox, ...]
    scores: tuple[float, ...]
    qualities: tuple[float, ...]
    many_small: bool


# Both emit the vectors (n, dimensions) as float32.
FIND_FACES = Task("photos_graph.services.faces.detection_child:find_faces", FindFacesOrder, FacesAnswer)
DESCRIBE_FACES = Task("photos_graph.services.faces.detection_child:describe_faces", DescribeFacesOrder, FacesAnswer)
