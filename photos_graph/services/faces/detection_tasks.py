"""What a child process does to find faces; ``detection_child`` has the functions."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import LocalPath, RawBytes, Task

FaceBox = tuple[float, float, float, float]  # x, y, width, height as shares of the picture


@dataclass(frozen=True, slots=True)
class FaceModelOptions:
    """``home`` is the folder of the weights."""

    home: LocalPath
    detector: str
    embedder: str
    min_score: float
    max_bytes: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class FindFacesOrder:
    """``original`` is looked at in place of ``path`` if that shows many small faces."""

    path: RawBytes
    original: RawBytes | None
    min_pixels: int
    options: FaceModelOptions


@dataclass(frozen=True, slots=True)
class DescribeFacesOrder:
    """``boxes`` are those that a person drew."""

    path: RawBytes
    boxes: tuple[FaceBox, ...]
    options: FaceModelOptions


@dataclass(frozen=True, slots=True)
class FacesAnswer:
    """n faces. ``many_small``: whether the picture that was looked at last shows many small ones."""

    boxes: tuple[FaceBox, ...]
    scores: tuple[float, ...]
    qualities: tuple[float, ...]
    many_small: bool


# Both emit the vectors (n, dimensions) as float32.
FIND_FACES = Task("photos_graph.services.faces.detection_child:find_faces", FindFacesOrder, FacesAnswer)
DESCRIBE_FACES = Task("photos_graph.services.faces.detection_child:describe_faces", DescribeFacesOrder, FacesAnswer)
