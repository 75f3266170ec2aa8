"""The questions that a model asks people: ``(:Question)``, a working list that is always replaced as a whole.

A question refers to its subjects by id, not by edges. It disappears when the model has other questions, and readers
detect subjects that have been removed since.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.model.learning import ModelKind, Question

QUESTIONS_PER_QUERY = 1_000
REVISION = "questions"  # the name under which the revision of all questions is kept

CLEAR: LiteralString = "MATCH (q:Question {kind: $kind}) WHERE q.audit IS NULL DETACH DELETE q"
CLEAR_AUDIT: LiteralString = "MATCH (q:Question {kind: 'TAGS'}) WHERE q.audit DETACH DELETE q"
PUT: LiteralString = """
UNWIND $rows AS row
CREATE (:Question {id: row.id, kind: $kind, rank: row.rank, photo: row.photo, face: row.face, label: row.label,
  name: row.name, score: row.score, reason: row.reason, named: row.named, audit: row.audit})
"""
STAMP: LiteralString = "MERGE (m:Meta {name: $name}) SET m.value = $value"
STAMPED: LiteralString = "MATCH (m:Meta {name: $name}) RETURN m.value AS value"


async def replace(tx: Transaction, kind: ModelKind, stamp: str, asked: Sequence[Question]) -> None:
    """Replaces the questions. ``asked`` is sorted best first, and ``stamp`` identifies what they were made from."""
    await tx.run(CLEAR, kind=kind.value)
    await _put(tx, kind, asked)
    await tx.run(STAMP, name=f"questions {kind.value}", value=stamp)


async def replace_audit(tx: Transaction, asked: Sequence[Question]) -> None:
    """Replaces the questions of the audit of tags, which ``replace`` leaves alone."""
    await tx.run(CLEAR_AUDIT)
    await _put(tx, ModelKind.TAGS, asked, audit=True)


async def _put(tx: Transaction, kind: ModelKind, asked: Sequence[Question], audit: bool | None = None) -> None:
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
            "named": each.named,
            "audit": audit,
        }
        for rank, each in enumerate(asked)
    ]
    for start in range(0, len(rows), QUESTIONS_PER_QUERY):
        await tx.run(PUT, kind=kind.value, rows=rows[start : start + QUESTIONS_PER_QUERY])
    # A number that no other list has, not a counter, which a restored back-up would set back.
    await tx.run(STAMP, name=REVISION, value=secrets.randbits(62))


# The query writes before it reads, so that the second of two processes sees what the first one did.
CLAIM_AUDIT: LiteralString = """
MERGE (m:Meta {name: 'audit'})
SET m.lookedAt = $now
WITH m, m.value AS due
SET m.value = CASE WHEN due IS NULL OR due <= $now OR due > $next THEN $next ELSE due END
RETURN due IS NOT NULL AND due <= $now AS isDue
"""


async def claim_audit(tx: Transaction, now_ms: int, next_ms: int) -> bool:
    """Returns whether it is time for an audit. If several ask at once, only the first gets True. The first time comes
    at ``next_ms``, and so does a time that is later because the clock was set back."""
    return bool((await tx.run(CLAIM_AUDIT, now=now_ms, next=next_ms))[0]["isDue"])


async def stamp(graph: Graph, kind: ModelKind) -> str | None:
    rows = await graph.read(STAMPED, name=f"questions {kind.value}")
    return rows[0]["value"] if rows else None


async def revision(graph: Graph) -> int:
    """Returns a number that is another one after each replacement of questions, by any process."""
    rows = await graph.read(STAMPED, name=REVISION)
    return int(rows[0]["value"]) if rows else 0


OPEN: LiteralString = """
MATCH (q:Question)
RETURN collect([q.kind, q.rank, q.photo, q.face, q.label, q.name, q.score, q.reason, q.named]) AS asked
"""
FACES: LiteralString = """
UNWIND $ids AS id
MATCH (f:Face {id: id})
RETURN collect([id, coalesce(f.ignored, false), f.reviewedAs, [(f)-[:IS]->(x:Person) | x.id],
  [(f)-[:IS_NOT]->(x:Person) | x.id]]) AS faces
"""


@dataclass(frozen=True, slots=True)
class AskedFace:
    """A face in a question. ``reviewed_as`` is the person whom a user confirmed in the review queue."""

    ignored: bool
    reviewed_as: str | None
    person_id: str | None
    not_persons: frozenset[str]

    def settles(self, question: Question) -> bool:
        if self.ignored or question.label_id in self.not_persons:
            return True
        if question.named:
            return self.person_id != question.label_id or self.reviewed_as == question.label_id
        return self.person_id is not None


async def asked(graph: Graph) -> dict[str, tuple[int, Question]]:
    """Returns (rank, question) by key, best first, with questions about tags and about persons in turn. All questions
    are read, because there are at most a few thousand."""
    rows = (await graph.read(OPEN))[0]["asked"]
    found = [
        (rank, Question(ModelKind(kind), photo, face, label, name, score, reason, bool(named)))
        for kind, rank, photo, face, label, name, score, reason, named in rows
    ]
    unique: dict[str, tuple[int, Question]] = {}  # an audit may ask what is asked anyway
    for pair in sorted(found, key=lambda pair: (pair[0], pair[1].key)):
        unique.setdefault(pair[1].key, pair)
    return unique


async def faces(graph: Graph, face_ids: Sequence[str]) -> dict[str, AskedFace]:
    """Returns the faces that exist, by id."""
    rows = (await graph.read(FACES, ids=list(face_ids)))[0]["faces"]
    return {
        id_: AskedFace(ignored, reviewed, next(iter(assigned), None), frozenset(rejected))
        for id_, ignored, reviewed, assigned, rejected in rows
    }
