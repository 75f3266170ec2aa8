"""What is remembered of roots that were removed, by the path of the root, for the case that it is added again.

    (:RemovedRoot {path, marks})                    the tags of its folders
    (:RemovedRoot {path, root, name, folders})      its id and name, and the ids of its folders

The root and its folders get the ids again that they had, so that smart albums, changes that can be undone and
addresses still lead to them. Folders are told by their encoded paths below the root.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels.edits import Assertion, AssertionKind
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.paths import encode_raw

ITEMS_PER_NODE = 1_000  # because the engines handle huge properties badly


@dataclass(frozen=True, slots=True)
class FolderMark:
    """A tag (id) that people put on a folder, or excluded there. ``folder`` is its encoded path below the root."""

    folder: str
    tag_id: str
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class RememberedRoot:
    """A root that was removed. ``folders`` holds the ids of its folders by their encoded paths below the root, and
    ``marks`` their tags. A root that an earlier version of the program removed has marks only."""

    root_id: str | None = None
    name: str | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[FolderMark, ...] = ()


ROOT: LiteralString = "MATCH (r:Root {id: $root}) RETURN r.rawPath AS path, r.name AS name"
FOLDERS: LiteralString = "MATCH (d:Folder {rootId: $root}) RETURN d.raw AS raw, d.id AS id"
MARKS: LiteralString = """
MATCH (d:Folder {rootId: $root})-[e:TAGGED|EXCLUDES]->(t:Tag)
RETURN d.raw AS folder, t.id AS tag, type(e) AS kind, e.at AS at, e.by AS by, e.via AS via, e.recursive AS recursive
"""


async def remember(tx: LabelTransaction, root_id: str) -> None:
    """Keeps what is known of the root, which is about to be removed, and of its folders. Folders that have not come
    back since it was removed before are still waited for."""
    for row in await tx.run(ROOT, root=root_id):
        folders = {each["raw"]: each["id"] for each in await tx.run(FOLDERS, root=root_id)}
        marks = [
            FolderMark(
                each["folder"],
                each["tag"],
                Assertion(AssertionKind(each["kind"]), each["at"], each["by"], each["via"], each["recursive"]),
            )
            for each in await tx.run(MARKS, root=root_id)
        ]
        before = await _remembered(tx, row["path"])
        marks += [mark for mark in before.marks if mark.folder not in folders]
        await _replace(
            tx, row["path"], RememberedRoot(root_id, row["name"], {**before.folders, **folders}, tuple(marks))
        )


REMEMBERED: LiteralString = """
MATCH (r:RemovedRoot {path: $path}) RETURN r.marks AS marks, r.root AS root, r.name AS name, r.folders AS folders
"""


async def remembered(tx: Transaction, raw_path: bytes) -> RememberedRoot:
    """Returns what is kept of the root with this path, which may be nothing."""
    return await _remembered(tx, encode_raw(raw_path))


async def _remembered(tx: Transaction, path: str) -> RememberedRoot:
    rows = await tx.run(REMEMBERED, path=path)
    known = next((row for row in rows if row["root"] is not None), {"root": None, "name": None})
    return RememberedRoot(
        known["root"],
        known["name"],
        {raw: id_ for row in rows if row["folders"] is not None for raw, id_ in json.loads(row["folders"])},
        tuple(_mark(values) for row in rows if row["marks"] is not None for values in json.loads(row["marks"])),
    )


FORGET: LiteralString = "MATCH (r:RemovedRoot {path: $path}) DELETE r"
REMEMBER_MARKS: LiteralString = "UNWIND $parts AS part CREATE (:RemovedRoot {path: $path, marks: part})"
REMEMBER_FOLDERS: LiteralString = """
UNWIND $parts AS part CREATE (:RemovedRoot {path: $path, root: $root, name: $name, folders: part})
"""


async def replace(tx: LabelTransaction, raw_path: bytes, kept: RememberedRoot) -> None:
    """Keeps this of the root with this path, and nothing else."""
    await _replace(tx, encode_raw(raw_path), kept)


async def _replace(tx: LabelTransaction, path: str, kept: RememberedRoot) -> None:
    await tx.run(FORGET, path=path)
    marks = _parts([[mark.folder, mark.tag_id, *astuple(mark.assertion)] for mark in kept.marks])
    if marks:
        await tx.run(REMEMBER_MARKS, path=path, parts=marks)
    if folders := _parts([*kept.folders.items()]):
        await tx.run(REMEMBER_FOLDERS, path=path, root=kept.root_id, name=kept.name, parts=folders)


def _parts(items: Sequence[Sequence[Any]]) -> list[str]:
    return [json.dumps(items[at : at + ITEMS_PER_NODE]) for at in range(0, len(items), ITEMS_PER_NODE)]


def _mark(values: list[Any]) -> FolderMark:
    folder, tag_id, kind, *others = values
    return FolderMark(folder, tag_id, Assertion(AssertionKind(kind), *others))
