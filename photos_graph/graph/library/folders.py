"""Folders and roots. The top folder of a root is the root itself: one node with both labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from photos_graph.graph.engine.connection import Graph, Transaction
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library.holders import elect
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.library import Root, RootState
from photos_graph.paths import decode_raw, encode_raw


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """A folder as a scan compares it with the disk. ``raw`` is its path below the root, empty for the root itself."""

    id: str
    key: str  # "<root id>/<path for display>"
    name: str
    raw: bytes
    parent_id: str | None
    inode: int
    mtime_ns: int
    missing: bool = False
    ignore_stamp: str = ""  # of the ignore file in it
    passed_over: str = ""  # the files in it that are not photos, as ``library.passing`` writes them


ROOTS: LiteralString = """
MATCH (r:Root) WHERE coalesce(r.removing, false) = $removing
RETURN r.id AS id, r.name AS name, r.rawPath AS rawPath, r.marker AS marker, r.state AS state
ORDER BY r.name
"""


async def roots(graph: Graph, *, removing: bool = False) -> list[Root]:
    """Returns the roots of the library, or those that are being removed."""
    return [_root(row) for row in await graph.read(ROOTS, removing=removing)]


def _root(row: dict[str, Any]) -> Root:
    return Root(row["id"], row["name"], decode_raw(row["rawPath"]), row["marker"], RootState(row["state"]))


ADD_ROOT: LiteralString = """
CREATE (:Folder:Root {id: $id, key: $id, rootId: $id, name: $name, rawPath: $rawPath, marker: $marker,
  state: $state, raw: $empty, inode: 0, mtimeNs: 0, missing: false})
"""


async def add_root(writer: LabelWriter, root: Root) -> None:
    async def work(tx: LabelTransaction) -> None:
        await tx.run(
            ADD_ROOT,
            id=root.id,
            name=root.name,
            rawPath=encode_raw(root.raw_path),
            marker=root.marker,
            state=root.state.value,
            empty=encode_raw(b""),
        )
        tx.touch(folders=[root.id])

    await writer.commit(work)


SET_STATE: LiteralString = "MATCH (r:Root {id: $id}) SET r.state = $state, r.marker = $marker"


async def set_root_state(graph: Graph, root: Root) -> None:
    await graph.write(SET_STATE, id=root.id, state=root.state.value, marker=root.marker)


FOLDERS: LiteralString = """
MATCH (d:Folder {rootId: $root}) OPTIONAL MATCH (d)-[:IN]->(p:Folder)
RETURN d.id AS id, d.key AS key, d.name AS name, d.raw AS raw, p.id AS parent, d.inode AS inode,
  d.mtimeNs AS mtimeNs, d.missing AS missing, d.ignoreStamp AS ignoreStamp, d.passedOver AS passedOver
"""


async def folders_of(graph: Graph, root_id: str) -> list[StoredFolder]:
    rows = await graph.read(FOLDERS, root=root_id)
    return [
        StoredFolder(
            row["id"],
            row["key"],
            row["name"],
            decode_raw(row["raw"]),
            row["parent"],
            row["inode"],
            row["mtimeNs"],
            bool(row["missing"]),
            row["ignoreStamp"] or "",
            row["passedOver"] or "",
        )
        for row in rows
    ]


# A root may be removed while it is scanned; then nothing is stored in it.
PUT: LiteralString = """
MATCH (r:Root {id: $root}) WHERE r.removing IS NULL
UNWIND $rows AS row
MERGE (d:Folder {id: row.id})
SET d.rekey = CASE WHEN d.key <> row.key THEN true ELSE d.rekey END
SET d.key = row.key, d.name = row.name, d.raw = row.raw, d.rootId = $root, d.inode = row.inode,
  d.mtimeNs = row.mtimeNs, d.missing = row.missing
