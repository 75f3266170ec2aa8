"""One photo that takes the place of another, because its picture replaced the other's at the same path."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.model.faces import Box
from photos_graph.model.library import Photo

WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class View:
    """What one picture shows of another: the ``part`` (a box) of it once it is turned by ``orientation``, which is
    EXIF's (1..8)."""

    orientation: int = 1
    part: Box = WHOLE


SAME_VIEW = View()


@dataclass(frozen=True, slots=True)
class Succession:
    """The numbers of two photos. ``view`` says what the new picture shows of the old one."""

    old: int
    new: int
    view: View = SAME_VIEW


@dataclass(frozen=True, slots=True)
class Replacement:
    """A photo whose picture was replaced, at ``path``, by that of another one. A person may say that it is the same."""

    old: Photo
    new: Photo
    path: str
