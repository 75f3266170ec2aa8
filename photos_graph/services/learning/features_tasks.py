"""The tasks of a child process that runs the backbone. ``features_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import Descriptor, LocalPath, Task


@dataclass(frozen=True, slots=True)
class FeaturesOrder:
    """An order to describe or classify ``pictures``. ``home`` is the folder of the weights."""

    pictures: tuple[Descriptor, ...]
    home: LocalPath
    backbone: str
    threads: int
    max_bytes: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class FeaturesAnswer:
    """The answer. ``seen`` has the positions, among the pictures, of the m that could be read. ``failed`` maps
    the positions of the others to the reasons."""

    seen: tuple[int, ...]
    failed: dict[int, str]
    dimensions: int


# Emits the features (m, dimensions) as float32.
DESCRIBE_PICTURES = Task(
    "photos_graph.services.learning.features_child:describe_pictures", FeaturesOrder, FeaturesAnswer
)
# Emits the probabilities (m, 1000) of ImageNet's classes as float32.
CLASSIFY_PICTURES = Task(
    "photos_graph.services.learning.features_child:classify_pictures", FeaturesOrder, FeaturesAnswer
)
