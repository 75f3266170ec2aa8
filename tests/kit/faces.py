"""Faces in a graph, as a job leaves them, and what is said of them there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

from photos_graph.bootstrap import Services
from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed_entry import touch
from photos_graph.graph.faces.cluster_pages import recount
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LOCK

PUT: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {id: row.photo})
CREATE (p)-[:HAS_FACE]->(f:Face {id: row.id, x: row.x, y: row.y, width: row.width, height: row.height,
  score: row.score, quality: row.quality, rank: row.rank, ignored: row.ignored, source: 'DETECTED'})
FOREACH (id IN CASE WHEN row.cluster IS NULL THEN [] ELSE [row.cluster] END |
  MERGE (c:Cluster {id: id}) CREATE (f)-[:IN_CLUSTER]->(c))
RETURN p.number AS number
"""

LIKE: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.face}), (x:Person {id: row.person})
CREATE (f)-[:LOOKS_LIKE {score: row.score, model: 'SFace', applied: row.applied}]->(x)
WITH f
MATCH (f)<-[:HAS_FACE]-(p:Photo)
RETURN p.number AS number
"""

SAID: LiteralString = """
MATCH (f:Face)-[r:IS|IS_NOT]->(x:Person)
RETURN f.id AS face, x.name AS name, type(r) AS kind, r.via AS via ORDER BY name
"""


@dataclass(frozen=True)
class Found:
    """A face that a job found on a photo."""

    id: str
    photo: str
    quality: float = 0.5
    cluster: str | None = None
    x: float = 0.2
    y: float = 0.3
    width: float = 0.1
    height: float = 0.2
    score: float = 0.9
    ignored: bool = False


def _row(face: Found) -> dict[str, Any]:
    return {**asdict(face), "rank": rank(face.quality, face.id)}


async def find(graph: Graph, *faces: Found) -> None:
    async def work(tx: Transaction) -> None:
        await tx.run(LOCK)
        numbers = [row["number"] for row in await tx.run(PUT, rows=[_row(face) for face in faces])]
        await recount(LabelTransaction(tx, 0), [face.id for face in faces])
        await touch(tx, labelled=numbers)

    await graph.transaction(work)


async def liken(graph: Graph, face: str, scores: Mapping[str, float], *, applied: str | None = None) -> None:
    """Writes likenesses by person id. ``applied`` is the person that a model is sure of."""

    async def work(tx: Transaction) -> None:
        await tx.run(LOCK)
        rows = [{"face": face, "person": id_, "score": s, "applied": id_ == applied} for id_, s in scores.items()]
        await touch(tx, labelled=[row["number"] for row in await tx.run(LIKE, rows=rows)])

    await graph.transaction(work)


async def names_of_faces(graph: Graph) -> dict[str, dict[str, str]]:
    """Maps face ids to the names of persons, and these to MANUAL, IMPORTED or IS_NOT."""
    found: dict[str, dict[str, str]] = {}
    for row in await graph.read(SAID):
        found.setdefault(row["face"], {})[row["name"]] = row["via"] if row["kind"] == "IS" else row["kind"]
    return found


async def everybody(graph: Graph) -> list[dict[str, Any]]:
    return await graph.read(
        "MATCH (x:Person) RETURN x.id AS id, x.name AS name, x.key AS key, x.isMe AS me, x.cover AS cover ORDER BY name"
    )


async def sizes(graph: Graph) -> dict[str, int]:
    """Returns the sizes of clusters by id."""
    rows: Sequence[dict[str, Any]] = await graph.read("MATCH (c:Cluster) RETURN c.id AS id, c.size AS size ORDER BY id")
    return {row["id"]: row["size"] for row in rows}


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
    """Writes scores by photo, of the model m1. They count from 0.5 on."""

    async def work(tx: Transaction) -> None:
        await tx.run(MODEL)
        rows = [{"photo": photo_id, "score": score} for photo_id, score in scores.items()]
        numbers = [row["number"] for row in await tx.run(PREDICTED, rows=rows, tag=tag_id)]
        await touch(tx, tags=[tag_id], labelled=numbers)

    await services.graph.transaction(work)
    await services.index.catch_up()
