"""What photos that are compared with one another have: their pictures and the quality of their faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """A photo, its size in pixels, and its ThumbHash in base64."""

    number: int
    id: str
    width: int
    height: int
    placeholder: str | None


PICTURES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})
RETURN collect([number, p.id, p.width, p.height, p.placeholder]) AS photos
"""


async def pictures(graph: Graph, numbers: Sequence[int]) -> dict[int, ComparedPhoto]:
    """Returns the photos that exist, by number."""
    rows = await graph.read(PICTURES, numbers=list(numbers))
    return {
        number: ComparedPhoto(number, id_, width or 0, height or 0, placeholder)
        for number, id_, width, height, placeholder in rows[0]["photos"]
    }


FACE_QUALITY: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face) WHERE NOT coalesce(f.ignored, false)
RETURN number, avg(coalesce(f.quality, 0.0)) AS quality
"""


async def face_quality(graph: Graph, numbers: Sequence[int]) -> dict[int, float]:
    """Returns the mean quality (0..1) of the faces of each photo that has any."""
    rows = await graph.read(FACE_QUALITY, numbers=list(numbers))
    return {row["number"]: float(row["quality"]) for row in rows}
