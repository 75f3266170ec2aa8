"""Turns the faces of photos with their pictures, after a program has changed the orientation that a file states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, LiteralString

from photos_graph.boxes import turned
from photos_graph.graph import due
from photos_graph.graph.faces import edited_faces, regions
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box


@dataclass(frozen=True, slots=True)
class Turn:
    """The orientation (EXIF, 1..8) by which a picture was shown before, and by which it is shown now."""

    before: int
    now: int


FACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face) WHERE f.x IS NOT NULL
RETURN number, f.id AS id, f.x AS x, f.y AS y, f.width AS width, f.height AS height
"""

PUT_FACES: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.id}) SET f.x = row.x, f.y = row.y, f.width = row.width, f.height = row.height
"""

PUT_DELETED: LiteralString = """
UNWIND $rows AS row
MATCH (f:DeletedFace {id: row.id}) SET f.x = row.x, f.y = row.y, f.width = row.width, f.height = row.height
"""

PUT_REGIONS: LiteralString = """
UNWIND $rows AS row MATCH (p:Photo {number: row.number}) SET p.regions = row.regions
"""


async def turn(tx: LabelTransaction, turns: Mapping[int, Turn]) -> None:
    """Turns all faces of the photos, which are given by number, and the regions that were last read from their files.

    The pictures are due for the models again, which see more in a picture that stands upright. What they found stays
    until then."""
    numbers = [number for number, each in turns.items() if each.before != each.now]
    if not numbers:
        return
    await tx.run(PUT_FACES, rows=[_row(row, turns) for row in await tx.run(FACES, numbers=numbers)])
    deleted = await edited_faces.deleted_of(tx, numbers)
    rows = [
        {"id": id_, **asdict(_turned(box, turns[number]))} for number, of in deleted.items() for id_, box in of.items()
    ]
    await tx.run(PUT_DELETED, rows=rows)
    marked = await regions.of_photos(tx, numbers)
    await tx.run(
        PUT_REGIONS,
        rows=[
            {
                "number": number,
                "regions": regions.packed(replace(each, box=_turned(each.box, turns[number])) for each in found),
            }
            for number, found in marked.items()
        ],
    )
    for stage in (due.FACES, due.FEATURES, due.PICTURED):
        await due.make_due(tx, stage, numbers)


def _row(face: dict[str, Any], turns: Mapping[int, Turn]) -> dict[str, object]:
    box = _turned(Box(face["x"], face["y"], face["width"], face["height"]), turns[face["number"]])
    return {"id": face["id"], "x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _turned(box: Box, turn: Turn) -> Box:
    return turned(box, turn.before, turn.now)
