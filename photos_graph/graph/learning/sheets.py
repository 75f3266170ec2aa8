"""The sheets of tags, which people judge: ``(:Sheet)``.

A sheet refers to its tag and photos by id, not by edges. What people say of the photos are labels, so a sheet itself
never changes, and what it measures follows from the labels, also after an undo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.model.learning import Sheet

# Of two clients that draw the next sheet at once, the second one gets what the first one drew.
PUT: LiteralString = """
MERGE (s:Sheet {id: $id})
ON CREATE SET s.tag = $tag, s.model = $model, s.at = $at, s.photos = $photos, s.chances = $chances,
  s.threshold = $threshold, s.givenTo = $given_to, s.audit = $audit
RETURN s {.*} AS sheet
"""


async def put(tx: Transaction, sheet: Sheet) -> Sheet:
    """Stores a sheet, and returns it. If there is one with this id, that one stays and is returned."""
    rows = await tx.run(
        PUT,
        id=sheet.id,
        tag=sheet.tag_id,
        model=sheet.model_id,
        at=round(sheet.drawn_at.timestamp() * 1000),
        photos=list(sheet.photo_ids),
        chances=list(sheet.chances),
        threshold=sheet.threshold,
        given_to=sheet.given_to,
        audit=sheet.is_audit,
    )
    return _sheet(rows[0]["sheet"])


OF_TAGS: LiteralString = "UNWIND $tags AS tag MATCH (s:Sheet {tag: tag}) RETURN s {.*} AS sheet"


async def of_tags(graph: Graph, tag_ids: Sequence[str]) -> dict[str, list[Sheet]]:
    """Returns the sheets of these tags by the id of the tag, oldest first."""
    found: dict[str, list[Sheet]] = {tag_id: [] for tag_id in tag_ids}
    for row in await graph.read(OF_TAGS, tags=list(tag_ids)):
        sheet = _sheet(row["sheet"])
        found[sheet.tag_id].append(sheet)
    return {tag_id: sorted(those, key=lambda sheet: (sheet.drawn_at, sheet.id)) for tag_id, those in found.items()}


def _sheet(values: Mapping[str, Any]) -> Sheet:
    """Converts a node to a sheet. ``at`` is in milliseconds since the epoch."""
    return Sheet(
        id=values["id"],
        tag_id=values["tag"],
        model_id=values["model"],
        drawn_at=datetime.fromtimestamp(values["at"] / 1000, UTC),
        photo_ids=tuple(values["photos"]),
        chances=tuple(values["chances"]),
        threshold=values.get("threshold"),
        given_to=values["givenTo"],
        is_audit=values["audit"],
    )
