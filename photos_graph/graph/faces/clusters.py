"""The results of models for all faces: clusters of the faces without a name, and the matches of faces with persons.

``face_table`` reads them, and they are written as differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces.cluster_pages import recount_clusters
from photos_graph.graph.faces.detections import unpacked
from photos_graph.graph.labels.transaction import LabelTransaction

VECTORS_PER_READ = 2_000


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A person whom a face resembles. ``applied`` is True if the face is assigned to the person by prediction."""

    person_id: str
    score: float
    applied: bool


VECTORS: LiteralString = """
UNWIND $ids AS id MATCH (f:Face {id: id}) WHERE f.model = $model RETURN id, f.vector AS vector
"""


async def vectors(graph: Graph, face_ids: Sequence[str], model: str) -> dict[str, npt.NDArray[np.float32]]:
    """Returns the vectors, by id, of the faces that still have one of that model."""
    found: dict[str, npt.NDArray[np.float32]] = {}
    for start in range(0, len(face_ids), VECTORS_PER_READ):
        some = list(face_ids[start : start + VECTORS_PER_READ])
        found |= {row["id"]: unpacked(row["vector"]) for row in await graph.read(VECTORS, ids=some, model=model)}
    return found


# A list takes the driver a third of the time that it takes for as many rows.
CLUSTERS: LiteralString = "MATCH (c:Cluster) RETURN collect([c.id, c.person, c.size]) AS clusters"
THRESHOLDS: LiteralString = "MATCH (x:Person) WHERE x.threshold IS NOT NULL RETURN x.id AS id, x.threshold AS threshold"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A stored cluster. ``person_id`` is the person with whom its faces were grouped. ``size`` is the last count of its
    faces."""

    person_id: str | None
    size: int


async def clusters(graph: Graph) -> dict[str, Cluster]:
    """Returns all clusters by id."""
    [row] = await graph.read(CLUSTERS)
    return {id_: Cluster(person_id, size or 0) for id_, person_id, size in row["clusters"]}


async def thresholds(graph: Graph) -> dict[str, float]:
    """Returns the thresholds of the persons who have their own threshold, by id."""
    return {row["id"]: row["threshold"] for row in await graph.read(THRESHOLDS)}


LEAVE: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id})-[r:IN_CLUSTER]->(:Cluster) DELETE r"

JOIN: LiteralString = """
UNWIND $rows AS row
MERGE (c:Cluster {id: row.cluster}) SET c.person = row.person
WITH c, row
UNWIND row.faces AS id
MATCH (f:Face {id: id}) WHERE NOT coalesce(f.ignored, false) AND NOT EXISTS { (f)-[:IS]->(:Person) }
CREATE (f)-[:IN_CLUSTER]->(c)
"""

DELETE_EMPTY: LiteralString = """
UNWIND $ids AS id
MATCH (c:Cluster {id: id}) WHERE NOT EXISTS { (c)<-[:IN_CLUSTER]-(:Face) }
DETACH DELETE c
"""


@dataclass(frozen=True, slots=True)
class Joined:
    """Faces that join a cluster. A cluster that does not exist is created. ``face_ids`` is empty if only the person of
    the cluster changes."""

    cluster_id: str
    person_id: str | None
    face_ids: tuple[str, ...] = ()


async def move(tx: LabelTransaction, leaving: Sequence[str], joined: Iterable[Joined], counted: Sequence[str]) -> None:
    """Removes faces from their clusters and adds faces to others. Then counts the clusters ``counted`` again, and
    deletes those of them that are empty."""
    if leaving:
        await tx.run(LEAVE, ids=list(leaving))
    rows = [{"cluster": each.cluster_id, "person": each.person_id, "faces": list(each.face_ids)} for each in joined]
    if rows:
        await tx.run(JOIN, rows=rows)
    if counted:
        await recount_clusters(tx, counted)
        await tx.run(DELETE_EMPTY, ids=list(counted))


DELETE_MATCHES: LiteralString = """
UNWIND $ids AS id
MATCH (f:Face {id: id})<-[:HAS_FACE]-(p:Photo)
MATCH (f)-[r:LOOKS_LIKE]->(:Person)
WITH p, r, coalesce(r.applied, false) AS applied
DELETE r
RETURN p.number AS number, applied
"""

# Assertions that people made after the faces were matched take precedence.
CREATE_MATCHES: LiteralString = """
UNWIND $rows AS row
MATCH (f:Face {id: row.face})<-[:HAS_FACE]-(p:Photo)
WHERE f.model = $embedder AND NOT coalesce(f.ignored, false) AND NOT EXISTS { (f)-[:IS]->(:Person) }
MATCH (x:Person {id: row.person}) WHERE NOT EXISTS { (f)-[:IS_NOT]->(x) }
CREATE (f)-[:LOOKS_LIKE {score: row.score, model: $model, applied: row.applied
  AND NOT EXISTS { (p)-[:HAS_FACE]->(:Face)-[:IS]->(x) }}]->(x)
RETURN p.number AS number, row.applied AS applied
"""


async def replace_matches(
    tx: LabelTransaction, matches: Sequence[tuple[str, tuple[PersonMatch, ...]]], embedder: str, model: str
) -> None:
    """Replaces the matches of these faces by those that ``model`` found. Faces whose vectors belong to another embedder
    get no matches."""
    if not matches:
        return
    rows = await tx.run(DELETE_MATCHES, ids=[face_id for face_id, _ in matches])
    new = [
        {"face": face_id, "person": match.person_id, "score": match.score, "applied": match.applied}
        for face_id, wanted in matches
        for match in wanted
    ]
    if new:
        rows += await tx.run(CREATE_MATCHES, rows=new, embedder=embedder, model=model)
    tx.touch(labelled=[row["number"] for row in rows if row["applied"]])
