"""Clusters as clients see them. A job creates them; faces that have been named since are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces.pages import NAMELESS
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import FaceCluster

PAGE: LiteralString = """
MATCH (c:Cluster) WHERE c.size >= $least AND c.size <= $size
WITH c WHERE c.size < $size OR c.id > $id
RETURN c.id AS id, c.size AS size ORDER BY size DESC, id LIMIT $limit
"""
LARGEST = 2**31  # larger than any cluster


async def page(graph: Graph, least: int, after: tuple[int, str] | None, limit: int) -> list[FaceCluster]:
    """Returns a page of clusters, the largest first, which follow ``after``, the size and id of a cluster."""
    size, id_ = after or (LARGEST, "")
    rows = await graph.read(PAGE, least=least, size=size, id=id_, limit=limit)
    return [FaceCluster(row["id"], row["size"]) for row in rows]


COUNT: LiteralString = "MATCH (c:Cluster) WHERE c.size >= $least RETURN count(c) AS clusters"


async def count(graph: Graph, least: int) -> int:
    return int((await graph.read(COUNT, least=least))[0]["clusters"])


BY_ID: LiteralString = "UNWIND $ids AS id MATCH (c:Cluster {id: id}) RETURN id, c.size AS size"


async def clusters_by_id(graph: Graph, ids: Sequence[str]) -> dict[str, FaceCluster]:
    """Returns the clusters that exist, by id."""
    rows = await graph.read(BY_ID, ids=list(ids))
    return {row["id"]: FaceCluster(row["id"], row["size"]) for row in rows}


EMPTY: LiteralString = """
UNWIND $ids AS id
MATCH (f:Face {id: id})-[:IN_CLUSTER]->(c:Cluster)
WHERE c.size = 0
RETURN id, c.id AS cluster
"""


async def empty_clusters(graph: Graph, face_ids: Sequence[str]) -> dict[str, str]:
    """Maps faces to their clusters, by id, where no face of the cluster is without a name any more."""
    rows = await graph.read(EMPTY, ids=list(face_ids)) if face_ids else ()
    return {row["id"]: row["cluster"] for row in rows}


SIMILAR_PERSONS: LiteralString = (
    """
UNWIND $ids AS id
MATCH (c:Cluster {id: id})<-[:IN_CLUSTER]-(f:Face)-[r:LOOKS_LIKE]->(x:Person)
WHERE """
    + NAMELESS
    + """
  AND NOT EXISTS { (f)-[:IS_NOT]->(x) }
RETURN id, x.id AS person, sum(r.score) AS score, c.size AS size
"""
)


async def similar_persons(graph: Graph, cluster_ids: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    """Returns, for each cluster, the ids of persons with their mean score over all members, best first. A member that
    does not resemble the person counts as 0."""
    found: dict[str, list[tuple[str, float]]] = {}
    for row in await graph.read(SIMILAR_PERSONS, ids=list(cluster_ids)):
        found.setdefault(row["id"], []).append((row["person"], row["score"] / max(row["size"], 1)))
    for persons in found.values():
        persons.sort(key=lambda pair: (-pair[1], pair[0]))
    return found


RECOUNT: LiteralString = (
    """
UNWIND $ids AS id
MATCH (f:Face {id: id})-[:IN_CLUSTER]->(c:Cluster)
WITH DISTINCT c
SET c.size = COUNT { MATCH (c)<-[:IN_CLUSTER]-(f:Face)
  WHERE """
    + NAMELESS
    + """ }
"""
)


async def recount(tx: LabelTransaction, face_ids: Iterable[str]) -> None:
    """Recomputes the sizes of the clusters of these faces: the number of visible faces without a name."""
    await tx.run(RECOUNT, ids=list(face_ids))
