"""The faces of chosen photos, with what tells in which lists of faces they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, NamedTuple

from photos_graph.graph.engine.connection import Graph

PHOTOS_PER_READ = 2_000  # few enough that other queries do not have to wait long


class ListedFace(NamedTuple):
    """A visible face by its rank. ``persons`` are those to whom it is assigned or, if nobody said whose it is
    (``is_assigned``), those whom a model is sure of. ``cluster_id`` is that of a face that counts in its cluster."""

    rank: str
    quality: float
    ignored: bool
    persons: tuple[str, ...]
    cluster_id: str | None
    photo_number: int
    is_assigned: bool


OF_NUMBERS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face) WHERE f.unseen IS NULL
RETURN number, f.rank AS rank, f.quality AS quality, coalesce(f.ignored, false) AS ignored,
  [(f)-[:IS]->(x:Person) | x.id] AS assigned,
  [(f)-[r:LOOKS_LIKE]->(x:Person) | [x.id, r.applied]] AS matches,
  [(f)-[:IN_CLUSTER]->(c:Cluster) | c.id] AS clusters
"""


async def faces_of_numbers(graph: Graph, numbers: Sequence[int]) -> list[ListedFace]:
    """Returns the visible faces in the photos with these numbers, best first."""
    found: list[ListedFace] = []
    for start in range(0, len(numbers), PHOTOS_PER_READ):
        for row in await graph.read(OF_NUMBERS, numbers=list(numbers[start : start + PHOTOS_PER_READ])):
            ignored, assigned = row["ignored"], row["assigned"]
            sure = [person for person, applied in row["matches"] if applied and not ignored]
            counts = row["clusters"] and not ignored and not assigned
            cluster = row["clusters"][0] if counts else None
            values = row["rank"], row["quality"] or 0.0, ignored, tuple(assigned or sure), cluster
            found.append(ListedFace(*values, row["number"], bool(assigned)))
    return sorted(found)
