"""The sizes of renditions of whole pictures, and of faces that are cut out of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from photos_graph.model.faces import Box
from photos_graph.model.images import ThumbnailSize


@dataclass(frozen=True, slots=True)
class FaceCut:
    """A face that is cut out of a picture. The sides of its box are stored in 65,535ths of the picture, to fit into a
    URL.

    The rendition is a square of at most ``edge`` pixels. It is never enlarged.
    """

    x: int
    y: int
    width: int
    height: int

    edge: ClassVar[int] = 256
    _STEPS: ClassVar[int] = 0xFFFF

    @classmethod
    def of(cls, box: Box) -> FaceCut:
        sides = (box.x, box.y, box.width, box.height)
        return cls(*(round(min(max(side, 0.0), 1.0) * cls._STEPS) for side in sides))

    @classmethod
    def parse(cls, text: str) -> FaceCut:
        """Parses the text that ``str`` returns. Raises ValueError for any other text."""
        if not re.fullmatch(r"FACE-[0-9A-F]{16}", text):
            raise ValueError(text)
        return cls(*(int(text[at : at + 4], 16) for at in range(5, 21, 4)))

    @property
    def box(self) -> Box:
        sides = (self.x, self.y, self.width, self.height)
        x, y, width, height = (side / self._STEPS for side in sides)
        return Box(x, y, width, height)

    def __str__(self) -> str:
        return "FACE-" + "".join(f"{side:04X}" for side in (self.x, self.y, self.width, self.height))


RenditionSize = ThumbnailSize | FaceCut
