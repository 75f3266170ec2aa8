"""What every bulk write leaves behind, so that it can be undone: ``(:Part)-[:OF]->(:Change)``.

A part is one shift of state, from before to after, that many photos or folders went through alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from typing import Any, LiteralString
from uuid import uuid4

from photos_graph.graph.connection import Transaction

CHUNK = 10_000  # photos in one part, so that no property grows beyond what the engines like


class EdgeKind(StrEnum):
    TAGGED = "TAGGED"
    EXCLUDES = "EXCLUDES"


@dataclass(frozen=True, slots=True)
class Edge:
    """What was said of one tag on one photo or folder. ``via`` and ``recursive`` of TAGGED alone, the latter of
    folders alone."""

    kind: EdgeKind
    at_ms: int  # since the epoch
    by: str
    via: str | None = None
    recursive: bool | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A rating or favourite. ``at_ms`` is None where no person said it, but the file, or nobody."""

    value: int | bool | None
    at_ms: int | None
    by: str | None


State = Edge | Value | None  # None: there is no edge


class What(StrEnum):
    TAGS = "TAGS"
    RATING = "RATING"
    FAVOURITE = "FAVOURITE"


@dataclass(frozen=True, slots=True)
class Shift:
    """``photos`` by number and ``folders`` by id, all of which were in the state before and are in the one after."""

    before: State
    after: State
    tag_id: str | None = None  # None: not of an edge
    photos: tuple[int, ...] = ()
    folders: tuple[str, ...] = ()

    def reversed(self) -> Shift:
        return Shift(self.after, self.before, self.tag_id, self.photos, self.folders)


@dataclass(frozen=True, slots=True)
class Change:
    kind: str  # the operation, as "TAG_PHOTOS"
    what: What
    by: str
    at_ms: int
    shifts: tuple[Shift, ...]
    id: str = field(default_factory=lambda: uuid4().hex)
    undoes: str | None = None  # the id of the change that this one took back
    undone: bool = False


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def grouped(shifts: Iterable[tuple[Hashable, State, State, str | None]]) -> tuple[Shift, ...]:
    """Shifts of single photos (by number) or folders (by id), put together where they are alike."""
    alike: dict[tuple[State, State, str | None], list[Any]] = {}
    for of, before, after, tag_id in shifts:
        if before != after:
            alike.setdefault((before, after, tag_id), []).append(of)
    return tuple(
        Shift(
            before,
            after,
            tag_id,
            tuple(each for each in of if isinstance(each, int)),
            tuple(each for each in of if isinstance(each, str)),
        )
        for (before, after, tag_id), of in alike.items()
    )


# Writers of labels come one after the other: who has this sees what all before it said.
LOCK: LiteralString = "MERGE (m:Meta {name: 'labels'}) SET m.value = coalesce(m.value, 0) + 1"


async def lock(tx: Transaction) -> None:
    """The first thing that a writer of labels does."""
    await tx.run(LOCK)


RECORD: LiteralString = """
CREATE (c:Change {id: $id, kind: $kind, what: $what, by: $by, at: $at, undoes: $undoes, undone: false})
WITH c
UNWIND $parts AS part
CREATE (:Part {tag: part.tag, before: part.before, after: part.after, photos: part.photos, folders: part.folders})
  -[:OF]->(c)
"""

UNDONE: LiteralString = "MATCH (c:Change {id: $id}) SET c.undone = $undone RETURN c.undoes AS undoes"


async def record(tx: Transaction, change: Change) -> str | None:
    """The change's id; None, and nothing is kept, where nothing shifted."""
    if not change.shifts:
        return None
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


async def mark_undone(tx: Transaction, change: Change) -> None:
    """What an undone undo had taken back stands again."""
    await tx.run(UNDONE, id=change.id, undone=True)
    if change.undoes is not None:
        await tx.run(UNDONE, id=change.undoes, undone=False)


def _parts(shift: Shift) -> list[dict[str, object]]:
    sizes = range(0, max(len(shift.photos), len(shift.folders)), CHUNK)
    return [
        {
            "tag": shift.tag_id,
            "before": _packed(shift.before),
            "after": _packed(shift.after),
            "photos": list(shift.photos[start : start + CHUNK]),
            "folders": list(shift.folders[start : start + CHUNK]),
        }
        for start in sizes
    ]


def _packed(state: State) -> str:
    return "" if state is None else json.dumps(astuple(state))


def _unpacked(packed: str, what: What) -> State:
    if not packed:
        return None
    values: Sequence[Any] = json.loads(packed)
    return Edge(EdgeKind(values[0]), *values[1:]) if what is What.TAGS else Value(*values)


GET: LiteralString = """
MATCH (c:Change {id: $id})<-[:OF]-(part:Part)
RETURN c.kind AS kind, c.what AS what, c.by AS by, c.at AS at, c.undoes AS undoes, c.undone AS undone,
  collect([part.tag, part.before, part.after, part.photos, part.folders]) AS parts
"""


async def get(tx: Transaction, change_id: str) -> Change | None:
    rows = await tx.run(GET, id=change_id)
    if not rows:
        return None
    row = rows[0]
    what = What(row["what"])
    shifts = tuple(
        Shift(_unpacked(before, what), _unpacked(after, what), tag, tuple(photos), tuple(folders))
        for tag, before, after, photos, folders in row["parts"]
    )
    return Change(row["kind"], what, row["by"], row["at"], shifts, change_id, row["undoes"], row["undone"])
