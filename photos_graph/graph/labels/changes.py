"""Stores every bulk change so that it can be undone: ``(:Part)-[:OF]->(:Change)``.

A part is one edit, from a state before to a state after, of many photos, folders or faces. A large change may be
recorded in several transactions: those after the first add their parts to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import corrections
from photos_graph.graph.labels.change_summary import changed, named, summary
from photos_graph.graph.labels.edits import (
    AlbumEntry,
    AlbumState,
    Assertion,
    AssertionKind,
    Change,
    Edit,
    FaceBox,
    FacePlace,
    FacePresence,
    NamedState,
    PersonState,
    PredictedBy,
    PropertyValue,
    ReviewedFace,
    StackPlace,
    State,
    Successor,
    TagState,
    TripName,
    Value,
    is_of_label,
    is_prediction,
)
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import LabelKind
from photos_graph.model.learning import ModelKind

IDS_PER_PART = 10_000  # photos, folders or faces in one part, because the engines handle huge properties badly


# A number is taken within the transaction that holds the lock of labels, so numbers follow the order of commits.
# ``written`` numbers the portions of all changes, and a change keeps that of its last one, by which watchers find it.
RECORD: LiteralString = """
OPTIONAL MATCH (known:Change {id: $id})
WITH count(known) AS known
MERGE (m:Meta {name: 'changes'}) SET m.value = coalesce(m.value, 0) + CASE WHEN known = 0 THEN 1 ELSE 0 END
MERGE (w:Meta {name: 'changesWritten'}) SET w.value = coalesce(w.value, 0) + 1
MERGE (c:Change {id: $id})
ON CREATE SET c.number = m.value, c.kind = $kind, c.what = $what, c.by = $by, c.at = $at, c.undoes = $undoes,
  c.undone = false, c.summary = $summary, c.changed = $changed
ON MATCH SET c.changed = c.changed + $changed
SET c.written = w.value
WITH c
UNWIND $parts AS part
CREATE (:Part {tag: part.label, before: part.before, after: part.after, photos: part.photos, folders: part.folders,
  faces: part.faces, scores: part.scores, kind: part.kind})-[:OF]->(c)
