"""Clusters as clients see them. A job creates them; faces that have been named since are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.windows import BEFORE_ALL, FIRST_WINDOW, RankRegion, RankScale
from photos_graph.graph.faces.pages import NAMELESS
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import FaceCluster
from photos_graph.search.listing import Stretch

_LARGEST = 9_999_999  # faces of a cluster that a rank distinguishes
_SCALE = RankScale(7)

_SHOWN: LiteralString = """
MATCH (c:Cluster) WHERE c.rank > $after AND c.rank < $before
RETURN c.rank AS rank, c.id AS id, c.size AS size
"""
PAGE: LiteralString = _SHOWN + "ORDER BY rank LIMIT $limit"
PAGE_FROM_END: LiteralString = _SHOWN + "ORDER BY rank DESC LIMIT $limit"

SIZES: LiteralString = """
MATCH (s:ClusterSize) WHERE s.clusters > 0 RETURN s.size AS size, s.clusters AS clusters ORDER BY size DESC
"""


async def sizes(graph: Graph) -> dict[int, int]:
    """Returns how many clusters there are of each size, the largest first. Sizes are few: those of a million faces in
    clusters are fewer than 1,500."""
    return {row["size"]: row["clusters"] for row in await graph.read(SIZES)}


async def page(graph: Graph, numbers: Mapping[int, int], least: int, stretch: Stretch) -> list[FaceCluster]:
    """Returns a part of the clusters with at least so many faces, the largest first. The keys are (size, id), and
    ``numbers`` are the result of ``sizes``."""
    clusters: list[FaceCluster] = []

    async def read(after: str, before: str, limit: int) -> list[str]:
        query = PAGE_FROM_END if stretch.from_end else PAGE
        rows = await graph.read(query, after=after, before=before, limit=limit)
        clusters.extend(FaceCluster(row["id"], row["size"]) for row in rows)
        return [row["rank"] for row in rows]

    after = cluster_rank(*stretch.after) if stretch.after is not None else BEFORE_ALL
    smallest = _SCALE.rank(_number(least - 1), "")
    before = min(cluster_rank(*stretch.before), smallest) if stretch.before is not None else smallest
    await _SCALE.read(read, regions(numbers), after, before, stretch.limit, stretch.from_end)
    return clusters


def _number(size: int) -> int:
    return _LARGEST - min(max(size, 0), _LARGEST)


def cluster_rank(size: int, id_: str) -> str:
    """Returns ``Cluster.rank``, by which the largest cluster comes first."""
    return _SCALE.rank(_number(size), id_)


def regions(numbers: Mapping[int, int]) -> list[RankRegion]:
    """Returns regions of which each has few clusters, or those of one size, and which together have all ranks."""
    found: list[RankRegion] = []
    start, entries = 0, 0
    for size, clusters in numbers.items():
        number = _number(size)
        if entries + clusters > FIRST_WINDOW:
            found.append(RankRegion(start, number, entries))
            start, entries = number, 0
        entries += clusters
        if entries > FIRST_WINDOW:
            found.append(RankRegion(start, number + 1, entries))
            start, entries = number + 1, 0
    return [*found, RankRegion(start, _LARGEST + 1, entries)]


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


# The rank is that of ``cluster_rank``.
_COUNTED: LiteralString = (
    """
WITH c, c.size AS was, COUNT { MATCH (c)<-[:IN_CLUSTER]-(f:Face)
  WHERE """
    + NAMELESS
    + """ } AS size
WHERE was IS NULL OR was <> size
SET c.size = size, c.rank = right('0000000' + toString(9999999 - size), 7) + c.id
RETURN was, size
"""
)
RECOUNT: LiteralString = "UNWIND $ids AS id MATCH (c:Cluster {id: id}) WITH DISTINCT c" + _COUNTED
RECOUNT_OF_FACES: LiteralString = (
    "UNWIND $ids AS id MATCH (f:Face {id: id})-[:IN_CLUSTER]->(c:Cluster) WITH DISTINCT c" + _COUNTED
)

COUNT_SIZES: LiteralString = """
UNWIND $rows AS row
MERGE (s:ClusterSize {size: row.size}) SET s.clusters = coalesce(s.clusters, 0) + row.more
"""


async def recount(tx: LabelTransaction, face_ids: Iterable[str]) -> None:
    """Recomputes the sizes of the clusters of these faces: the number of visible faces without a name."""
    await _note_sizes(tx, await tx.run(RECOUNT_OF_FACES, ids=list(face_ids)))


async def recount_clusters(tx: LabelTransaction, cluster_ids: Iterable[str]) -> None:
    await _note_sizes(tx, await tx.run(RECOUNT, ids=list(cluster_ids)))


async def _note_sizes(tx: LabelTransaction, rows: Iterable[Mapping[str, int | None]]) -> None:
    """Notes how many clusters there are of each size. The lock of labels keeps transactions from doing it at once."""
    more: Counter[int] = Counter()
    for row in rows:
        more[row["was"] or 0] -= 1
        more[row["size"] or 0] += 1
    changed = [{"size": size, "more": clusters} for size, clusters in more.items() if size and clusters]
    if changed:
        await tx.run(COUNT_SIZES, rows=changed)
