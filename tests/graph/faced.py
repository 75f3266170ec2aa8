"""Faces in a graph, as a job leaves them, and what is said of them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.engine.feed import touch
from photos_graph.graph.faces.pages import rank

PUT: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {id: row.photo})
CREATE (p)-[:HAS_FACE]->(f:Face {id: row.id, x: row.x, y: row.y, width: row.width, height: row.height,
  score: row.score, quality: row.quality, rank: row.rank, ignored: row.ignored, source: 'DETECTED'})
FOREACH (id IN CASE WHEN row.cluster IS NULL THEN [] ELSE [row.cluster] END |
  MERGE (c:Cluster {id: id}) ON CREATE SET c.size = 0 SET c.size = c.size + 1 CREATE (f)-[:IN_CLUSTER]->(c))
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
        numbers = [row["number"] for row in await tx.run(PUT, rows=[_row(face) for face in faces])]
        await touch(tx, labelled=numbers)

    await graph.transaction(work)


async def liken(graph: Graph, face: str, scores: Mapping[str, float], *, applied: str | None = None) -> None:
    """By person id; ``applied``: the person that a model is sure of."""

    async def work(tx: Transaction) -> None:
        rows = [{"face": face, "person": id_, "score": s, "applied": id_ == applied} for id_, s in scores.items()]
        await touch(tx, labelled=[row["number"] for row in await tx.run(LIKE, rows=rows)])

    await graph.transaction(work)


async def said_of_faces(graph: Graph) -> dict[str, dict[str, str]]:
    """Face id -> name of a person -> MANUAL, IMPORTED or IS_NOT."""
    found: dict[str, dict[str, str]] = {}
    for row in await graph.read(SAID):
        found.setdefault(row["face"], {})[row["name"]] = row["via"] if row["kind"] == "IS" else row["kind"]
    return found


async def everybody(graph: Graph) -> list[dict[str, Any]]:
    return await graph.read(
        "MATCH (x:Person) RETURN x.id AS id, x.name AS name, x.key AS key, x.isMe AS me, x.cover AS cover ORDER BY name"
    )


async def sizes(graph: Graph) -> dict[str, int]:
    """Of clusters, by id."""
    rows: Sequence[dict[str, Any]] = await graph.read("MATCH (c:Cluster) RETURN c.id AS id, c.size AS size ORDER BY id")
    return {row["id"]: row["size"] for row in rows}
