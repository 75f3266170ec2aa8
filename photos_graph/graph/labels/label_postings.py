"""Reads tags, persons, the marks of folders and the labels of photos as rows and postings for the search index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import numpy as np
from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.tags import trust_of
from photos_graph.model.faces import Person
from photos_graph.model.labels import Carried, FolderMarks, Tag
from photos_graph.search.rows import LabelPostings

PHOTOS_PER_READ = 20_000

TAGS: LiteralString = """
MATCH (t:Tag) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN t.id AS id, t.name AS name, up.id AS up, t.threshold AS threshold, t.trust AS trust,
  t.merged AS merged
"""

TAGS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (t:Tag {id: id}) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN t.id AS id, t.name AS name, up.id AS up, t.threshold AS threshold, t.trust AS trust,
  t.merged AS merged
"""


async def tag_rows(graph: Graph, ids: Sequence[str] | None = None) -> list[Tag]:
    """Returns all tags, or those of ``ids`` that exist."""
    rows = await (graph.read(TAGS) if ids is None else graph.read(TAGS_BY_ID, ids=list(ids)))
    return [
        Tag(row["id"], row["name"], row["up"], row["threshold"], trust_of(row["trust"]), tuple(row["merged"] or ()))
        for row in rows
    ]


PERSONS: LiteralString = """
MATCH (x:Person) RETURN x.id AS id, x.name AS name, x.isMe AS isMe, x.hidden AS hidden,
  x.birthday AS birthday, x.note AS note, x.groups AS groups, x.merged AS merged
"""

PERSONS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (x:Person {id: id}) RETURN x.id AS id, x.name AS name, x.isMe AS isMe, x.hidden AS hidden,
  x.birthday AS birthday, x.note AS note, x.groups AS groups, x.merged AS merged
"""


async def person_rows(graph: Graph, ids: Sequence[str] | None = None) -> list[Person]:
    """Returns all persons, or those of ``ids`` that exist."""
    rows = await (graph.read(PERSONS) if ids is None else graph.read(PERSONS_BY_ID, ids=list(ids)))
    return [
        Person(
            id=row["id"],
            name=row["name"],
            is_me=bool(row["isMe"]),
            hidden=bool(row["hidden"]),
            birthday=row["birthday"],
            note=row["note"],
            groups=tuple(row["groups"] or ()),
            merged=tuple(row["merged"] or ()),
        )
        for row in rows
    ]


FOLDER_TAGS: LiteralString = """
MATCH (d:Folder)-[r:TAGGED]->(t:Tag)
RETURN d.id AS folder, t.id AS tag, r.recursive AS recursive, r.at AS at ORDER BY tag
"""

FOLDER_TAGS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (d:Folder {id: id})-[r:TAGGED]->(t:Tag)
RETURN d.id AS folder, t.id AS tag, r.recursive AS recursive, r.at AS at ORDER BY tag
"""

FOLDER_EXCLUSIONS: LiteralString = """
MATCH (d:Folder)-[:EXCLUDES]->(t:Tag) RETURN d.id AS folder, t.id AS tag ORDER BY tag
"""

FOLDER_EXCLUSIONS_BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (d:Folder {id: id})-[:EXCLUDES]->(t:Tag) RETURN d.id AS folder, t.id AS tag ORDER BY tag
"""


async def folder_marks(graph: Graph, ids: Sequence[str] | None = None) -> list[FolderMarks]:
    """Returns the marks of all folders that have any; or those of each of ``ids``, including empty ones."""
    if ids is None:
        carried, excluded = await graph.read(FOLDER_TAGS), await graph.read(FOLDER_EXCLUSIONS)
    else:
        carried = await graph.read(FOLDER_TAGS_BY_ID, ids=list(ids))
        excluded = await graph.read(FOLDER_EXCLUSIONS_BY_ID, ids=list(ids))
    carries: dict[str, list[Carried]] = {id_: [] for id_ in ids or ()}
    excludes: dict[str, list[str]] = {}
    for row in carried:
        carries.setdefault(row["folder"], []).append(Carried(row["tag"], bool(row["recursive"]), row["at"] or 0))
    for row in excluded:
        excludes.setdefault(row["folder"], []).append(row["tag"])
    return [
        FolderMarks(id_, tuple(carries.get(id_, ())), tuple(excludes.get(id_, ())))
        for id_ in dict.fromkeys([*carries, *excludes])
    ]


PHOTO_TAGS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:TAGGED]->(t:Tag)
RETURN t.id AS label, collect(number) AS numbers
"""

PHOTO_EXCLUSIONS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:EXCLUDES]->(t:Tag)
RETURN t.id AS label, collect(number) AS numbers
"""

PREDICTED_TAGS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[r:PREDICTED]->(t:Tag) WHERE r.score >= t.threshold
RETURN t.id AS label, collect(DISTINCT number) AS numbers
"""

