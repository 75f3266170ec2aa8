"""Persons, predictions and models in a graph, as jobs and people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import LiteralString

from photos_graph.bootstrap import Services
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.engine.feed import touch

PERSONS: LiteralString = """
UNWIND $rows AS row
MERGE (x:Person {id: row.id}) SET x.name = row.name, x.key = row.id, x.isMe = row.isMe, x.hidden = row.hidden
"""

FACES: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {id: row.photo})
CREATE (p)-[:HAS_FACE]->(:Face {id: row.photo + '/' + row.who, x: 0.1, y: 0.1, width: 0.2, height: 0.2, score: 0.9,
  quality: 0.5, rank: '500000' + row.photo + '/' + row.who, ignored: false, source: 'DETECTED'})
RETURN DISTINCT p.number AS number
"""

NAMED: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.photo + '/' + row.who}), (x:Person {id: row.who})
CREATE (f)-[:IS {at: 1700000000000, by: 'owner'}]->(x)
"""

RECOGNISED: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.photo + '/' + row.who}), (x:Person {id: row.who})
CREATE (f)-[:LOOKS_LIKE {score: 0.8, model: 'm1', applied: true}]->(x)
"""

PREDICTED: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {id: row.photo}), (t:Tag {id: $tag})
SET t.threshold = 0.5
CREATE (p)-[:PREDICTED {score: row.score, model: 'm1'}]->(t)
RETURN p.number AS number
"""

MODEL: LiteralString = """
MERGE (m:Model {id: 'm1'}) SET m.kind = 'TAGS', m.version = 3, m.state = 'ACTIVE', m.trainedAt = 1700000000000,
  m.labels = 1, m.examples = 8, m.perLabel = '[]', m.reason = '', m.snapshot = '', m.file = '',
  m.metrics = '{"held_out": 8, "precision": 1, "recall": 1, "f1": 1, "average_precision": 1}'
"""


async def introduce(
    services: Services,
    name: str,
    photo_ids: Iterable[str],
    *,
    sure: bool = True,
    me: bool = False,
    hidden: bool = False,
) -> None:
    """A person whose id is the lower-cased name, with one face on each photo: named by the owner, else recognised."""
    id_ = name.lower()
    rows = [{"photo": photo_id, "who": id_} for photo_id in photo_ids]

    async def work(tx: Transaction) -> None:
        await tx.run(PERSONS, rows=[{"id": id_, "name": name, "isMe": me, "hidden": hidden}])
        numbers = [row["number"] for row in await tx.run(FACES, rows=rows)]
        await tx.run(NAMED if sure else RECOGNISED, rows=rows)
        await touch(tx, persons=[id_], labelled=numbers)

    await services.graph.transaction(work)
    await services.index.catch_up()


async def predict(services: Services, tag_id: str, scores: Mapping[str, float]) -> None:
    """Scores by photo, of model m1; from 0.5 on they count."""

    async def work(tx: Transaction) -> None:
        await tx.run(MODEL)
        rows = [{"photo": photo_id, "score": score} for photo_id, score in scores.items()]
        numbers = [row["number"] for row in await tx.run(PREDICTED, rows=rows, tag=tag_id)]
        await touch(tx, tags=[tag_id], labelled=numbers)

    await services.graph.transaction(work)
    await services.index.catch_up()
