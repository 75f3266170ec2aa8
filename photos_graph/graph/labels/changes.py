"""What every bulk write leaves behind, so that it can be undone: ``(:Part)-[:OF]->(:Change)``.

A part is one shift of state, from before to after, that many photos, folders or faces went through alike.
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
from photos_graph.graph.learning import schedules
from photos_graph.model import ModelKind

CHUNK = 10_000  # photos or faces in one part, so that no property grows beyond what the engines like


class AssertionKind(StrEnum):
    TAGGED = "TAGGED"
    EXCLUDES = "EXCLUDES"
    IS = "IS"
    IS_NOT = "IS_NOT"


@dataclass(frozen=True, slots=True)
class Assertion:
    """What was said of one tag on one photo or folder, or of one person on one face. ``via`` of TAGGED and IS alone,
    ``recursive`` of TAGGED on folders alone."""

    kind: AssertionKind
    at_ms: int  # since the epoch
    by: str
    via: str | None = None
    recursive: bool | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A rating, a favourite, or whether a face is ignored. ``at_ms`` is None where no person said it, but the file,
    or nobody; and of faces."""

    value: int | bool | None
    at_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PersonState:
    """All that a person is but their faces. ``cover``: the id of a face that somebody chose."""

    name: str
    is_me: bool
    hidden: bool
    cover: str | None
    at_ms: int
    by: str


State = Assertion | Value | PersonState | None  # None: there is no edge, or no such person


class What(StrEnum):
    TAGS = "TAGS"
    RATING = "RATING"
    FAVOURITE = "FAVOURITE"
    FACES = "FACES"  # and the persons themselves


@dataclass(frozen=True, slots=True)
class Edit:
    """``photos`` by number, ``folders`` and ``faces`` by id, all of which were in the state before and are in the one
    after. Of the person ``label_id`` itself where none of them is given."""

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
    kind: str  # the operation, as "TAG_PHOTOS"
    what: What
    by: str
    at_ms: int
    shifts: tuple[Edit, ...]
    id: str = field(default_factory=lambda: uuid4().hex)
    undoes: str | None = None  # the id of the change that this one took back
    undone: bool = False


def now_ms() -> int:
    return time.time_ns() // 1_000_000


Single = tuple[Hashable, State, State, str | None]  # of what, before, after, label id


def grouped(shifts: Iterable[Single]) -> tuple[Edit, ...]:
    """Shifts of single photos (by number) or folders (by id), put together where they are alike."""
    return tuple(
        Edit(
            before,
            after,
            label_id,
            tuple(each for each in of if isinstance(each, int)),
            tuple(each for each in of if isinstance(each, str)),
        )
        for (before, after, label_id), of in _alike(shifts).items()
    )


def grouped_faces(shifts: Iterable[Single]) -> tuple[Edit, ...]:
    """Shifts of single faces (by id), put together where they are alike."""
    return tuple(Edit(*states, faces=tuple(of)) for states, of in _alike(shifts).items())


def _alike(shifts: Iterable[Single]) -> dict[tuple[State, State, str | None], list[Any]]:
    alike: dict[tuple[State, State, str | None], list[Any]] = {}
    for of, before, after, label_id in shifts:
        if before != after:
            alike.setdefault((before, after, label_id), []).append(of)
    return alike


# Writers of labels come one after the other: who has this sees what all before it said.
LOCK: LiteralString = "MERGE (m:Meta {name: 'labels'}) SET m.value = coalesce(m.value, 0) + 1"


async def lock(tx: Transaction) -> None:
    """The first thing that a writer of labels does."""
    await tx.run(LOCK)


RECORD: LiteralString = """
CREATE (c:Change {id: $id, kind: $kind, what: $what, by: $by, at: $at, undoes: $undoes, undone: false})
WITH c
UNWIND $parts AS part
CREATE (:Part {tag: part.label, before: part.before, after: part.after, photos: part.photos, folders: part.folders,
  faces: part.faces})-[:OF]->(c)
"""

UNDONE: LiteralString = "MATCH (c:Change {id: $id}) SET c.undone = $undone RETURN c.undoes AS undoes"


LEARNT = {What.TAGS: ModelKind.TAGS, What.FACES: ModelKind.PERSONS}


async def record(tx: Transaction, change: Change) -> str | None:
    """The change's id; None, and nothing is kept, where nothing shifted. What models learn from counts as that many
    corrections."""
    if not change.shifts:
        return None
    if (kind := LEARNT.get(change.what)) and (size := _size(change)):
        await schedules.corrected(tx, kind, size)
    await tx.run(
        RECORD,
        id=change.id,
        kind=change.kind,
        what=change.what.value,
        by=change.by,
        at=change.at_ms,
        undoes=change.undoes,
        parts=[part for shift in change.shifts for part in _parts(shift)],
    )
    return change.id


def _size(change: Change) -> int:
    """How many photos, folders and faces shifted, each once; a folder is one, whatever is in it."""
    return len({of for shift in change.shifts for of in (*shift.photos, *shift.folders, *shift.faces)})


async def mark_undone(tx: Transaction, change: Change) -> None:
    """What an undone undo had taken back stands again."""
    await tx.run(UNDONE, id=change.id, undone=True)
    if change.undoes is not None:
        await tx.run(UNDONE, id=change.undoes, undone=False)


def _parts(shift: Edit) -> list[dict[str, object]]:
    size = max(len(shift.photos), len(shift.folders), len(shift.faces), 1)
    return [
        {
            "label": shift.label_id,
            "before": _packed(shift.before),
            "after": _packed(shift.after),
            "photos": list(shift.photos[start : start + CHUNK]),
            "folders": list(shift.folders[start : start + CHUNK]),
            "faces": list(shift.faces[start : start + CHUNK]),
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
    shifts = tuple(
        Edit(_unpacked(before), _unpacked(after), label, tuple(photos), tuple(folders), tuple(faces or ()))
        for label, before, after, photos, folders, faces in row["parts"]
    )
    return Change(row["kind"], What(row["what"]), row["by"], row["at"], shifts, change_id, row["undoes"], row["undone"])
