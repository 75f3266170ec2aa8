"""Faces as clients see them: by photo, by id, and in pages, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.windows import AFTER_ALL, BEFORE_ALL, RankRegion, RankScale
from photos_graph.model.faces import Box, Face, FaceFilter
from photos_graph.model.labels import TagSource
from photos_graph.search.listing import Stretch
from photos_graph.search.person_faces import RankedFace

SHOWN: LiteralString = """
RETURN p.id AS photo, p.number AS number, p.look AS look,
  f {.id, .x, .y, .width, .height, .score, .quality, .ignored, .passedOver} AS face,
  [(f)-[r:IS]->(x:Person) | [x.id, r.via]] AS assigned,
  [(f)-[:IS_NOT]->(x:Person) | x.id] AS rejected,
  [(f)-[r:LOOKS_LIKE]->(x:Person) | [x.id, r.score, r.applied]] AS matches
"""

OF_PHOTOS: LiteralString = "UNWIND $ids AS id MATCH (p:Photo {id: id})-[:HAS_FACE]->(f:Face)" + SHOWN
BY_IDS: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id})<-[:HAS_FACE]-(p:Photo)" + SHOWN


async def faces_of(graph: Graph, photo_ids: Sequence[str]) -> dict[str, list[Face]]:
    """Returns the faces of each photo from left to right, including ignored ones."""
    found: dict[str, list[Face]] = {}
    for row in await graph.read(OF_PHOTOS, ids=list(photo_ids)):
        found.setdefault(row["photo"], []).append(_face(row))
    for faces in found.values():
        faces.sort(key=lambda face: (face.box.x, face.box.y, face.id))
    return found


async def faces_by_id(graph: Graph, face_ids: Sequence[str]) -> dict[str, Face]:
    return {row["face"]["id"]: _face(row) for row in await graph.read(BY_IDS, ids=list(face_ids))}


def _face(row: dict[str, Any]) -> Face:
    values, rejected = row["face"], set(row["rejected"])
    ignored, assigned = bool(values["ignored"]), row["assigned"]
    matches = sorted(
        (match for match in row["matches"] if match[0] not in rejected and not assigned), key=lambda match: -match[1]
    )
    sure = [person for person, _, applied in matches if applied and not ignored]
    person, source = None, None
    if assigned:
        [person, via], *_ = assigned
        source = TagSource(via or "MANUAL")
    elif sure:
        person, source = sure[0], TagSource.PREDICTED
    return Face(
        id=values["id"],
        photo_id=row["photo"],
        photo_number=row["number"],
        box=Box(values["x"] or 0.0, values["y"] or 0.0, values["width"] or 0.0, values["height"] or 0.0),
        confidence=values["score"] or 0.0,
        quality=values["quality"] or 0.0,
        ignored=ignored,
        ignored_by=_ignored_by(values),
        person_id=person,
        source=source,
        similar_persons=tuple((match[0], match[1]) for match in matches),
        photo_look=row["look"],
    )


def _ignored_by(values: dict[str, Any]) -> TagSource | None:
    if not values["ignored"]:
        return None
    return TagSource.MANUAL if values["passedOver"] is None else TagSource.PREDICTED


_STEPS = 999_999  # steps of quality that a rank distinguishes
_SCALE = RankScale(6)


def rank(quality: float, face_id: str) -> str:
    """Returns ``Face.rank``, which must be written together with ``Face.quality``. The best face has the lowest rank.

    It is a string, because the indexes of the embedded engine serve ranges of strings only.
    """
    return _SCALE.rank(_steps(quality), face_id)


def face_id_of(rank: str) -> str:
    return _SCALE.id_of(rank)


def _steps(quality: float) -> int:
    return round((1 - min(max(quality, 0.0), 1.0)) * _STEPS)


# Assertions decide whose face it is. Without one, an applied match does, unless the face is ignored.
THEIRS: LiteralString = """(EXISTS { (f)-[:IS]->(:Person {id: $person}) } OR (NOT coalesce(f.ignored, false)
    AND NOT EXISTS { (f)-[:IS]->(:Person) }
    AND EXISTS { MATCH (f)-[r:LOOKS_LIKE]->(:Person {id: $person}) WHERE r.applied }))"""
ASSIGNED: LiteralString = """(EXISTS { (f)-[:IS]->(:Person) } OR (NOT coalesce(f.ignored, false)
    AND EXISTS { MATCH (f)-[r:LOOKS_LIKE]->(:Person) WHERE r.applied }))"""

# The faces of a cluster that are visible and count towards its size.
NAMELESS: LiteralString = """f.unseen IS NULL AND NOT coalesce(f.ignored, false)
    AND NOT EXISTS { (f)-[:IS]->(:Person) }"""

# Each query starts where the fewest faces are. WITH keeps the planner from starting elsewhere.
OF_PHOTO: LiteralString = "MATCH (:Photo {id: $photo})-[:HAS_FACE]->(f:Face) WITH f\n"
OF_CLUSTER: LiteralString = """
MATCH (:Cluster {id: $cluster})<-[:IN_CLUSTER]-(f:Face)
WHERE NOT coalesce(f.ignored, false) AND NOT EXISTS { (f)-[:IS]->(:Person) }
WITH f
"""
OF_PERSON: LiteralString = """
MATCH (:Person {id: $person})<-[:IS|LOOKS_LIKE]-(f:Face) WITH DISTINCT f
"""
# Without the hint, Neo4j walks all faces in the order of their ranks until a page is full.
IGNORED: LiteralString = "MATCH (f:Face {ignored: true}) USING INDEX f:Face(ignored) WITH f\n"
BY_RANK: LiteralString = "MATCH (f:Face) WHERE f.rank > $after AND f.rank < $before WITH f\n"

FITTING: LiteralString = (
    """WHERE f.unseen IS NULL AND ($least IS NULL OR f.quality >= $least)
  AND ($ignored IS NULL OR coalesce(f.ignored, false) = $ignored)
  AND ($person IS NULL OR """
    + THEIRS
    + """)
  AND ($assigned IS NULL OR """
    + ASSIGNED
    + """ = $assigned)
