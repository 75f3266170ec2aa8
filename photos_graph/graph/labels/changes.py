"""What every bulk write leaves behind, so that it can be undone: ``(:Part)-[:OF]->(:Change)``.

A part is one edit, from a state before to a state after, of many photos, folders or faces alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Iterable
from dataclasses import asdict, astuple, dataclass, field, replace
from enum import StrEnum
from typing import Any, LiteralString
from uuid import uuid4

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import corrections
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model import LabelKind, ModelKind

CHUNK = 10_000  # photos or faces in one part, so that no property grows beyond what the engines like


class AssertionKind(StrEnum):
    TAGGED = "TAGGED"
    EXCLUDES = "EXCLUDES"
    IS = "IS"
    IS_NOT = "IS_NOT"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A label of one tag on one photo or folder, or of one person on one face. Only TAGGED and IS have ``via``, their
    provenance; only TAGGED on a folder has ``recursive``."""

    kind: AssertionKind
    at_ms: int  # since the epoch
    by: str
    via: str | None = None
    recursive: bool | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A rating, a favourite, or whether a face is ignored. ``at_ms`` is None where the value is the file's own or the
    default, and for faces."""

    value: int | bool | None
    at_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PersonState:
    """Everything about a person except their faces. ``cover``: the id of a face that somebody chose."""

    name: str
    is_me: bool
    hidden: bool
    cover: str | None
    at_ms: int
    by: str


State = Assertion | Value | PersonState | None  # None: there is no edge, or no such person


@dataclass(frozen=True, slots=True)
class Edit:
    """Takes ``photos`` (by number), ``folders`` and ``faces`` (by id) from one state to another. With none of them it
    is an edit of the person ``label_id``."""

    before: State
    after: State
    label_id: str | None = None  # the tag or person that an edge leads to; None: not of an edge
    photos: tuple[int, ...] = ()
    folders: tuple[str, ...] = ()
    faces: tuple[str, ...] = ()

    def reversed(self) -> Edit:
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Change:
    operation: str  # as "TAG_PHOTOS"
    kind: LabelKind
    by: str
    at_ms: int
    edits: tuple[Edit, ...]
    id: str = field(default_factory=lambda: uuid4().hex)
    undoes: str | None = None  # the id of the change that this one took back
    undone: bool = False


def now_ms() -> int:
    return time.time_ns() // 1_000_000


SingleEdit = tuple[Hashable, State, State, str | None]  # photo, folder or face; before, after, label id


def grouped(edits: Iterable[SingleEdit]) -> tuple[Edit, ...]:
    """Groups edits of single photos (by number) or folders (by id) that make the same change."""
    return tuple(
        Edit(
            before,
            after,
            label_id,
            tuple(each for each in of if isinstance(each, int)),
            tuple(each for each in of if isinstance(each, str)),
        )
        for (before, after, label_id), of in _alike(edits).items()
    )


def grouped_faces(edits: Iterable[SingleEdit]) -> tuple[Edit, ...]:
    """Groups edits of single faces (by id) that make the same change."""
    return tuple(Edit(*states, faces=tuple(of)) for states, of in _alike(edits).items())


def _alike(edits: Iterable[SingleEdit]) -> dict[tuple[State, State, str | None], list[Any]]:
    alike: dict[tuple[State, State, str | None], list[Any]] = {}
    for of, before, after, label_id in edits:
        if before != after:
            alike.setdefault((before, after, label_id), []).append(of)
    return alike


RECORD: LiteralString = """
CREATE (c:Change {id: $id, kind: $kind, what: $what, by: $by, at: $at, undoes: $undoes, undone: false})
WITH c
UNWIND $parts AS part
CREATE (:Part {tag: part.label, before: part.before, after: part.after, photos: part.photos, folders: part.folders,
  faces: part.faces})-[:OF]->(c)
"""

UNDONE: LiteralString = "MATCH (c:Change {id: $id}) SET c.undone = $undone RETURN c.undoes AS undoes"


LEARNT = {LabelKind.TAGS: ModelKind.TAGS, LabelKind.FACES: ModelKind.PERSONS}


async def record(tx: LabelTransaction, change: Change) -> str | None:
    """Stores the change and returns its id, or None if it has no edits. Labels that a model learns from are counted as
    corrections."""
    if not change.edits:
        return None
    if (kind := LEARNT.get(change.kind)) and (size := _size(change)):
        await corrections.count(tx, kind, size)
    await tx.run(
        RECORD,
        id=change.id,
        kind=change.operation,
        what=change.kind.value,
        by=change.by,
        at=change.at_ms,
        undoes=change.undoes,
        parts=[part for edit in change.edits for part in _parts(edit)],
    )
    return change.id


def _size(change: Change) -> int:
    """Counts the photos, folders and faces, each once; a folder counts as one, whatever is in it."""
    return len({of for edit in change.edits for of in (*edit.photos, *edit.folders, *edit.faces)})


async def mark_undone(tx: LabelTransaction, change: Change) -> None:
    """Marks the change as undone. If it is an undo itself, the change that it reverted stands again."""
    await tx.run(UNDONE, id=change.id, undone=True)
    if change.undoes is not None:
        await tx.run(UNDONE, id=change.undoes, undone=False)


def _parts(edit: Edit) -> list[dict[str, object]]:
    size = max(len(edit.photos), len(edit.folders), len(edit.faces), 1)
    return [
        {
            "label": edit.label_id,
            "before": _packed(edit.before),
            "after": _packed(edit.after),
            "photos": list(edit.photos[start : start + CHUNK]),
            "folders": list(edit.folders[start : start + CHUNK]),
            "faces": list(edit.faces[start : start + CHUNK]),
        }
        for start in range(0, size, CHUNK)
    ]


def _packed(state: State) -> str:
    if state is None:
        return ""
    return json.dumps(asdict(state) if isinstance(state, PersonState) else astuple(state))


def _unpacked(packed: str) -> State:
    if not packed:
        return None
    values: Any = json.loads(packed)
    if isinstance(values, dict):
        return PersonState(**values)
    kind = values[0]
    return Assertion(AssertionKind(kind), *values[1:]) if isinstance(kind, str) else Value(*values)


GET: LiteralString = """
MATCH (c:Change {id: $id})<-[:OF]-(part:Part)
RETURN c.kind AS kind, c.what AS what, c.by AS by, c.at AS at, c.undoes AS undoes, c.undone AS undone,
  collect([part.tag, part.before, part.after, part.photos, part.folders, part.faces]) AS parts
"""


async def get(tx: Transaction, change_id: str) -> Change | None:
    rows = await tx.run(GET, id=change_id)
    if not rows:
        return None
    row = rows[0]
    edits = tuple(
        Edit(_unpacked(before), _unpacked(after), label, tuple(photos), tuple(folders), tuple(faces or ()))
        for label, before, after, photos, folders, faces in row["parts"]
    )
    return Change(
        row["kind"], LabelKind(row["what"]), row["by"], row["at"], edits, change_id, row["undoes"], row["undone"]
    )
