"""Reads the labels of the photos on a page, with one query and one record for all of them, because the time in the
driver depends mostly on the number of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.model.labels import PhotoTag, TagSource


@dataclass(frozen=True, slots=True)
class OwnTags:
    """The tags on a photo itself, and the folders of its files that are not missing, in the order of the files'
    keys."""

    tags: tuple[PhotoTag, ...] = ()
    excluded: frozenset[str] = frozenset()  # tag ids
    folders: tuple[str, ...] = ()


TAGS_OF: LiteralString = """
UNWIND $ids AS id
MATCH (p:Photo {id: id})
WITH id,
  [(p)-[r:TAGGED]->(t:Tag) | [t.id, r.via, r.at]] AS tagged,
  [(p)-[:EXCLUDES]->(t:Tag) | t.id] AS excluded,
  [(p)-[r:PREDICTED]->(t:Tag) WHERE r.score >= t.threshold | [t.id, r.score, r.model]] AS predicted,
  [(p)<-[:OF]-(f:File)-[:IN]->(d:Folder) WHERE f.state <> 'MISSING' | [f.key, d.id]] AS files
RETURN collect([id, tagged, excluded, predicted, files]) AS photos
"""


async def tags_of(graph: Graph, ids: Sequence[str]) -> dict[str, OwnTags]:
    """Returns the tags of the photos that exist, by photo id."""
    found = (await graph.read(TAGS_OF, ids=list(ids)))[0]["photos"]
    return {photo: _own_tags(*rows) for photo, *rows in found}


def _own_tags(tagged: list[Any], excluded: list[str], predicted: list[Any], files: list[list[str]]) -> OwnTags:
    tags = [
        PhotoTag(tag, TagSource(via), at=datetime.fromtimestamp(at / 1000, UTC) if at is not None else None)
        for tag, via, at in tagged
    ]
    tags += [PhotoTag(tag, TagSource.PREDICTED, score=score, model_id=model) for tag, score, model in predicted]
    folders = dict.fromkeys(folder for _, folder in sorted(files))
    return OwnTags(tuple(tags), frozenset(excluded), tuple(folders))


# An assertion decides whose face it is. A match by a model counts only for a face without an assertion.
PERSONS_OF: LiteralString = """
UNWIND $ids AS id
MATCH (:Photo {id: id})-[:HAS_FACE]->(f:Face)
OPTIONAL MATCH (f)-[:IS]->(named:Person)
OPTIONAL MATCH (f)-[:LOOKS_LIKE {applied: true}]->(matched:Person)
WITH id, named.id AS assigned, CASE WHEN coalesce(f.ignored, false) THEN null ELSE matched.id END AS predicted
RETURN collect([id, assigned, predicted]) AS faces
"""


async def persons_of(graph: Graph, ids: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Returns, by photo id and person id, whether the person is only predicted."""
    found: dict[str, dict[str, bool]] = {}
    for photo, confirmed, predicted in (await graph.read(PERSONS_OF, ids=list(ids)))[0]["faces"]:
        persons = found.setdefault(photo, {})
        if confirmed is not None:
            persons[confirmed] = False
        elif predicted is not None:
            persons.setdefault(predicted, True)
    return found