"""
)
PAGE: LiteralString = (
    FITTING
    + """  AND f.rank > $after AND f.rank < $before
RETURN f.rank AS rank ORDER BY rank LIMIT $limit
"""
)
PAGE_FROM_END: LiteralString = (
    FITTING
    + """  AND f.rank > $after AND f.rank < $before
RETURN f.rank AS rank ORDER BY rank DESC LIMIT $limit
"""
)
COUNT: LiteralString = FITTING + "RETURN count(f) AS faces"

PAGES: dict[str, LiteralString] = {
    "photo": OF_PHOTO + PAGE,
    "cluster": OF_CLUSTER + PAGE,
    "person": OF_PERSON + PAGE,
    "ignored": IGNORED + PAGE,
}
PAGES_FROM_END: dict[str, LiteralString] = {
    "photo": OF_PHOTO + PAGE_FROM_END,
    "cluster": OF_CLUSTER + PAGE_FROM_END,
    "person": OF_PERSON + PAGE_FROM_END,
    "ignored": IGNORED + PAGE_FROM_END,
}
COUNTS: dict[str, LiteralString] = {
    "photo": OF_PHOTO + COUNT,
    "cluster": OF_CLUSTER + COUNT,
    "person": OF_PERSON + COUNT,
    "ignored": IGNORED + COUNT,
}
PAGE_BY_RANK: LiteralString = BY_RANK + PAGE
PAGE_BY_RANK_FROM_END: LiteralString = BY_RANK + PAGE_FROM_END
COUNT_BY_RANK: LiteralString = BY_RANK + COUNT
# The engines answer these three without visiting each face.
COUNT_ALL: LiteralString = "MATCH (f:Face) RETURN count(f) AS faces"
COUNT_UNSEEN: LiteralString = "MATCH (f:Face {unseen: true}) RETURN count(f) AS faces"
COUNT_IGNORED: LiteralString = "MATCH (f:Face {ignored: true}) RETURN count(f) AS faces"
COUNT_UNSEEN_IGNORED: LiteralString = "MATCH (f:Face {unseen: true}) WHERE f.ignored RETURN count(f) AS faces"


async def ranks(graph: Graph, wanted: FaceFilter, stretch: Stretch) -> list[str]:
    """Returns the ranks of a part of the faces, the best first. A rank identifies a face. The keys are (0, rank)."""
    values = _values(wanted)
    after = stretch.after[1] if stretch.after is not None else BEFORE_ALL
    before = stretch.before[1] if stretch.before is not None else AFTER_ALL
    if (start := _start(wanted)) is not None:
        query = (PAGES_FROM_END if stretch.from_end else PAGES)[start]
        rows = await graph.read(query, **values, after=after, before=before, limit=stretch.limit)
        return [row["rank"] for row in rows]

    async def read(after: str, before: str, limit: int) -> list[str]:
        query = PAGE_BY_RANK_FROM_END if stretch.from_end else PAGE_BY_RANK
        rows = await graph.read(query, **values, after=after, before=before, limit=limit)
        return [row["rank"] for row in rows]

    faces = int((await graph.read(COUNT_ALL))[0]["faces"])
    worst = _steps(wanted.min_quality or 0.0)
    # Many faces may have no quality, because no model has looked at them.
    regions = [RankRegion(0, _STEPS, faces), RankRegion(_STEPS, _STEPS + 1, faces)]
    if worst < _STEPS:
        regions = [RankRegion(0, worst + 1, max(faces * (worst + 1) // _STEPS, 1))]
    return await _SCALE.read(read, regions, after, before, stretch.limit, stretch.from_end)


FIRST_OF_CLUSTERS: LiteralString = (
    """
