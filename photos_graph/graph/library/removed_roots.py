"""The tags of the folders of roots that were removed, by the path of the root: ``(:RemovedRoot {path, marks})``.

The folders get other ids if the root is added again, so each mark has the path of its folder below the root.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Assertion, AssertionKind
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.paths import encode_raw

MARKS_PER_NODE = 1_000  # because the engines handle huge properties badly


@dataclass(frozen=True, slots=True)
class FolderMark:
    """A tag (id) that people put on a folder, or excluded there. ``folder`` is its encoded path below the root."""

    folder: str
    tag_id: str
    assertion: Assertion


MARKS: LiteralString = """
MATCH (r:Root {id: $root})
MATCH (d:Folder {rootId: r.id})-[e:TAGGED|EXCLUDES]->(t:Tag)
RETURN r.rawPath AS path, d.raw AS folder, t.id AS tag, type(e) AS kind, e.at AS at, e.by AS by, e.via AS via,
  e.recursive AS recursive
"""
REMEMBER: LiteralString = "UNWIND $parts AS part CREATE (:RemovedRoot {path: $path, marks: part})"


async def remember(tx: LabelTransaction, root_id: str) -> None:
    """Keeps the tags of the folders of the root, which is about to be removed."""
    rows = await tx.run(MARKS, root=root_id)
    if rows:
        marks = [
            FolderMark(
                row["folder"],
                row["tag"],
                Assertion(AssertionKind(row["kind"]), row["at"], row["by"], row["via"], row["recursive"]),
            )
            for row in rows
        ]
        await _put(tx, rows[0]["path"], marks)


REMEMBERED: LiteralString = "MATCH (r:RemovedRoot {path: $path}) RETURN r.marks AS marks"


async def remembered(tx: Transaction, raw_path: bytes) -> list[FolderMark]:
    """Returns what is kept of the root with this path."""
    rows = await tx.run(REMEMBERED, path=encode_raw(raw_path))
    return [_mark(values) for row in rows for values in json.loads(row["marks"])]


FORGET: LiteralString = "MATCH (r:RemovedRoot {path: $path}) DELETE r"


async def replace(tx: LabelTransaction, raw_path: bytes, marks: Sequence[FolderMark]) -> None:
    """Keeps these marks of the root with this path, and no others."""
    await tx.run(FORGET, path=encode_raw(raw_path))
    await _put(tx, encode_raw(raw_path), marks)


async def _put(tx: LabelTransaction, path: str, marks: Sequence[FolderMark]) -> None:
    parts = [
        json.dumps([[each.folder, each.tag_id, *astuple(each.assertion)] for each in marks[at : at + MARKS_PER_NODE]])
        for at in range(0, len(marks), MARKS_PER_NODE)
    ]
    if parts:
        await tx.run(REMEMBER, path=path, parts=parts)


def _mark(values: list[Any]) -> FolderMark:
    folder, tag_id, kind, *others = values
    return FolderMark(folder, tag_id, Assertion(AssertionKind(kind), *others))
