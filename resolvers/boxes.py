"""Boxes: where a face is in a picture."""

from __future__ import annotations

import strawberry

from photos_graph.model import faces as face_model

_LEFT = "The distance of the left edge from the left edge of the picture."
_TOP = "The distance of the upper edge from the upper edge of the picture."
_WIDTH = "The width of the box."
_HEIGHT = "The height of the box."


@strawberry.type(
    description="A rectangle in a picture. All values are fractions, from 0 to 1, of the width or height of the "
    "picture as displayed, with the orientation applied."
)
class Box:
    x: float = strawberry.field(description=_LEFT)
    y: float = strawberry.field(description=_TOP)
    width: float = strawberry.field(description=_WIDTH)
    height: float = strawberry.field(description=_HEIGHT)

    @classmethod
    def of(cls, box: face_model.Box) -> Box:
        return cls(x=box.x, y=box.y, width=box.width, height=box.height)


@strawberry.input(
    description="A rectangle inside a picture. All values are fractions, from 0 to 1, of the width or height of the "
    "picture as displayed, with the orientation applied."
)
class BoxInput:
    x: float = strawberry.field(description=_LEFT)
    y: float = strawberry.field(description=_TOP)
    width: float = strawberry.field(description=f"{_WIDTH[:-1]}, greater than 0.")
    height: float = strawberry.field(description=f"{_HEIGHT[:-1]}, greater than 0.")

    def decode(self) -> face_model.Box:
        return face_model.Box(self.x, self.y, self.width, self.height)
