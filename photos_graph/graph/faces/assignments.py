"""The assertions of people, and of imported files, about faces: IS, IS_NOT, and which faces are ignored.

As in ``tag_edges``, a person may have 30,000 faces, so no query walks the edges of a person if the edges of the faces
suffice. An edge that changes is deleted and created again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.faces.pages import rank
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Edit, Value
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.faces import Box

Edges = dict[str, Assertion]  # by person id; on one face


@dataclass(slots=True)
class AssignedFace:
    """A face of a photo and the assertions about it."""

    id: str
    number: int  # of its photo
    photo_id: str
    ignored: bool
    quality: float
    edges: Edges = field(default_factory=dict)

    @property
    def person_id(self) -> str | None:
        return person_of(self.edges)


def person_of(edges: Edges) -> str | None:
    return next((id_ for id_, edge in edges.items() if edge.kind is AssertionKind.IS), None)


BY_IDS: LiteralString = """
UNWIND $ids AS id
MATCH (f:Face {id: id})<-[:HAS_FACE]-(p:Photo)
OPTIONAL MATCH (f)-[r:IS|IS_NOT]->(x:Person)
RETURN id AS face, p.number AS number, p.id AS photo, f.ignored AS ignored, f.quality AS quality, x.id AS person,
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via
"""

OF_PHOTOS: LiteralString = """
UNWIND $numbers AS number
MATCH (p:Photo {number: number})-[:HAS_FACE]->(f:Face)-[r:IS]->(x:Person)
RETURN f.id AS face, number, p.id AS photo, f.ignored AS ignored, f.quality AS quality, x.id AS person,
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via
"""

# Because of WITH, the engine visits each face once and does not walk the person's edges again for each.
OF_PERSONS: LiteralString = """
UNWIND $ids AS id
MATCH (:Person {id: id})<-[:IS|IS_NOT]-(f:Face)
WITH DISTINCT f
MATCH (f)<-[:HAS_FACE]-(p:Photo)
MATCH (f)-[r:IS|IS_NOT]->(x:Person)
RETURN f.id AS face, p.number AS number, p.id AS photo, f.ignored AS ignored, f.quality AS quality, x.id AS person,
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via
"""

OF_CLUSTER: LiteralString = """
MATCH (:Cluster {id: $cluster})<-[:IN_CLUSTER]-(f:Face) WHERE f.unseen IS NULL
WITH f
MATCH (f)<-[:HAS_FACE]-(p:Photo)
OPTIONAL MATCH (f)-[r:IS|IS_NOT]->(x:Person)
RETURN f.id AS face, p.number AS number, p.id AS photo, f.ignored AS ignored, f.quality AS quality, x.id AS person,
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via
"""


KNOWN: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id}) RETURN collect(id) AS ids"


async def known(tx: Transaction, face_ids: Sequence[str]) -> set[str]:
    return set((await tx.run(KNOWN, ids=list(face_ids)))[0]["ids"]) if face_ids else set()


async def by_id(tx: Transaction, face_ids: Iterable[str]) -> dict[str, AssignedFace]:
    """Returns the faces that exist, by id."""
    return _faces(await tx.run(BY_IDS, ids=list(face_ids)))


async def named_on(tx: Transaction, numbers: Iterable[int]) -> dict[str, AssignedFace]:
    """Returns the named faces on these photos, by id. Their edges include only IS."""
    return _faces(await tx.run(OF_PHOTOS, numbers=sorted(set(numbers))))


async def of_persons(tx: Transaction, person_ids: Iterable[str]) -> dict[str, AssignedFace]:
    """Returns the faces with an assertion that they are, or are not, one of these persons."""
    return _faces(await tx.run(OF_PERSONS, ids=list(person_ids)))


async def of_cluster(tx: Transaction, cluster_id: str) -> dict[str, AssignedFace]:
    """Returns the visible faces that were added to the cluster, including those that have been named since."""
    return _faces(await tx.run(OF_CLUSTER, cluster=cluster_id))


def _faces(rows: Iterable[dict[str, Any]]) -> dict[str, AssignedFace]:
    found: dict[str, AssignedFace] = {}
    for row in rows:
        face = found.get(row["face"])
        if face is None:
            ignored, quality = bool(row["ignored"]), row["quality"] or 0.0
            face = found[row["face"]] = AssignedFace(row["face"], row["number"], row["photo"], ignored, quality)
        if row["person"] is not None:
            face.edges[row["person"]] = Assertion(
                AssertionKind(row["kind"]), row["at"] or 0, row["by"] or "", row["via"]
            )
    return found


REMOVE: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS id
MATCH (f:Face {id: id})-[r:IS|IS_NOT]->(x:Person) WHERE x.id = row.person
DELETE r
"""

