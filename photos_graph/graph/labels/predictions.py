"""The predictions of the model of tags: ``(:Photo)-[:PREDICTED {score, model}]->(:Tag)``.

``due.PREDICTIONS`` records which model predicted a photo, even if it predicted no tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph import due
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.edits import Edit, PredictedBy
from photos_graph.graph.labels.transaction import LabelTransaction

BATCH_SIZE = 10_000  # photos written by one query


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


OF_TAGS: LiteralString = """
UNWIND $tags AS id
MATCH (:Tag {id: id})<-[r:PREDICTED]-(p:Photo)
RETURN id AS tag, r.model AS model, collect([p.number, coalesce(r.own, r.score)]) AS photos
"""

Scores = dict[tuple[str, str], dict[int, float]]  # by tag id and model id, then by photo number


async def of_tags(tx: Transaction, tag_ids: Iterable[str]) -> Scores:
    """Returns all predictions of these tags, with the scores that the model gave, before answers moved them."""
    rows = await tx.run(OF_TAGS, tags=sorted(set(tag_ids)))
    return {(row["tag"], row["model"]): {int(n): score for n, score in row["photos"]} for row in rows}


def edits(scores: Scores, *, made: bool) -> list[Edit]:
    """Returns the edits that make, or that withdraw, these predictions."""
    return [
        Edit(
            None if made else PredictedBy(model),
            PredictedBy(model) if made else None,
            tag,
            photos=tuple(by_photo),
            scores=tuple(by_photo.values()),
        )
        for (tag, model), by_photo in scores.items()
        if by_photo
    ]


WITHDRAW_TAG: LiteralString = """
UNWIND $numbers AS number
MATCH (:Photo {number: number})-[r:PREDICTED]->(t:Tag) WHERE t.id = $tag
DELETE r
"""


async def write(tx: LabelTransaction, of_predictions: Sequence[Edit]) -> None:
    """Makes edits of predictions: those that withdraw some first."""
    for edit in of_predictions:
        tx.touch(labelled=edit.photos)
        if edit.before is not None:
            for start in range(0, len(edit.photos), BATCH_SIZE):
                await tx.run(WITHDRAW_TAG, numbers=list(edit.photos[start : start + BATCH_SIZE]), tag=edit.label_id)
    for edit in of_predictions:
        if isinstance(edit.after, PredictedBy):
            photos = [[number, score] for number, score in zip(edit.photos, edit.scores, strict=True)]
            for start in range(0, len(photos), BATCH_SIZE):
                rows = [{"tag": edit.label_id, "photos": photos[start : start + BATCH_SIZE]}]
                await tx.run(PUT, rows=rows, model=edit.after.model)


FINISHED_BY: LiteralString = "MATCH (m:Meta {name: 'predictJob'}) RETURN m.value AS by"
SET_FINISHED_BY: LiteralString = "MERGE (m:Meta {name: 'predictJob'}) SET m.value = $by"


async def finished_by(graph: Graph) -> str | None:
    """Returns the model and backbone that the last job with all its stages finished used."""
    rows = await graph.read(FINISHED_BY)
    return rows[0]["by"] if rows else None


async def set_finished_by(graph: Graph, by: str) -> None:
    await graph.write(SET_FINISHED_BY, by=by)