"""

HANG: LiteralString = """
UNWIND $rows AS row
MATCH (d:Folder {id: row.id}), (p:Folder {id: row.parent})
OPTIONAL MATCH (d)-[old:IN]->(was:Folder) WHERE was.id <> p.id
DELETE old
MERGE (d)-[:IN]->(p)
"""


async def put_folders(writer: LabelWriter, root_id: str, records: Sequence[StoredFolder]) -> None:
    """Stores new, moved or changed folders. Their parents are among them or known. The root keeps its name.

    Files in moved folders keep their old keys until ``rekey_files`` is called.
    """
    if not records:
        return

    async def work(tx: LabelTransaction) -> None:
        rows = [
            {
                "id": record.id,
                "key": record.key,
                "name": record.name,
                "raw": encode_raw(record.raw),
                "parent": record.parent_id,
                "inode": record.inode,
                "mtimeNs": record.mtime_ns,
                "missing": record.missing,
            }
            for record in records
        ]
        await tx.run(PUT, rows=rows, root=root_id)
        hung = [row for row in rows if row["parent"] is not None]
        if hung:
            await tx.run(HANG, rows=hung)
        tx.touch(folders=[record.id for record in records])

    await writer.commit(work)


STAMP: LiteralString = """
UNWIND $rows AS row
MATCH (d:Folder {id: row.id})
SET d.inode = row.inode, d.mtimeNs = row.mtimeNs, d.ignoreStamp = row.ignoreStamp, d.passedOver = row.passedOver
"""


async def stamp_folders(graph: Graph, records: Sequence[StoredFolder]) -> None:
    """Stores the times that a poll compares, and what was passed over. No index reads them, so nothing is touched."""
    if records:
        rows = [
            {
                "id": r.id,
                "inode": r.inode,
                "mtimeNs": r.mtime_ns,
                "ignoreStamp": r.ignore_stamp or None,
                "passedOver": r.passed_over or None,
            }
            for r in records
        ]
        await graph.write(STAMP, rows=rows)


SET_PASSED_OVER: LiteralString = "MATCH (r:Root {id: $id}) SET r.passedOverBelow = $counts"


async def set_passed_over(graph: Graph, root_id: str, counts: str) -> None:
    """Stores what was passed over in the whole root, so that nobody has to add up its folders."""
    await graph.write(SET_PASSED_OVER, id=root_id, counts=counts)


PASSED_OVER: LiteralString = "MATCH (r:Root) RETURN r.passedOverBelow AS counts"


async def passed_over(graph: Graph) -> list[str]:
    """Returns what was passed over in each root."""
    return [row["counts"] or "" for row in await graph.read(PASSED_OVER)]


KNOWN: LiteralString = "UNWIND $ids AS id MATCH (d:Folder {id: id}) RETURN collect(DISTINCT id) AS ids"


async def known_folders(tx: Transaction, ids: Sequence[str]) -> set[str]:
    return set((await tx.run(KNOWN, ids=list(ids)))[0]["ids"])


BEHIND: LiteralString = "MATCH (d:Folder {rootId: $root}) WHERE d.rekey RETURN d.id AS id"


async def folders_to_rekey(graph: Graph, root_id: str) -> list[str]:
    """Returns folders that were moved but whose files still have the old keys, because the scan ended in between."""
    return [row["id"] for row in await graph.read(BEHIND, root=root_id)]


# The names of a photo are in the order of its keys, so the index must know if it has several.
REKEY_FILES: LiteralString = """
UNWIND $folders AS id
MATCH (d:Folder {id: id})
SET d.rekey = null
WITH d
MATCH (d)<-[:IN]-(f:File)
SET f.key = d.key + '/' + f.name
WITH f
MATCH (f)-[:OF]->(p:Photo)
WITH DISTINCT p
MATCH (p)<-[:OF]-(o:File)
WITH p, count(o) AS files WHERE files > 1
RETURN p.number AS number
"""


async def rekey_files(writer: LabelWriter, folder_ids: Sequence[str]) -> None:
    """Gives files the keys that follow from those of their folders."""
    for start in range(0, len(folder_ids), 200):
        some = list(folder_ids[start : start + 200])

        async def work(tx: LabelTransaction, some: list[str] = some) -> None:
            numbers = [row["number"] for row in await tx.run(REKEY_FILES, folders=some)]
            await elect(tx, numbers)
            tx.touch(photos=numbers)

        await writer.commit(work)