"""

UNDONE: LiteralString = "MATCH (c:Change {id: $id}) SET c.undone = $undone RETURN c.undoes AS undoes"


IS_UNDONE: LiteralString = "MATCH (c:Change {id: $id}) RETURN c.undone AS undone"

LEARNT = {LabelKind.TAGS: ModelKind.TAGS, LabelKind.FACES: ModelKind.PERSONS}


async def record(tx: LabelTransaction, change: Change) -> str | None:
    """Stores the change and returns its id, or None if it has no edits. Labels from which a model learns count as
    corrections."""
    if not change.edits:
        return None
    if (kind := LEARNT.get(change.kind)) and (size := _size(change)):
        await corrections.count(tx, kind, size)
    said = summary(change, await _names(tx, change))
    await tx.run(
        RECORD,
        id=change.id,
        kind=change.operation,
        what=change.kind.value,
        by=change.by,
        at=change.at_ms,
        undoes=change.undoes,
        summary=said,
        changed=changed(change),
        parts=[part for edit in change.edits for part in _parts(edit)],
    )
    return change.id


NAMES: LiteralString = """
UNWIND $labels AS id MATCH (t:Tag {id: id}) RETURN id, t.name AS name
UNION ALL
UNWIND $labels AS id MATCH (x:Person {id: id}) RETURN id, x.name AS name
UNION ALL
UNWIND $labels AS id MATCH (a:Album {id: id}) RETURN id, a.name AS name
UNION ALL
UNWIND $folders AS id MATCH (d:Folder {id: id}) RETURN id, d.name AS name
"""


async def _names(tx: Transaction, change: Change) -> dict[str, str]:
    """Returns the names of those that exist, by id. Those of labels that the change itself makes are known."""
    states = {edit.label_id or "": edit.after or edit.before for edit in change.edits if is_of_label(edit)}
    known = {id_: state.name for id_, state in states.items() if isinstance(state, PersonState | TagState | AlbumState)}
    label_ids, folder_ids = named(change)
    missing = [id_ for id_ in label_ids if id_ not in known]
    if change.summary or not (missing or folder_ids):
        return known
    rows = await tx.run(NAMES, labels=missing, folders=folder_ids)
    return known | {row["id"]: row["name"] for row in rows}


def _size(change: Change) -> int:
    """Counts the distinct photos, folders and faces of which something is said. A folder counts as one, regardless of
    its contents. What goes with a label that is deleted was not corrected, nor was a name that is confirmed."""
    deleted = {edit.label_id for edit in change.edits if is_of_label(edit) and edit.after is None}
    said = [
        edit
        for edit in change.edits
        if edit.label_id not in deleted and not is_prediction(edit) and not isinstance(edit.before, ReviewedFace)
    ]
    return len({of for edit in said for of in (*edit.photos, *edit.folders, *edit.faces)})


async def is_recorded(tx: Transaction, change_id: str) -> bool:
    """Returns whether the change is known."""
    return bool(await tx.run(IS_UNDONE, id=change_id))


async def is_undone(tx: Transaction, change_id: str) -> bool:
    """Returns whether the change is known and was undone."""
    return any(row["undone"] for row in await tx.run(IS_UNDONE, id=change_id))


async def mark_undone(tx: LabelTransaction, change: Change) -> None:
    """Marks the change as undone. If the change is itself an undo, the change that it reverted is in effect again."""
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
            "photos": list(edit.photos[start : start + IDS_PER_PART]),
            "folders": list(edit.folders[start : start + IDS_PER_PART]),
            "faces": list(edit.faces[start : start + IDS_PER_PART]),
            "scores": list(edit.scores[start : start + IDS_PER_PART]),
            "kind": edit.kind,
        }
        for start in range(0, size, IDS_PER_PART)
    ]


# States that are stored with the names of their fields, by the field that no other has.
_NAMED: dict[str, type[NamedState]] = {
    "is_me": PersonState,
    "stack_id": StackPlace,
    "photo": FacePlace,
    "moved": FaceBox,
    "there": FacePresence,
    "reviewed": ReviewedFace,
    "successor": Successor,
    "values": PropertyValue,
    "parent_id": TagState,
    "model": PredictedBy,
    "cover_number": AlbumState,
    "placed_by": AlbumEntry,
    "given_name": TripName,
}


def _packed(state: State) -> str:
    if state is None:
        return ""
    return json.dumps(asdict(state) if isinstance(state, tuple(_NAMED.values())) else astuple(state))


def _unpacked(packed: str) -> State:
    if not packed:
        return None
    values: Any = json.loads(packed)
    if isinstance(values, dict):
        if "values" in values:
            values["values"] = _parts_of(values["values"])
        if "groups" in values:
            values["groups"] = tuple(values["groups"])
        if "others" in values:
            values["others"] = tuple((name, value) for name, value in values["others"])
        return next(named for field, named in _NAMED.items() if field in values)(**values)
    kind = values[0]
    return Assertion(AssertionKind(kind), *values[1:]) if isinstance(kind, str) else Value(*values)


def _parts_of(values: list[Any]) -> tuple[Any, ...]:
    """Returns the parts of a property. A position that an earlier version of the program recorded has no place."""
    return (*values, None) if len(values) == 3 else tuple(values)


BY_ID: LiteralString = """
UNWIND $ids AS id
MATCH (c:Change {id: id})<-[:OF]-(part:Part)
RETURN id, c.kind AS kind, c.what AS what, c.by AS by, c.at AS at, c.undoes AS undoes, c.undone AS undone,
  c.summary AS summary,
  collect([part.tag, part.before, part.after, part.photos, part.folders, part.faces, part.scores,
    part.kind]) AS parts
"""


async def by_id(tx: Transaction, change_ids: Sequence[str]) -> dict[str, Change]:
    """Returns the changes that are known, by id, with all of their edits."""
    return {row["id"]: _change(row) for row in await tx.run(BY_ID, ids=list(change_ids))}


async def get(tx: Transaction, change_id: str) -> Change | None:
    return (await by_id(tx, [change_id])).get(change_id)


def _change(row: dict[str, Any]) -> Change:
    edits = tuple(
        Edit(
            _unpacked(before),
            _unpacked(after),
            label,
            tuple(photos),
            tuple(folders),
            tuple(faces or ()),
            LabelKind(kind) if kind is not None else None,
            tuple(scores or ()),
        )
        for label, before, after, photos, folders, faces, scores, kind in row["parts"]
    )
    kind, said = LabelKind(row["what"]), row["summary"] or ""
    return Change(row["kind"], kind, row["by"], row["at"], edits, row["id"], row["undoes"], row["undone"], said)
