"""The task of a child process that describes pictures by an image-text model. ``picturing_child`` implements it."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.services.learning.features_tasks import FeaturesAnswer
from photos_graph.workers.task import Descriptor, LocalPath, Task


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """An order to describe ``pictures`` by the model in ``folder``, whose fingerprint is ``model``."""

    pictures: tuple[Descriptor, ...]
    folder: LocalPath
    model: str
    threads: int
    max_bytes: int
    max_pixels: int


# Emits the vectors (m, dimensions) as float32.
PICTURE = Task("photos_graph.services.learning.picturing_child:picture", PictureOrder, FeaturesAnswer)
