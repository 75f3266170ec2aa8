"""The labels of the photos that a page shows: what was put on each, in one query for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.connection import Graph
from photos_graph.model import PhotoTag, TagSource


@dataclass(frozen=True, slots=True)
class OwnTags:
    """What was put on a photo itself, and the folders of its files that are not missing, by the files' keys."""

    tags: tuple[PhotoTag, ...] = ()
    excluded: frozenset[str] = frozenset()  # tag ids
    folders: tuple[str, ...] = ()


TAGS_OF: LiteralString = """
UNWIND $ids AS id
MATCH (p:Photo {id: id})
RETURN id AS photo,
  [(p)-[r:TAGGED]->(t:Tag) | [t.id, r.via, r.at]] AS said,
  [(p)-[:EXCLUDES]->(t:Tag) | t.id] AS excluded,
  [(p)-[r:PREDICTED]->(t:Tag) WHERE r.score >= t.threshold | [t.id, r.score, r.model]] AS predicted,
  [(p)<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING' | [f.key, d.id]] AS files
"""


async def tags_of(graph: Graph, ids: Sequence[str]) -> dict[str, OwnTags]:
    """Of the photos that are known."""
    return {row["photo"]: _own(row) for row in await graph.read(TAGS_OF, ids=list(ids))}


def _own(row: dict[str, Any]) -> OwnTags:
    said = [
        PhotoTag(tag, TagSource(via), at=datetime.fromtimestamp(at / 1000, UTC) if at is not None else None)
        for tag, via, at in row["said"]
    ]
    predicted = [
        PhotoTag(tag, TagSource.PREDICTED, score=score, model_id=model) for tag, score, model in row["predicted"]
    ]
    folders = dict.fromkeys(folder for _, folder in sorted(row["files"]))
    return OwnTags((*said, *predicted), frozenset(row["excluded"]), tuple(folders))


# A face that a person named is that person's; what a model takes it for counts only while nobody did.
PERSONS_OF: LiteralString = """
UNWIND $ids AS id
MATCH (:Photo {id: id})-[:HAS_FACE]->(f:Face)
OPTIONAL MATCH (f)-[:IS]->(who:Person)
OPTIONAL MATCH (f)-[:LOOKS_LIKE {applied: true}]->(like:Person)
RETURN id AS photo, who.id AS said, CASE WHEN coalesce(f.ignored, false) THEN null ELSE like.id END AS predicted
"""


async def persons_of(graph: Graph, ids: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Photo id -> person id -> whether only a model says so."""
    found: dict[str, dict[str, bool]] = {}
    for row in await graph.read(PERSONS_OF, ids=list(ids)):
        persons = found.setdefault(row["photo"], {})
        if row["said"] is not None:
            persons[row["said"]] = False
        elif row["predicted"] is not None:
            persons.setdefault(row["predicted"], True)
    return found
