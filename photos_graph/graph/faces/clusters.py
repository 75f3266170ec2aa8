"""The results of models for all faces: clusters of the faces without a name, and the matches of faces with persons.

They are read completely, by ranges of photo numbers, and written as differences.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
import numpy.typing as npt

from photos_graph.fingerprints import CHARACTERS
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces.cluster_pages import recount_clusters
from photos_graph.graph.faces.detections import unpacked
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.postings import last_number

PHOTOS_PER_READ = 1_000  # few enough that other queries do not have to wait long
VECTORS_PER_READ = 2_000


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A person whom a face resembles. ``applied`` is True if the face is assigned to the person by prediction."""

    person_id: str
    score: float
    applied: bool


@dataclass(frozen=True, slots=True)
class VectorFace:
    """A face that takes part in clustering and matching.

    ``fingerprint`` identifies its vector by the model. It is None for a face that has no vector, or that has a name and
    is ignored, and thus does not take part. ``person_id`` is the person to whom a user or a file assigned the face.
    ``matches`` are sorted best first.
    """

    id: str
    photo: int  # the number of the photo
    fingerprint: str | None
    quality: float
    person_id: str | None
    not_persons: tuple[str, ...]
    cluster_id: str | None
    matches: tuple[PersonMatch, ...]
    reviewed: bool = False  # a user was asked whether the face is this person, and confirmed it
    unseen: bool = False  # its photo has no file
    ignored: bool = False  # by a person; it shows a stranger
    passed_over: bool = False  # ignored by a model, since it resembles such a face
    noticed: bool = False  # a person said that it is not to be ignored


ALL: LiteralString = """
MATCH (p:Photo) WHERE p.number >= $start AND p.number < $end
MATCH (p)-[:HAS_FACE]->(f:Face)
RETURN collect([p.number, f.id, f.quality,
  CASE WHEN f.model = $model AND NOT (coalesce(f.ignored, false) AND EXISTS { (f)-[:IS]->(:Person) })
    THEN left(f.vector, $characters) END,
  [(f)-[:IS]->(x:Person) | x.id], [(f)-[:IS_NOT]->(x:Person) | x.id], [(f)-[:IN_CLUSTER]->(c:Cluster) | c.id],
  [(f)-[r:LOOKS_LIKE]->(x:Person) | [x.id, r.score, r.applied]], f.reviewedAs, f.unseen IS NOT NULL,
  coalesce(f.ignored, false) AND f.passedOver IS NULL, f.passedOver IS NOT NULL, coalesce(f.noticed, false)]) AS faces
"""


async def faces(graph: Graph, model: str) -> AsyncIterator[list[VectorFace]]:
    """Yields all faces in several parts, in the order of their photos."""
    for start in range(0, await last_number(graph) + 1, PHOTOS_PER_READ):
        # A list takes the driver a third of the time that it takes for as many rows.
        [row] = await graph.read(ALL, start=start, end=start + PHOTOS_PER_READ, model=model, characters=CHARACTERS)
        yield [_face(*values) for values in row["faces"]]


def _face(
    photo: int,
    id_: str,
    quality: float | None,
    fingerprint: str | None,
    assigned: list[str],
    rejected: list[str],
    clusters: list[str],
    matches: list[tuple[str, float, bool]],
    reviewed_as: str | None,
    unseen: bool,
    ignored: bool,
    passed_over: bool,
    noticed: bool,
) -> VectorFace:
    found = [PersonMatch(person, score, bool(applied)) for person, score, applied in matches]
    return VectorFace(
        id=id_,
        photo=photo,
        fingerprint=fingerprint,
        quality=quality or 0.0,
        person_id=assigned[0] if assigned else None,
        not_persons=tuple(rejected),
        cluster_id=clusters[0] if clusters else None,
        matches=tuple(sorted(found, key=_best_first)),
        reviewed=bool(assigned) and assigned[0] == reviewed_as,
        unseen=unseen,
        ignored=ignored,
        passed_over=passed_over,
        noticed=noticed,
    )


def _best_first(match: PersonMatch) -> tuple[float, str]:
    return -match.score, match.person_id


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


CLUSTERS: LiteralString = "MATCH (c:Cluster) RETURN c.id AS id, c.person AS person, c.size AS size"
THRESHOLDS: LiteralString = "MATCH (x:Person) WHERE x.threshold IS NOT NULL RETURN x.id AS id, x.threshold AS threshold"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A stored cluster. ``person_id`` is the person with whom its faces were grouped. ``size`` is the last count of its
    faces."""

    person_id: str | None
    size: int


async def clusters(graph: Graph) -> dict[str, Cluster]:
    """Returns all clusters by id."""
    return {row["id"]: Cluster(row["person"], row["size"] or 0) for row in await graph.read(CLUSTERS)}


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