PHOTO_PERSONS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(:Face)-[:IS]->(x:Person)
RETURN x.id AS label, collect(DISTINCT number) AS numbers
"""

PREDICTED_PERSONS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face)-[:LOOKS_LIKE {applied: true}]->(x:Person)
WHERE NOT coalesce(f.ignored, false) AND NOT (f)-[:IS]->(:Person)
RETURN x.id AS label, collect(DISTINCT number) AS numbers
"""

FACES: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face) WHERE NOT coalesce(f.ignored, false)
WITH number, count(f) AS faces
RETURN faces AS label, collect(number) AS numbers
"""

# These queries start from the labels, since a library has fewer labels than photos and may have none yet.
ALL_PHOTO_TAGS: LiteralString = """
MATCH (t:Tag)<-[:TAGGED]-(p:Photo) RETURN t.id AS label, collect(p.number) AS numbers
"""

ALL_PHOTO_EXCLUSIONS: LiteralString = """
MATCH (t:Tag)<-[:EXCLUDES]-(p:Photo) RETURN t.id AS label, collect(p.number) AS numbers
"""

ALL_PREDICTED_TAGS: LiteralString = """
MATCH (t:Tag)<-[r:PREDICTED]-(p:Photo) WHERE r.score >= t.threshold
RETURN t.id AS label, collect(p.number) AS numbers
"""

ALL_PHOTO_PERSONS: LiteralString = """
MATCH (x:Person)<-[:IS]-(:Face)<-[:HAS_FACE]-(p:Photo) RETURN x.id AS label, collect(p.number) AS numbers
"""

ALL_PREDICTED_PERSONS: LiteralString = """
MATCH (x:Person)<-[r:LOOKS_LIKE]-(f:Face)<-[:HAS_FACE]-(p:Photo)
WHERE r.applied AND NOT coalesce(f.ignored, false) AND NOT EXISTS { (f)-[:IS]->(:Person) }
RETURN x.id AS label, collect(p.number) AS numbers
"""

# The number of a photo occurs once for each of its faces.
ALL_FACES: LiteralString = """
MATCH (f:Face)<-[:HAS_FACE]-(p:Photo) WHERE NOT coalesce(f.ignored, false)
RETURN collect(p.number) AS numbers
"""

OF: tuple[LiteralString, ...] = (PHOTO_TAGS, PHOTO_EXCLUSIONS, PREDICTED_TAGS, PHOTO_PERSONS, PREDICTED_PERSONS, FACES)
ALL: tuple[LiteralString, ...] = (
    ALL_PHOTO_TAGS,
    ALL_PHOTO_EXCLUSIONS,
    ALL_PREDICTED_TAGS,
    ALL_PHOTO_PERSONS,
    ALL_PREDICTED_PERSONS,
)


async def labels_of(graph: Graph, numbers: Sequence[int]) -> LabelPostings:
    """Returns all labels of these photos."""
    gathered = _Gathered()
    for start in range(0, len(numbers), PHOTOS_PER_READ):
        some = list(numbers[start : start + PHOTOS_PER_READ])
        for kind, rows in enumerate(await asyncio.gather(*(graph.read(query, numbers=some) for query in OF))):
            gathered.add(kind, rows)
    return gathered.postings()


async def all_labels(graph: Graph) -> LabelPostings:
    """Returns all labels of all photos."""
    gathered = _Gathered()
    for kind, query in enumerate(ALL):
        gathered.add(kind, await graph.read(query))
    numbers, faces = np.unique((await graph.read(ALL_FACES))[0]["numbers"], return_counts=True)
    counted = [{"label": int(count), "numbers": numbers[faces == count].tolist()} for count in np.unique(faces)]
    gathered.add(len(ALL), counted)
    return gathered.postings()


class _Gathered:
    def __init__(self) -> None:
        self._sets: list[dict[Any, BitMap]] = [{} for _ in OF]

    def add(self, kind: int, rows: Iterable[dict[str, Any]]) -> None:
        sets = self._sets[kind]
        for row in rows:
            photos = BitMap(row["numbers"])
            sets[row["label"]] = sets[row["label"]] | photos if row["label"] in sets else photos

    def postings(self) -> LabelPostings:
        for sets in self._sets:
            for photos in sets.values():
                photos.run_optimize()
        return LabelPostings(*self._sets)


SCORED: LiteralString = """
UNWIND $ids AS id
MATCH (:Tag {id: id})<-[:PREDICTED]-(p:Photo) RETURN DISTINCT p.number AS number
"""


async def scored(graph: Graph, tag_ids: Sequence[str]) -> list[int]:
    """Returns the numbers of the photos for which a model gave any of these tags a score, however low."""
    return [row["number"] for row in await graph.read(SCORED, ids=list(tag_ids))] if tag_ids else []