UNWIND $ids AS id
CALL (id) {
  MATCH (:Cluster {id: id})<-[:IN_CLUSTER]-(f:Face)
  WHERE """
    + NAMELESS
    + """
  RETURN f.rank AS rank ORDER BY rank LIMIT $limit
}
RETURN id AS of, rank ORDER BY rank
"""
)


async def first_of_clusters(graph: Graph, cluster_ids: Sequence[str], limit: int) -> dict[str, list[str]]:
    """Returns the ranks of the best faces of each cluster."""
    return _by_owner(await graph.read(FIRST_OF_CLUSTERS, ids=list(cluster_ids), limit=limit))


# Assertions decide whose face it is. Without one, an applied match does, unless the face is ignored. A list for each
# person takes a fraction of the time of a record for each face.
ALL_OF_PERSONS: LiteralString = """
UNWIND $ids AS id
MATCH (:Person {id: id})<-[r:IS|LOOKS_LIKE]-(f:Face)
WHERE f.unseen IS NULL AND (type(r) = 'IS'
  OR (r.applied AND NOT coalesce(f.ignored, false) AND NOT EXISTS { (f)-[:IS]->(:Person) }))
MATCH (f)<-[:HAS_FACE]-(p:Photo)
RETURN id AS of, collect([f.rank, p.number, type(r) = 'IS' AND NOT coalesce(f.ignored, false)]) AS faces
"""


async def all_of_persons(graph: Graph, person_ids: Sequence[str]) -> dict[str, list[RankedFace]]:
    """Returns all faces of each person, in any order."""
    found: dict[str, list[RankedFace]] = {id_: [] for id_ in person_ids}
    for row in await graph.read(ALL_OF_PERSONS, ids=list(person_ids)):
        found[row["of"]] = [RankedFace(*face) for face in row["faces"]]
    return found


def _by_owner(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["of"], []).append(row["rank"])
    return found


async def count(graph: Graph, wanted: FaceFilter) -> int:
    """Returns the number of faces. No face is visited for all of them, nor for those that are ignored or not."""
    if wanted == FaceFilter():
        return await _count(graph, COUNT_ALL) - await _count(graph, COUNT_UNSEEN)
    if wanted == FaceFilter(ignored=True):
        return await _count(graph, COUNT_IGNORED) - await _count(graph, COUNT_UNSEEN_IGNORED)
    if wanted == FaceFilter(ignored=False):
        return await count(graph, FaceFilter()) - await count(graph, FaceFilter(ignored=True))
    values = _values(wanted)
    if (start := _start(wanted)) is not None:
        return await _count(graph, COUNTS[start], **values)
    worst = _steps(wanted.min_quality or 0.0)
    before = _SCALE.rank(worst + 1, "") if worst < _STEPS else AFTER_ALL
    return await _count(graph, COUNT_BY_RANK, **values, after=BEFORE_ALL, before=before)


async def _count(graph: Graph, query: LiteralString, **values: object) -> int:
    return int((await graph.read(query, **values))[0]["faces"])


def _start(wanted: FaceFilter) -> str | None:
    if wanted.photo_id is not None:
        return "photo"
    if wanted.cluster_id is not None:
        return "cluster"
    if wanted.person_id is not None:
        return "person"
    return "ignored" if wanted.ignored else None


def _values(wanted: FaceFilter) -> dict[str, object]:
    return {
        "photo": wanted.photo_id,
        "person": wanted.person_id,
        "cluster": wanted.cluster_id,
        "assigned": wanted.assigned,
        "ignored": wanted.ignored,
        "least": wanted.min_quality,
    }