NAME: LiteralString = """
UNWIND $rows AS row
MATCH (x:Person {id: row.person})
UNWIND row.of AS id
MATCH (f:Face {id: id})
CREATE (f)-[:IS {at: row.at, by: row.by, via: row.via}]->(x)
"""

REJECT: LiteralString = """
UNWIND $rows AS row
MATCH (x:Person {id: row.person})
UNWIND row.of AS id
MATCH (f:Face {id: id})
CREATE (f)-[:IS_NOT {at: row.at, by: row.by}]->(x)
"""

# A match that a user rejects no longer holds.
DELETE_REJECTED_MATCH: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS id
MATCH (f:Face {id: id})-[r:LOOKS_LIKE]->(x:Person) WHERE x.id = row.person
DELETE r
"""

# A person appears once in a photo, so matches of the other faces with this person no longer hold.
UNAPPLY_OTHER_MATCHES: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS id
MATCH (:Face {id: id})<-[:HAS_FACE]-(p:Photo)
MATCH (p)-[:HAS_FACE]->(f:Face)-[r:LOOKS_LIKE]->(x:Person) WHERE f.id <> id AND x.id = row.person AND r.applied
SET r.applied = false
"""

IGNORE: LiteralString = """
UNWIND $rows AS row
UNWIND row.of AS id
MATCH (f:Face {id: id}) SET f.ignored = row.ignored
"""


async def write(tx: LabelTransaction, edits: Iterable[Edit], photo_of: Mapping[str, int]) -> None:
    """Replaces the state before each edit by the state after it, in at most six queries. ``photo_of`` maps each face to
    the number of its photo."""
    rows: dict[LiteralString, list[dict[str, object]]] = {}
    for edit in edits:
        tx.touch(labelled=[photo_of[face_id] for face_id in edit.faces])
        of: dict[str, object] = {"of": list(edit.faces), "person": edit.label_id}
        if not edit.faces:
            continue
        if isinstance(edit.before, Assertion):
            rows.setdefault(REMOVE, []).append(of)
        after = edit.after
        if isinstance(after, Value):
            rows.setdefault(IGNORE, []).append({**of, "ignored": bool(after.value)})
        elif isinstance(after, Assertion):
            values = {**of, "at": after.at_ms, "by": after.by, "via": after.via}
            rows.setdefault(NAME if after.kind is AssertionKind.IS else REJECT, []).append(values)
            is_named = after.kind is AssertionKind.IS
            rows.setdefault(UNAPPLY_OTHER_MATCHES if is_named else DELETE_REJECTED_MATCH, []).append(of)
    for query in (REMOVE, NAME, REJECT, DELETE_REJECTED_MATCH, UNAPPLY_OTHER_MATCHES, IGNORE):
        if query in rows:
            await tx.run(query, rows=rows[query])


BOXES: LiteralString = """
MATCH (:Photo {id: $photo})-[:HAS_FACE]->(f:Face)
RETURN f.id AS id, f.x AS x, f.y AS y, f.width AS width, f.height AS height
"""


async def boxes(tx: Transaction, photo_id: str) -> dict[str, Box]:
    """Returns the boxes of all faces of a photo, by id."""
    rows = await tx.run(BOXES, photo=photo_id)
    return {row["id"]: Box(row["x"], row["y"], row["width"], row["height"]) for row in rows if row["x"] is not None}


@dataclass(frozen=True, slots=True)
class FaceDescription:
    """The result of a model for a face. ``vector`` is base64 of little-endian float32."""

    model: str  # the embedder
    vector: str
    quality: float  # 0..1


DRAW: LiteralString = """
MATCH (p:Photo {id: $photo})
CREATE (p)-[:HAS_FACE]->(:Face {id: $id, x: $x, y: $y, width: $width, height: $height, score: 1.0, quality: $quality,
  rank: $rank, ignored: false, source: 'MANUAL', model: $model, vector: $vector, at: $at, by: $by})
SET p.facesDue = CASE WHEN $model IS NULL THEN p.number ELSE p.facesDue END
RETURN p.number AS number
"""


async def draw(
    tx: LabelTransaction,
    photo_id: str,
    face_id: str,
    box: Box,
    described: FaceDescription | None,
    at_ms: int,
    by: str,
) -> int | None:
    """Creates a face that a user drew. If ``described`` is None, a job describes it later. Returns the number of the
    photo, or None if there is no such photo."""
    quality = described.quality if described else 0.0
    rows = await tx.run(
        DRAW,
        photo=photo_id,
        id=face_id,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        quality=quality,
        rank=rank(quality, face_id),
        model=described.model if described else None,
        vector=described.vector if described else None,
        at=at_ms,
        by=by,
    )
    tx.touch(labelled=[row["number"] for row in rows])
    return rows[0]["number"] if rows else None
