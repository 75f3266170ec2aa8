"""The assertions of people, and of imported files, about faces: IS, IS_NOT, and which faces are ignored.

As in ``tag_edges``, a person may have 30,000 faces, so no query walks the edges of a person if the edges of the faces
suffice. An edge that changes is deleted and created again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Edit, Value
from photos_graph.graph.labels.transaction import LabelTransaction

Edges = dict[str, Assertion]  # by person id; on one face


@dataclass(slots=True)
class AssignedFace:
    """A face of a photo and the assertions about it. ``ignored`` tells whether it is, and ``said_ignored`` what a
    person said about that, or None."""

    id: str
    number: int  # of its photo
    photo_id: str
    ignored: bool
    quality: float
    edges: Edges = field(default_factory=dict)
    said_ignored: bool | None = None

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
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via,
  f.passedOver AS passedOver, f.noticed AS noticed
"""

# Because of WITH, the engine visits each face once and does not walk the person's edges again for each.
OF_PERSONS: LiteralString = """
UNWIND $ids AS id
MATCH (:Person {id: id})<-[:IS|IS_NOT]-(f:Face)
WITH DISTINCT f
MATCH (f)<-[:HAS_FACE]-(p:Photo)
MATCH (f)-[r:IS|IS_NOT]->(x:Person)
RETURN f.id AS face, p.number AS number, p.id AS photo, f.ignored AS ignored, f.quality AS quality, x.id AS person,
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via,
  f.passedOver AS passedOver, f.noticed AS noticed
"""

OF_CLUSTER: LiteralString = """
MATCH (:Cluster {id: $cluster})<-[:IN_CLUSTER]-(f:Face) WHERE f.unseen IS NULL
WITH f
MATCH (f)<-[:HAS_FACE]-(p:Photo)
OPTIONAL MATCH (f)-[r:IS|IS_NOT]->(x:Person)
RETURN f.id AS face, p.number AS number, p.id AS photo, f.ignored AS ignored, f.quality AS quality, x.id AS person,
  type(r) AS kind, r.at AS at, r.by AS by, r.via AS via,
  f.passedOver AS passedOver, f.noticed AS noticed
"""


KNOWN: LiteralString = "UNWIND $ids AS id MATCH (f:Face {id: id}) RETURN collect(id) AS ids"


async def known(tx: Transaction, face_ids: Sequence[str]) -> set[str]:
    return set((await tx.run(KNOWN, ids=list(face_ids)))[0]["ids"]) if face_ids else set()


async def by_id(tx: Transaction, face_ids: Iterable[str]) -> dict[str, AssignedFace]:
    """Returns the faces that exist, by id."""
    return _faces(await tx.run(BY_IDS, ids=list(face_ids)))


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
            by_person = ignored and row["passedOver"] is None
            face.said_ignored = False if row["noticed"] else by_person or None
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
SET f.ignored = coalesce(f.ignored, false) AND f.passedOver IS NULL, f.passedOver = null
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

# A model gives a person to one face of a photo, so its matches of the other faces with this person no longer hold.
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
MATCH (f:Face {id: id}) SET f.ignored = row.ignored, f.noticed = row.noticed, f.passedOver = null
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
            rows.setdefault(IGNORE, []).append(
                {**of, "ignored": bool(after.value), "noticed": after.value is False or None}
            )
        elif isinstance(after, Assertion):
            values = {**of, "at": after.at_ms, "by": after.by, "via": after.via}
            rows.setdefault(NAME if after.kind is AssertionKind.IS else REJECT, []).append(values)
            is_named = after.kind is AssertionKind.IS
            rows.setdefault(UNAPPLY_OTHER_MATCHES if is_named else DELETE_REJECTED_MATCH, []).append(of)
    for query in (REMOVE, NAME, REJECT, DELETE_REJECTED_MATCH, UNAPPLY_OTHER_MATCHES, IGNORE):
        if query in rows:
            await tx.run(query, rows=rows[query])
