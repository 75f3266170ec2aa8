"""The predictions of the model of tags: ``(:Photo)-[:PREDICTED {score, model}]->(:Tag)``.

``due.PREDICTIONS`` records which model predicted a photo, even if it predicted no tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.transaction import LabelTransaction


@dataclass(frozen=True, slots=True)
class Predicted:
    """The predictions of one photo. ``tags`` are (id, score)."""

    number: int
    tags: tuple[tuple[str, float], ...]


WITHDRAW: LiteralString = """
UNWIND $numbers AS number
MATCH (:Photo {number: number})-[r:PREDICTED]->(:Tag)
DELETE r
"""

PUT: LiteralString = """
UNWIND $rows AS row
MATCH (t:Tag {id: row.tag})
UNWIND row.photos AS photo
MATCH (p:Photo {number: photo[0]})
CREATE (p)-[:PREDICTED {score: photo[1], model: $model}]->(t)
"""


async def put(tx: LabelTransaction, model_id: str, photos: Sequence[Predicted]) -> None:
    """Replaces the predictions of these photos by those of this model."""
    numbers = [photo.number for photo in photos]
    await tx.run(WITHDRAW, numbers=numbers)
    rows: dict[str, list[list[float]]] = {}
    for photo in photos:
        for tag, score in photo.tags:
            rows.setdefault(tag, []).append([photo.number, score])
    if rows:
        await tx.run(PUT, rows=[{"tag": tag, "photos": scores} for tag, scores in rows.items()], model=model_id)
    await due.done(tx, due.PREDICTIONS, numbers, model_id)
    tx.touch(labelled=numbers)


FINISHED_BY: LiteralString = "MATCH (m:Meta {name: 'predictJob'}) RETURN m.value AS by"
SET_FINISHED_BY: LiteralString = "MERGE (m:Meta {name: 'predictJob'}) SET m.value = $by"


async def finished_by(graph: Graph) -> str | None:
    """Returns the model and backbone that the last job with all its stages finished used."""
    rows = await graph.read(FINISHED_BY)
    return rows[0]["by"] if rows else None


async def set_finished_by(graph: Graph, by: str) -> None:
    await graph.write(SET_FINISHED_BY, by=by)
