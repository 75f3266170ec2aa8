"""What a model asks people: ``(:Question)``, a working list that is replaced whole.

Whom and what it asks about stands in it by id, not by edges: it goes when the model has other questions, and what was
removed meanwhile is noticed by who reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from photos_graph.graph.connection import Graph, Transaction
from photos_graph.model import ModelKind, Question

AT_ONCE = 1_000  # questions in one query

CLEAR: LiteralString = "MATCH (q:Question {kind: $kind}) DETACH DELETE q"
PUT: LiteralString = """
UNWIND $rows AS row
CREATE (:Question {id: row.id, kind: $kind, rank: row.rank, photo: row.photo, face: row.face, label: row.label,
  name: row.name, score: row.score, reason: row.reason})
"""
STAMP: LiteralString = "MERGE (m:Meta {name: $name}) SET m.value = $value"
STAMPED: LiteralString = "MATCH (m:Meta {name: $name}) RETURN m.value AS value"


async def replace(tx: Transaction, kind: ModelKind, stamp: str, asked: Sequence[Question]) -> None:
    """``asked``: best first. ``stamp``: what they were made from."""
    await tx.run(CLEAR, kind=kind.value)
    rows = [
        {
            "id": f"{kind.value} {each.face_id or each.photo_id} {each.label_id or each.name}",
            "rank": rank,
            "photo": each.photo_id,
            "face": each.face_id,
            "label": each.label_id,
            "name": each.name,
            "score": each.score,
            "reason": each.reason,
        }
        for rank, each in enumerate(asked)
    ]
    for start in range(0, len(rows), AT_ONCE):
        await tx.run(PUT, kind=kind.value, rows=rows[start : start + AT_ONCE])
    await tx.run(STAMP, name=f"questions {kind.value}", value=stamp)


async def stamp(graph: Graph, kind: ModelKind) -> str | None:
    rows = await graph.read(STAMPED, name=f"questions {kind.value}")
    return rows[0]["value"] if rows else None


OPEN: LiteralString = """
MATCH (q:Question)
WHERE ($kind IS NULL OR q.kind = $kind) AND ($label IS NULL OR q.label = $label)
RETURN collect([q.kind, q.rank, q.photo, q.face, q.label, q.name, q.score, q.reason]) AS asked
"""
ANSWERED: LiteralString = """
UNWIND $faces AS id
MATCH (f:Face {id: id})
WHERE coalesce(f.ignored, false) OR EXISTS { (f)-[:IS]->(:Person) }
RETURN collect([id, null]) AS faces
"""
DENIED: LiteralString = """
UNWIND $faces AS id
MATCH (f:Face {id: id})-[:IS_NOT]->(x:Person)
RETURN collect([id, x.id]) AS faces
"""


async def asked(graph: Graph, kind: ModelKind | None, label_id: str | None) -> list[tuple[int, Question]]:
    """(rank, question), best first, those of tags and those of persons in turn. All that stand are read: they are a
    few thousand at most."""
    rows = (await graph.read(OPEN, kind=kind and kind.value, label=label_id))[0]["asked"]
    found = [
        (rank, Question(ModelKind(kind_), photo, face, label, name, score, reason))
        for kind_, rank, photo, face, label, name, score, reason in rows
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].key))


async def answered_faces(graph: Graph, face_ids: Sequence[str]) -> set[tuple[str, str | None]]:
    """(face, None): it has a name, or is ignored; (face, person): it is not them."""
    found: set[tuple[str, str | None]] = set()
    for query in (ANSWERED, DENIED):
        rows = await graph.read(query, faces=list(face_ids))
        found |= {(face, person) for face, person in rows[0]["faces"]}
    return found


# ``Photo.deniedClasses``: names of classes that somebody said the photo is not of, and for which there is no tag.
DENY: LiteralString = """
UNWIND $rows AS row
MATCH (p:Photo {id: row.photo})
SET p.deniedClasses = coalesce(p.deniedClasses, []) + [row.name]
"""
FORGET: LiteralString = "UNWIND $ids AS id MATCH (q:Question {id: id}) DETACH DELETE q"
ALL_DENIED: LiteralString = (
    "MATCH (p:Photo) WHERE p.deniedClasses IS NOT NULL RETURN collect([p.id, p.deniedClasses]) AS photos"
)


async def deny_classes(tx: Transaction, pairs: Sequence[tuple[str, str]]) -> None:
    """Of (photo, name of a class): it is not asked again."""
    await tx.run(DENY, rows=[{"photo": photo, "name": name} for photo, name in pairs])
    await tx.run(FORGET, ids=[f"{ModelKind.TAGS.value} {photo} {name}" for photo, name in pairs])


async def denied_classes(graph: Graph) -> set[tuple[str, str]]:
    rows = await graph.read(ALL_DENIED)
    return {(photo, name) for photo, names in rows[0]["photos"] for name in names}
